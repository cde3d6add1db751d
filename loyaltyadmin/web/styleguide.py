"""The style page: every component in every state, in both directions. Only with DEBUG=1."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.http import require_GET

from loyaltyadmin.web import plots

# Names as they come: long, mixed, without a place to break.
LONG = (
    "متجر العود الملكي والبخور الفاخر Royal Oudh & Incense — الرياض، حي النرجس، "
    "bulk_adjustment_2025-11-21_final_final_v3.csv"
)


class Sample(forms.Form):
    plain = forms.CharField(label="Text", help_text="What it is for.", required=False)
    wrong = forms.EmailField(label="With a mistake", help_text="Help stays below it.")
    off = forms.CharField(label="Disabled", disabled=True, initial="1001", required=False)
    choice = forms.ChoiceField(
        label="One of these",
        choices=[("add", "Add points"), ("take", "Take points away"), ("long", LONG[:60])],
        initial="add",
        widget=forms.RadioSelect,
        required=False,
    )
    many = forms.ChoiceField(label="Select", choices=[("1", "One"), ("2", "Two")], required=False)
    file = forms.FileField(label="File", required=False)


@require_GET
def styleguide(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    direction = "ltr" if request.GET.get("dir") == "ltr" else "rtl"
    with translation.override("en" if direction == "ltr" else "ar"):
        return render(request, "web/styleguide.html", _samples(direction))


def _samples(direction: str) -> dict[str, Any]:
    form = Sample({"wrong": "x", "choice": "add"})
    form.is_valid()
    today = timezone.now()
    balances = [0, 120, 90, 400, 380, 610]
    days = [today - dt.timedelta(days=90 - 18 * index) for index in range(len(balances))]
    return {
        "shown_direction": direction,
        "form": form,
        "long": LONG,
        "page": Paginator(range(500), 50).get_page(3),
        "tabs": [("#", "All", 1234, True), ("#", "Done", 1200, False), ("#", "Refused", 34, False)],
        "parts": plots.parts([("Redeemed", 300, "1"), ("Kept", 900, "2"), ("Due", 40, "3")]),
        "outcomes": plots.parts([("Done", 900, "good"), ("No", 60, "bad"), ("Not", 40, "skipped")]),
        "line": plots.step_line(list(zip(days, balances, strict=True))),
        "states": ["draft", "queued", "running", "paused", "cancelled", "finished", "applied",
                   "unknown", "unsettled", "rejected", "skipped"],
    }  # fmt: skip
