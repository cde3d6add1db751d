"""A draft: it is changed, and started."""

from __future__ import annotations

import contextlib
import uuid
from functools import partial
from http import HTTPStatus

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from loyaltyadmin.points_adjustments import (
    asking,
    draft_pages,
    drafts,
    operations,
    safeguards,
    tasks,
    views,
)
from loyaltyadmin.points_adjustments.duplicates import Duplicates
from loyaltyadmin.points_adjustments.states import JobStatus
from loyaltyadmin.web.decorators import store_required
from loyaltyadmin.web.http import StoreHttpRequest

CELLS = ("customer", "points", "action", "reason")


@require_GET
@store_required
def read_draft(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """The draft of an undo, asked for again while its customers' balances are being read."""
    job = asking.job_of(request, job_id)
    if job.status != JobStatus.DRAFT:
        return views.whole_page(job)
    about = draft_pages.draft(job, by=asking.actor_of(request), query=request.GET)
    return render(request, "points_adjustments/_draft.html", about)


@require_POST
@store_required
def confirm_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Start a draft; or where a second manager has to approve it, ask for that first."""
    job = asking.job_of(request, job_id)
    form = draft_pages.confirm_form(job, data=request.POST)
    if not form.is_valid():
        return views.job_page(request, job, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    starts_at = form.cleaned_data["starts_at"]
    confirm = partial(
        operations.confirm_bulk_adjustment, by=asking.actor_of(request), starts_at=starts_at
    )
    try:
        return views.change(request, job_id, confirm)
    except operations.ApprovalMissing:
        safeguards.ask_for_approval(job=job, by=asking.actor_of(request), starts_at=starts_at)
        return redirect("read-bulk-adjustment", job_id=job.id)


@require_POST
@store_required
def edit_bulk_adjustment(request: StoreHttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Change a draft: which button was pressed says how. What was typed is read with any of them.

    - `save`: only that; - `drop`: a line that was left out, or `all` of them;
    - `drop_line`, `set_aside`: a line of the draft; - `duplicates`: what to do with them;
    - `hidden`: whether to `take` or to `drop` the lines that the spreadsheet hides.
    """
    job, by, edits = asking.job_of(request, job_id), asking.actor_of(request), _edits(request.POST)
    with contextlib.suppress(operations.NotPossible):
        drafts.edit_bulk_adjustment(job=job, by=by, edits=edits)
        tasks.wake_worker_for(job)
    query = request.GET.urlencode()
    url = reverse("read-bulk-adjustment", args=[job.id])
    if request.htmx and job.status == JobStatus.WRITING:
        return views.whole_page(job)
    return redirect(f"{url}?{query}" if query else url)


def _edits(form: QueryDict) -> drafts.Edits:
    policy = form.get("duplicates")
    return drafts.Edits(
        typed=_typed(form),
        drop_all_left_out=form.get("drop") == "all",
        drop_left_out=asking.number_of(form.get("drop")),
        drop_hidden=form.get("hidden") == "drop",
        take_hidden=form.get("hidden") == "take",
        drop_line=asking.number_of(form.get("drop_line")),
        set_aside=asking.number_of(form.get("set_aside")),
        duplicates=Duplicates(policy) if policy in Duplicates.values else None,
    )


def _typed(form: QueryDict) -> dict[int, drafts.Cells]:
    """The lines in which something was changed: each says what it was when it was shown.

    When all is saved, those that were set aside come back as they stand, changed or not: there was
    nothing wrong with them, and a line that is silently not sent would be.
    """
    back = {asking.number_of(it) for it in form.getlist("aside")} if "save" in form else set()
    ids = [number for it in form.getlist("left_out") if (number := asking.number_of(it))]
    now = {it: drafts.Cells(**{name: form.get(f"{name}-{it}", "") for name in CELLS}) for it in ids}
    return {
        it: cells
        for it, cells in now.items()
        if it in back
        or any(getattr(cells, name) != form.get(f"was-{name}-{it}", "") for name in CELLS)
    }
