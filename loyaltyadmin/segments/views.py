from __future__ import annotations

import uuid
from http import HTTPStatus
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loyaltyadmin.activity.operations import Actor, merchant_of
from loyaltyadmin.customers.models import CustomerQuerySet
from loyaltyadmin.segments import operations
from loyaltyadmin.segments.forms import CriteriaForm, SegmentForm
from loyaltyadmin.segments.models import Segment
from loyaltyadmin.web.decorators import store_required, whatever_is_paid
from loyaltyadmin.web.http import StoreHttpRequest

CUSTOMERS_PER_PAGE = 25
ADD = "segments/add_segment.html"
UPDATE = "segments/update_segment.html"


@require_GET
@store_required
def list_segments(request: StoreHttpRequest) -> HttpResponse:
    segments = operations.list_segments(store=request.store)
    context = {"segments": segments, "nav": "customers"}
    return render(request, "segments/list_segments.html", context)


@require_http_methods(["GET", "POST"])
@store_required
def add_segment(request: StoreHttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request, ADD, SegmentForm(store=request.store))
    form = SegmentForm(request.POST, store=request.store)
    if form.is_valid():
        try:
            segment = operations.add_segment(
                store=request.store,
                by=_by(request),
                name=form.cleaned_data["name"],
                criteria=form.criteria,
            )
        except operations.NameTaken:
            _say_that_it_is_taken(form)
        else:
            return redirect("read-segment", segment_id=segment.id)
    return _page(request, ADD, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@require_http_methods(["GET", "POST"])
@store_required
def update_segment(request: StoreHttpRequest, segment_id: uuid.UUID) -> HttpResponse:
    segment = _segment(request, segment_id)
    if request.method == "GET":
        form = SegmentForm(
            store=request.store, criteria=segment.criteria, initial={"name": segment.name}
        )
        return _page(request, UPDATE, form, segment=segment)
    form = SegmentForm(request.POST, store=request.store, criteria=segment.criteria)
    if form.is_valid():
        try:
            operations.update_segment(
                segment=segment,
                by=_by(request),
                name=form.cleaned_data["name"],
                criteria=form.criteria,
            )
        except operations.NameTaken:
            _say_that_it_is_taken(form)
        else:
            return redirect("read-segment", segment_id=segment.id)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(request, UPDATE, form, segment=_segment(request, segment_id), status=status)


@require_http_methods(["GET", "POST"])
@store_required
def delete_segment(request: StoreHttpRequest, segment_id: uuid.UUID) -> HttpResponse:
    """Asked for by GET, it names what would be deleted."""
    segment = _segment(request, segment_id)
    context = {"segment": segment, "nav": "customers"}
    template = "segments/delete_segment.html"
    if request.method == "POST":
        try:
            operations.delete_segment(segment=segment, by=_by(request))
        except operations.InUse:  # the page says by what
            return render(request, template, context, status=HTTPStatus.CONFLICT)
        return redirect("list-segments")
    return render(request, template, context)


@require_GET
@store_required
def read_segment(request: StoreHttpRequest, segment_id: uuid.UUID) -> HttpResponse:
    segment = _segment(request, segment_id)
    customers = operations.customers_of(segment=segment)
    size = operations.size_of(customers)
    paginator = Paginator(customers.order_by("-points", "-customer_id"), CUSTOMERS_PER_PAGE)
    paginator.count = size.customers
    context = {
        "segment": segment,
        "size": size,
        "page": paginator.get_page(request.GET.get("page")),
        "query": "",
        "nav": "customers",
    }
    return render(request, "segments/read_segment.html", context)


@require_POST
@store_required
@whatever_is_paid
def preview_segment(request: StoreHttpRequest) -> HttpResponse:
    """Who it would be, while somebody fills in the form."""
    form = CriteriaForm(request.POST, store=request.store)
    context = _preview(request, form) if form.is_valid() else {}
    return render(request, "segments/_preview.html", context)


def _page(
    request: StoreHttpRequest,
    template: str,
    form: SegmentForm,
    *,
    segment: Segment | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = {"form": form, "segment": segment, "nav": "customers"}
    if segment is not None and not form.is_bound:
        context |= _sized(operations.customers_of(segment=segment))
    return render(request, template, context, status=status)


def _preview(request: StoreHttpRequest, form: CriteriaForm) -> dict[str, Any]:
    return _sized(operations.customers_in(store=request.store, criteria=form.criteria))


def _sized(customers: CustomerQuerySet) -> dict[str, Any]:
    return {"size": operations.size_of(customers), "sample": operations.sample_of(customers)}


def _say_that_it_is_taken(form: SegmentForm) -> None:
    form.add_error("name", _("Your store has a segment of this name. Choose another one."))


def _segment(request: StoreHttpRequest, segment_id: uuid.UUID) -> Segment:
    segment = operations.segment_of(store=request.store, segment_id=segment_id)
    if segment is None:
        raise Http404
    return segment


def _by(request: StoreHttpRequest) -> Actor:
    return merchant_of(request.session.session_key)
