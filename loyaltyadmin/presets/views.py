from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loyaltyadmin.activity.operations import merchant_of
from loyaltyadmin.presets import operations
from loyaltyadmin.presets.forms import PresetFormSet
from loyaltyadmin.web.decorators import store_required
from loyaltyadmin.web.http import StoreHttpRequest
from loyaltyadmin.web.redirects import lead_to

TEMPLATE = "presets/set_presets.html"


@require_http_methods(["GET", "POST"])
@store_required
def set_presets(request: StoreHttpRequest) -> HttpResponse:
    if request.method == "GET":
        presets = operations.list_presets(store=request.store).values("action", "points", "reason")
        context = {"formset": PresetFormSet(initial=list(presets)), "nav": "customers"}
        return render(request, TEMPLATE, context)
    formset = PresetFormSet(request.POST)
    if not formset.is_valid():
        context = {"formset": formset, "nav": "customers"}
        return render(request, TEMPLATE, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    choices = [
        operations.Choice(**form.cleaned_data) for form in formset.forms if form.is_filled_in
    ]
    by = merchant_of(request.session.session_key)
    operations.set_presets(store=request.store, by=by, choices=choices)
    return lead_to(request, reverse("set-presets"), done=_("The quick choices are saved"))
