"""What the page of a bulk adjustment shows, ready for its templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext as _

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.points_adjustments import (
    endings,
    operations,
    outcomes,
    progress,
    writing,
)
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus

LINES_PER_PAGE = 25
ENTRIES_SHOWN = 25


def progress_of(job: BulkAdjustment) -> dict[str, Any]:
    counts, time_left = progress.watch(job=job)
    is_kept = job.is_over and endings.is_kept_by_a_draft(job=job)
    can_repeat = job.has_lines_to_follow and not is_kept
    return {
        "job": job,
        "progress": counts,
        "seen": _stamp(job, counts),
        "processed": outcomes.processed_of(job=job, counts=counts),
        "outcome_parts": outcomes.parts_of(counts=counts),
        "jobs_ahead": progress.jobs_ahead_of(job=job) if job.status == JobStatus.QUEUED else 0,
        "time_left": time_left,
        "can_undo": can_repeat and counts.applied > 0 and not hasattr(job, "undone_by"),
        "retryable": operations.retryable_lines(job=job).count() if can_repeat else 0,
        "is_kept_by_a_draft": is_kept,
        "has_left_out": job.is_over and job.left_out.exists(),
    }


def writing_of(job: BulkAdjustment) -> dict[str, Any]:
    """How many of a new one's lines are written, with those left out."""
    written = job.lines.count() + job.left_out.count()
    return {
        "job": job,
        "written": written,
        "total": written + writing.unwritten_count(job=job),
        "seen": f"{job.status}-{written}",
    }


def in_a_line(job: BulkAdjustment) -> dict[str, Any]:
    """What other pages say about it."""
    counts = progress.outcomes_of(job=job)
    return {
        "job": job,
        "progress": counts,
        "processed": outcomes.processed_of(job=job, counts=counts),
    }


def _stamp(job: BulkAdjustment, counts: progress.Progress) -> str:
    """What the page that asks again has seen: the same again is not sent."""
    return f"{job.status}-{counts.waiting}-{counts.unknown}-{counts.unsettled}-{counts.applied}"


def lines(job: BulkAdjustment, *, query: Mapping[str, str]) -> dict[str, Any]:
    chosen = job.lines.order_by("position")
    outcome = query.get("outcome", "")
    if outcome in LineStatus.values:
        chosen = chosen.filter(status=outcome)
    else:
        outcome = ""
    page = Paginator(chosen, LINES_PER_PAGE).get_page(query.get("page"))
    return {"job": job, "page": page, "outcome": outcome, "tabs": _tabs(job, outcome)}


def history(job: BulkAdjustment) -> dict[str, Any]:
    entries = activity.list_activity(store=job.store, job_id=job.id)
    return {"history": entries[:ENTRIES_SHOWN]}


def _tabs(job: BulkAdjustment, chosen: str) -> list[tuple[str, str, int, bool]]:
    """The outcomes that lines have, with how many and whether it is the one shown."""
    counts = progress.counts_of(job=job)
    here = reverse("read-bulk-adjustment", args=[job.id])
    return [
        (here, _("All"), sum(counts.values()), not chosen),
        *(
            (f"{here}?outcome={value}", label, count, chosen == value)
            for value, label, count in outcomes.tabs_of(counts=counts, chosen=chosen)
        ),
    ]
