"""Where a bulk adjustment begins: with a file, with pasted lines, or with customers chosen."""

from __future__ import annotations

from http import HTTPStatus

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from loyaltyadmin.customers.operations import has_all_customers
from loyaltyadmin.points_adjustments import (
    asking,
    choosing,
    matching,
    operations,
    progress,
    safeguards,
    tasks,
    uploads,
)
from loyaltyadmin.points_adjustments.file_forms import StartBulkAdjustmentForm
from loyaltyadmin.points_adjustments.forms import AdjustManyForm, SafeguardsForm
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.segments.models import Segment
from loyaltyadmin.segments.operations import list_segments
from loyaltyadmin.snapshots import edits
from loyaltyadmin.web.decorators import store_required
from loyaltyadmin.web.http import StoreHttpRequest

JOBS_PER_PAGE = 20


@require_GET
@store_required
def list_bulk_adjustments(request: StoreHttpRequest) -> HttpResponse:
    return _bulk_page(request, form=StartBulkAdjustmentForm())


@require_http_methods(["GET", "POST"])
@store_required
def start_bulk_adjustment(request: StoreHttpRequest) -> HttpResponse:
    if request.method == "GET":  # a form with mistakes stands at this address: reload, language
        return redirect("list-bulk-adjustments")
    form = StartBulkAdjustmentForm(request.POST, request.FILES)
    if not form.is_valid():
        return _bulk_page(request, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    reading = form.cleaned_data.get("reading")
    if reading is None:
        upload = uploads.keep_upload(
            store=request.store,
            content=form.content,
            file_name=form.file_name,
            reason=form.cleaned_data["reason"],
        )
        return redirect("match-columns", upload_id=upload.id)
    matched = matching.match(store=request.store, reading=reading)
    if not matched.rows:
        form.refuse(matched.problems)
        return _bulk_page(request, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    job = uploads.start_from_file(
        store=request.store,
        by=asking.actor_of(request),
        sheet=matched,
        reason=form.cleaned_data["reason"],
        content=form.content,
        file_name=form.file_name,
    )
    tasks.wake_worker_for(job)
    return redirect("read-bulk-adjustment", job_id=job.id)


@require_http_methods(["GET", "POST"])
@store_required
def adjust_chosen_customers(request: StoreHttpRequest) -> HttpResponse:
    """The same adjustment for a segment or for customers that the address names, or everyone."""
    ids = _ids(request.GET)
    segment = _segment(request)
    customers = choosing.chosen_customers(store=request.store, ids=ids, segment=segment)
    form = AdjustManyForm(request.POST if request.method == "POST" else None)
    is_nobody = ids == []
    is_possible = bool(ids) or (ids is None and has_all_customers(store=request.store))
    if is_possible and form.is_valid():
        try:
            job = choosing.start_for_customers(
                store=request.store,
                by=asking.actor_of(request),
                customers=customers.iterator(chunk_size=choosing.IDS_AT_ONCE),
                name=segment.name if segment else "",
                **form.cleaned_data,
            )
        except operations.NotPossible:
            form.add_error(None, _("None of these customers is on the list of your customers."))
        except choosing.TooMany:
            form.add_error(None, _("More than 100,000 customers at once are not possible."))
        else:
            tasks.wake_worker_for(job)
            return redirect("read-bulk-adjustment", job_id=job.id)
    context = {
        "form": form,
        "count": customers.count(),
        "segment": segment,
        "segments": list_segments(store=request.store) if ids is None else [],
        "is_everyone": ids is None and segment is None,
        "is_nobody": is_nobody,
        "is_possible": is_possible,
        "nav": "bulk",
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    template = "points_adjustments/adjust_chosen_customers.html"
    return render(request, template, context, status=status)


def _ids(query: QueryDict) -> list[int] | None:
    """Whom an address names; None if it names nobody, which is not the same as naming no one."""
    if "customer" not in query:
        return None
    return [number for it in query.getlist("customer") if (number := asking.number_of(it))]


def _segment(request: StoreHttpRequest) -> Segment | None:
    if "segment" not in request.GET:
        return None
    try:
        return get_object_or_404(Segment, store=request.store, id=request.GET["segment"])
    except ValidationError:
        raise Http404 from None


def _bulk_page(
    request: StoreHttpRequest,
    *,
    form: StartBulkAdjustmentForm,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    jobs = BulkAdjustment.objects.kept().filter(store=request.store).order_by("-created_at")
    page = Paginator(jobs, JOBS_PER_PAGE).get_page(request.GET.get("page"))
    counts = progress.progress_of_each(jobs=page)
    return render(
        request,
        "points_adjustments/list_bulk_adjustments.html",
        {
            "form": form,
            "page": page,
            "jobs": [(job, counts[job.id]) for job in page],
            "nav": "bulk",
        },
        status=status,
    )


@require_http_methods(["GET", "POST"])
@store_required
def set_bulk_safeguards(request: StoreHttpRequest) -> HttpResponse:
    template, context = "points_adjustments/set_bulk_safeguards.html", {"nav": "bulk"}
    if request.method == "POST":
        form = SafeguardsForm(request.POST)
        return edits.respond(
            request,
            form=form,
            change=lambda: safeguards.set_bulk_safeguards(
                store=request.store, by=asking.actor_of(request), **form.cleaned_data
            ),
            template=template,
            context=context,
            zid_names={},
            done_url=reverse("list-bulk-adjustments"),
            done=_("The safeguards are saved"),
        )
    state = safeguards.safeguards_of(store=request.store).state
    initial = state | {
        "needs_second_manager": "1" if state["needs_second_manager"] else "0",
        "based_on": state,
    }
    return render(request, template, context | {"form": SafeguardsForm(initial=initial)})
