from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loyaltyadmin.activity.operations import Actor, merchant_of
from loyaltyadmin.points_adjustments import progress
from loyaltyadmin.recurring_adjustments import operations, words
from loyaltyadmin.recurring_adjustments.forms import (
    AddRecurringAdjustmentForm,
    DeleteRecurringAdjustmentForm,
    TermsForm,
    UpdateRecurringAdjustmentForm,
)
from loyaltyadmin.recurring_adjustments.models import RecurringAdjustment, Run
from loyaltyadmin.recurring_adjustments.terms import Occasion
from loyaltyadmin.snapshots import edits
from loyaltyadmin.web.decorators import store_required, whatever_is_paid
from loyaltyadmin.web.http import StoreHttpRequest

PER_PAGE = 20


@require_GET
@store_required
def list_recurring_adjustments(request: StoreHttpRequest) -> HttpResponse:
    those = RecurringAdjustment.objects.filter(store=request.store).order_by("-created_at")
    page = Paginator(those, PER_PAGE).get_page(request.GET.get("page"))
    given = operations.points_given_by(those=page)
    context = {
        "page": page,
        "those": [(it, given[it.id]) for it in page],
        "kinds": list(words.KINDS.items()),
        "nav": "bulk",
    }
    return render(request, "recurring_adjustments/list_recurring_adjustments.html", context)


@require_http_methods(["GET", "POST"])
@store_required
def add_recurring_adjustment(request: StoreHttpRequest, occasion: str) -> HttpResponse:
    kind = _occasion(occasion)
    template = "recurring_adjustments/add_recurring_adjustment.html"
    context: dict[str, Any] = {"occasion": kind, "kind": words.KINDS[kind], "nav": "bulk"}
    if request.method == "GET":
        return render(
            request,
            template,
            context | {"form": AddRecurringAdjustmentForm(occasion=kind, store=request.store)},
        )
    form = AddRecurringAdjustmentForm(request.POST, occasion=kind, store=request.store)
    if not form.is_valid():
        done_url = ""
    else:
        done_url = reverse("read-recurring-adjustment", args=[form.cleaned_data["id"]])
    return edits.respond(
        request,
        form=form,
        change=lambda: _add(request, form),
        template=template,
        context=context,
        zid_names={},
        done_url=done_url,
        done=_("It is saved, and not started yet"),
    )


def _add(request: StoreHttpRequest, form: AddRecurringAdjustmentForm) -> None:
    try:
        operations.add_recurring_adjustment(
            store=request.store, by=_by(request), id=form.cleaned_data["id"], terms=form.terms
        )
    except operations.NotPossible:
        raise Http404 from None


@require_GET
@store_required
def read_recurring_forecast(request: StoreHttpRequest, occasion: str) -> HttpResponse:
    """What the terms that are being written would do next; nothing while they are odd."""
    form = TermsForm(request.GET, occasion=_occasion(occasion), store=request.store)
    context: dict[str, Any] = {}
    if form.is_valid():
        context["terms"] = form.terms
        context["forecast"] = operations.forecast_for(
            store=request.store, terms=form.terms, of=_uuid(request.GET.get("of", ""))
        )
    return render(request, "recurring_adjustments/_forecast.html", context)


@require_GET
@store_required
def read_recurring_adjustment(request: StoreHttpRequest, recurring_id: uuid.UUID) -> HttpResponse:
    it = _found(request, recurring_id)
    runs = it.runs.select_related("job").order_by("-due_at")
    page = Paginator(runs, PER_PAGE).get_page(request.GET.get("page"))
    counts = progress.progress_of_each(jobs=[run.job for run in page if run.job is not None])
    context = {
        "it": it,
        "terms": it.terms,
        "kind": words.KINDS[it.terms.occasion],
        "forecast": operations.forecast_of(it=it),
        "is_known": operations.are_customers_known(store=request.store),
        "given": operations.points_given_by(those=[it])[it.id],
        "asking": runs.filter(outcome=Run.Outcome.ASKS, job__status="draft").first(),
        "page": page,
        "runs": [(run, counts.get(run.job_id) if run.job_id else None) for run in page],
        "nav": "bulk",
    }
    return render(request, "recurring_adjustments/read_recurring_adjustment.html", context)


@require_http_methods(["GET", "POST"])
@store_required
def update_recurring_adjustment(request: StoreHttpRequest, recurring_id: uuid.UUID) -> HttpResponse:
    it = _found(request, recurring_id)
    template = "recurring_adjustments/update_recurring_adjustment.html"
    kind = it.terms.occasion
    context = {"it": it, "occasion": kind, "kind": words.KINDS[kind], "nav": "bulk"}
    if request.method == "POST":
        form = UpdateRecurringAdjustmentForm(request.POST, occasion=kind, store=request.store)
        return edits.respond(
            request,
            form=form,
            change=lambda: _update(request, it, form),
            template=template,
            context=context,
            zid_names={},
            done_url=reverse("read-recurring-adjustment", args=[it.id]),
            done=_("It is saved"),
        )
    initial = {name: getattr(it, name) for name in TermsForm.base_fields}
    form = UpdateRecurringAdjustmentForm(
        initial=initial | {"based_on": operations.state_of(it)}, occasion=kind, store=request.store
    )
    forecast = operations.forecast_of(it=it)
    return render(
        request, template, context | {"form": form, "terms": it.terms, "forecast": forecast}
    )


def _update(
    request: StoreHttpRequest, it: RecurringAdjustment, form: UpdateRecurringAdjustmentForm
) -> None:
    try:
        operations.update_recurring_adjustment(
            it=it, by=_by(request), based_on=form.cleaned_data["based_on"], terms=form.terms
        )
    except operations.NotPossible:
        raise Http404 from None


@require_POST
@store_required
def resume_recurring_adjustment(request: StoreHttpRequest, recurring_id: uuid.UUID) -> HttpResponse:
    return _change(request, recurring_id, operations.resume_recurring_adjustment)


@require_POST
@store_required
@whatever_is_paid
def stop_recurring_adjustment(request: StoreHttpRequest, recurring_id: uuid.UUID) -> HttpResponse:
    return _change(request, recurring_id, operations.stop_recurring_adjustment)


@require_http_methods(["GET", "POST"])
@store_required
def delete_recurring_adjustment(request: StoreHttpRequest, recurring_id: uuid.UUID) -> HttpResponse:
    """Asked for by GET, it names what would be deleted."""
    it = _found(request, recurring_id)
    template = "recurring_adjustments/delete_recurring_adjustment.html"
    context = {"it": it, "terms": it.terms, "nav": "bulk"}
    if request.method == "POST":
        form = DeleteRecurringAdjustmentForm(request.POST)
        return edits.respond(
            request,
            form=form,
            change=lambda: operations.delete_recurring_adjustment(
                it=it, by=_by(request), based_on=form.cleaned_data["based_on"]
            ),
            template=template,
            context=context,
            zid_names={},
            done_url=reverse("list-recurring-adjustments"),
            done=_("It is deleted"),
        )
    form = DeleteRecurringAdjustmentForm(initial={"based_on": operations.state_of(it)})
    return render(request, template, context | {"form": form})


def _change(
    request: StoreHttpRequest, recurring_id: uuid.UUID, operation: Callable[..., None]
) -> HttpResponse:
    """Change it and show what it is now; one that has moved on shows just that."""
    it = _found(request, recurring_id)
    with contextlib.suppress(operations.NotPossible):
        operation(it=it, by=_by(request))
    return redirect("read-recurring-adjustment", recurring_id=it.id)


def _found(request: StoreHttpRequest, recurring_id: uuid.UUID) -> RecurringAdjustment:
    those = RecurringAdjustment.objects.select_related("segment")
    it = get_object_or_404(those, store=request.store, id=recurring_id)
    it.store = request.store  # read already
    return it


def _by(request: StoreHttpRequest) -> Actor:
    return merchant_of(request.session.session_key)


def _occasion(value: str) -> Occasion:
    if value not in Occasion.values:
        raise Http404
    return Occasion(value)


def _uuid(text: str) -> uuid.UUID:
    """Of which one the terms are; a new one's are nobody's yet."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()
