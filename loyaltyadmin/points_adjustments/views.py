"""A bulk adjustment's page, whatever it is at, and what is done to it there."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseLocation, trigger_client_event

from loyaltyadmin.points_adjustments import (
    asking,
    draft_pages,
    job_pages,
    operations,
    progress,
    tasks,
)
from loyaltyadmin.points_adjustments.forms import ConfirmBulkAdjustmentForm
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import JOB_STOPPABLE, JobStatus
from loyaltyadmin.web.decorators import store_required, whatever_is_paid
from loyaltyadmin.web.http import StoreHttpRequest

MOST_REASON = 255


@require_GET
@store_required
def read_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    return job_page(request, asking.job_of(request, job_id))


def job_page(
    request: StoreHttpRequest,
    job: BulkAdjustment,
    *,
    form: ConfirmBulkAdjustmentForm | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    if job.status == JobStatus.DRAFT:
        about = draft_pages.draft(job, by=asking.actor_of(request), query=request.GET, form=form)
        about |= draft_pages.lines(job, query=request.GET)
    elif job.status == JobStatus.WRITING:
        about = job_pages.writing_of(job)
    elif job.is_discarded:
        about = {"job": job}
    else:
        about = job_pages.progress_of(job) | job_pages.lines(job, query=request.GET)
    context = {**about, **job_pages.history(job), "nav": "bulk"}
    return render(request, "points_adjustments/read_bulk_adjustment.html", context, status=status)


@require_GET
@store_required
def read_progress(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """What a page asks again for while it is looked at; nothing when nothing has changed."""
    job, seen = asking.job_of(request, job_id), request.GET.get("seen", "")
    is_writing = job.status == JobStatus.WRITING
    if not is_writing and seen.startswith(JobStatus.WRITING):  # the whole page is another one now
        return whole_page(job)
    about = job_pages.writing_of(job) if is_writing else job_pages.progress_of(job)
    if about["seen"] == seen:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    if is_writing:
        return render(request, "points_adjustments/_writing.html", about)
    response = render(request, "points_adjustments/_progress.html", about)
    return trigger_client_event(response, "lines-changed")


@require_GET
@store_required
def read_running_line(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """How far a bulk adjustment is, for the line on the store's other pages."""
    about = job_pages.in_a_line(asking.job_of(request, job_id))
    return render(request, "points_adjustments/_running.html", {"running": about})


@require_GET
@store_required
def list_lines(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    about = job_pages.lines(asking.job_of(request, job_id), query=request.GET)
    return render(request, "points_adjustments/_lines.html", about)


@require_POST
@store_required
@whatever_is_paid
def pause_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    return change(
        request, job_id, partial(operations.pause_bulk_adjustment, by=asking.actor_of(request))
    )


@require_POST
@store_required
def resume_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    return change(
        request, job_id, partial(operations.resume_bulk_adjustment, by=asking.actor_of(request))
    )


@require_http_methods(["GET", "POST"])
@store_required
@whatever_is_paid
def cancel_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Asked for by GET, it says first how many lines will not be sent: a dialog, or a page."""
    if request.method == "POST":
        cancel = partial(operations.cancel_bulk_adjustment, by=asking.actor_of(request))
        return change(request, job_id, cancel)
    job = asking.job_of(request, job_id)
    is_part = request.htmx and not request.htmx.boosted
    if job.status not in JOB_STOPPABLE:
        url = reverse("read-bulk-adjustment", args=[job.id])
        return HttpResponseLocation(url, target="body") if is_part else redirect(url)
    template = "points_adjustments/cancel_bulk_adjustment.html"
    context = {"job": job, "progress": progress.progress_of(job=job), "nav": "bulk"}
    return render(request, "points_adjustments/_cancel.html" if is_part else template, context)


@require_POST
@store_required
def undo_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    def reason_for(reason: str) -> str:
        return (_("Correction: %(reason)s") % {"reason": reason})[:MOST_REASON]

    undo = partial(
        operations.undo_bulk_adjustment, by=asking.actor_of(request), reason_for=reason_for
    )
    return _follow_up(request, asking.job_of(request, job_id), undo)


@require_POST
@store_required
def retry_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    retry = partial(operations.retry_bulk_adjustment, by=asking.actor_of(request))
    return _follow_up(request, asking.job_of(request, job_id), retry)


@require_POST
@store_required
@whatever_is_paid
def decide_line(request: StoreHttpRequest, line_id: int) -> HttpResponse:
    """The merchant says what became of a line that Zid's history cannot settle."""
    line = get_object_or_404(Line, store=request.store, id=line_id)
    if request.POST.get("happened") in {"0", "1"}:
        with contextlib.suppress(operations.NotPossible):
            operations.decide_line(
                line=line, by=asking.actor_of(request), happened=request.POST["happened"] == "1"
            )
    if line.job_id is None:
        return redirect("read-adjustment", customer_id=line.customer_id, line_id=line.id)
    return redirect("read-bulk-adjustment", job_id=line.job_id)


def _follow_up(
    request: StoreHttpRequest,
    job: BulkAdjustment,
    operation: Callable[..., BulkAdjustment],
) -> HttpResponse:
    """Draft a job that follows from another, and show it; or the other, if nothing follows."""
    try:
        draft = operation(job=job)
    except operations.NotPossible:
        return redirect("read-bulk-adjustment", job_id=job.id)
    tasks.wake_worker(store_id=request.store.id)
    return redirect("read-bulk-adjustment", job_id=draft.id)


def change(
    request: StoreHttpRequest, job_id: uuid.UUID, operation: Callable[..., None]
) -> HttpResponse:
    """Change a bulk adjustment and show what it is now; one that has moved on shows just that."""
    job = asking.job_of(request, job_id)
    try:
        operation(job=job)
    except operations.ApprovalMissing:
        raise
    except operations.NotPossible:
        job = asking.job_of(request, job_id)
    if job.status in {JobStatus.QUEUED, JobStatus.CANCELLING}:
        tasks.wake_worker(store_id=request.store.id)
    if job.is_discarded:
        return redirect("list-bulk-adjustments")  # a draft that was thrown away is no more
    return redirect("read-bulk-adjustment", job_id=job.id)


def whole_page(job: BulkAdjustment) -> HttpResponse:
    """For who asked for a part of a page that is another one now."""
    url = reverse("read-bulk-adjustment", args=[job.id])
    return HttpResponseLocation(url, target="body", swap="innerHTML")
