"""The form that adjusts one customer's points, and what became of it.

Above `points_adjustments` and `notices`: who is adjusted can be told by the same click.
"""

from __future__ import annotations

from http import HTTPStatus

from django.db.models import BigIntegerField
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from loyaltyadmin.activity.operations import merchant_of
from loyaltyadmin.notices import operations as notices
from loyaltyadmin.notices import previews
from loyaltyadmin.notices.forms import TellCustomerForm
from loyaltyadmin.notices.previews import Preview
from loyaltyadmin.notices.ways import ways_to_tell
from loyaltyadmin.points_adjustments import operations
from loyaltyadmin.points_adjustments.forms import AdjustCustomerPointsForm, form_with
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import LineStatus
from loyaltyadmin.presets import operations as presets
from loyaltyadmin.web.decorators import store_required, whatever_is_paid
from loyaltyadmin.web.http import StoreHttpRequest


@require_http_methods(["GET", "POST"])
@store_required
def adjust_customer_points(request: StoreHttpRequest, customer_id: int) -> HttpResponse:
    if request.method == "GET":
        if request.htmx and not request.htmx.boosted:  # a quick choice fills the form in
            position = request.GET.get("preset", "")
            preset = presets.preset_at(store=request.store, position=position)
            filled_in = _adjustment(request, customer_id, form=form_with(preset))
            return trigger_client_event(filled_in, "filled-in", after="settle")
        # A form with mistakes stands at this address: reload, language.
        return redirect("read-customer", customer_id=customer_id)
    form, telling = _forms(request, customer_id)
    if not all([form.is_valid(), telling.is_valid()]):
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _adjustment(request, customer_id, form=form, telling=telling, status=status)
    by = merchant_of(request.session.session_key)

    def tell(line: Line) -> None:
        notices.tell_customer(line=line, by=by, **telling.asked)

    try:
        line = operations.adjust_customer_points(
            store=request.store,
            zid=request.zid,
            by=by,
            pace=request.pace,
            customer_id=customer_id,
            also=tell if telling.is_asked else None,
            **form.cleaned_data,
        )
    except operations.NotPossible:
        raise Http404 from None
    if not request.htmx:
        return redirect("read-adjustment", customer_id=customer_id, line_id=line.id)
    return _adjustment(request, customer_id, line=line)


@require_POST
@store_required
@whatever_is_paid
def preview_adjustment_notice(request: StoreHttpRequest, customer_id: int) -> HttpResponse:
    """What the customer would be told; nothing is kept, and no point moves."""
    form, telling = _forms(request, customer_id)
    form.is_valid()
    is_valid = telling.is_valid()
    preview = previews.preview_for_one(
        store=request.store,
        customer_id=customer_id,
        values=telling.cleaned_data,
        adjustment=form.cleaned_data,
    )
    if request.htmx and not request.htmx.boosted:
        return render(request, "notices/_preview_for_one.html", {"preview": preview})
    status = HTTPStatus.OK if is_valid else HTTPStatus.UNPROCESSABLE_ENTITY
    return _adjustment(
        request, customer_id, form=form, telling=telling, preview=preview, status=status
    )


@require_GET
@store_required
def read_adjustment(request: StoreHttpRequest, customer_id: int, line_id: int) -> HttpResponse:
    """A single adjustment's outcome, asked for again and again while it is not known."""
    line = get_object_or_404(Line, store=request.store, customer_id=customer_id, id=line_id)
    return _adjustment(request, customer_id, line=line)


def _forms(
    request: StoreHttpRequest, customer_id: int
) -> tuple[AdjustCustomerPointsForm, TellCustomerForm]:
    if customer_id > BigIntegerField.MAX_BIGINT:
        raise Http404
    ways = ways_to_tell(store=request.store, customer_id=customer_id)
    return AdjustCustomerPointsForm(request.POST), TellCustomerForm(request.POST, ways=ways)


def _adjustment(
    request: StoreHttpRequest,
    customer_id: int,
    *,
    line: Line | None = None,
    form: AdjustCustomerPointsForm | None = None,
    telling: TellCustomerForm | None = None,
    preview: Preview | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    if line is not None and line.status in {LineStatus.REJECTED, LineStatus.SKIPPED}:
        form = _form_again(line)
    context = {
        "customer_id": customer_id,
        "line": line,
        "form": form,
        "telling": telling,
        "preview": preview,
        "nav": "customers",
    }
    if not request.htmx or request.htmx.boosted:
        template = "single_adjustments/adjust_customer_points.html"
        return render(request, template, context, status=status)
    template = "single_adjustments/_adjust_customer_points.html"
    response = render(request, template, context, status=status)
    if line is not None and not line.is_open:
        trigger_client_event(response, "points-changed")
    return response


def _form_again(line: Line) -> AdjustCustomerPointsForm:
    """A new form, filled in as the one that moved nothing was."""
    filled_in = {
        "action": line.action,
        "points": line.points if line.target is None else line.target,
        "reason": line.reason,
    }
    return AdjustCustomerPointsForm(initial=filled_in)
