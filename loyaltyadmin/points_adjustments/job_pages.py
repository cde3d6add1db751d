"""What the page of a bulk adjustment shows, ready for its templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.operations import Actor
from loyaltyadmin.points_adjustments import (
    balances,
    earlier,
    operations,
    outcomes,
    progress,
    safeguards,
)
from loyaltyadmin.points_adjustments.forms import ConfirmBulkAdjustmentForm
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line, Safeguards
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus

LINES_PER_PAGE = 25
ENTRIES_SHOWN = 25


def draft(
    job: BulkAdjustment, *, by: Actor, form: ConfirmBulkAdjustmentForm | None = None
) -> dict[str, Any]:
    short = balances.short_of_points(job=job) if job.balances_checked_at else Line.objects.none()
    repeats = earlier.earlier_than(job=job)
    kept = safeguards.safeguards_of(store=job.store)
    counts = job.lines.aggregate(
        customers_count=Count("customer_id", distinct=True),
        set_count=Count("id", filter=Q(target__isnull=False)),
    )
    return {
        "job": job,
        "progress": progress.progress_of(job=job),
        **counts,
        "is_checking": job.undoes_id is not None and job.balances_checked_at is None,
        "short": short.order_by("position")[:LINES_PER_PAGE],
        "short_count": short.count(),
        "repeats": repeats,
        "made_before": 0 if repeats or _is_derived(job) else earlier.made_before(job=job),
        "form": form or _confirm_form(kept, customers=counts["customers_count"]),
        "is_waiting": job.approval_asked_at is not None,
        "needs_approval": safeguards.lacks_approval(job=job, by=by, kept=kept),
    }


def confirm_form(job: BulkAdjustment, *, data: QueryDict) -> ConfirmBulkAdjustmentForm:
    """What was sent to start a draft."""
    customers = job.lines.values("customer_id").distinct().count()
    return _confirm_form(safeguards.safeguards_of(store=job.store), customers=customers, data=data)


def _confirm_form(
    kept: Safeguards, *, customers: int, data: QueryDict | None = None
) -> ConfirmBulkAdjustmentForm:
    wanted = customers if kept.wants_number(customers=customers) else None
    return ConfirmBulkAdjustmentForm(data, customers_to_type=wanted)


def _is_derived(job: BulkAdjustment) -> bool:
    """Whether its lines are those of an earlier one, and so of course the same."""
    return job.undoes_id is not None or job.retries_id is not None


def progress_of(job: BulkAdjustment) -> dict[str, Any]:
    counts, time_left = progress.watch(job=job)
    return {
        "job": job,
        "progress": counts,
        "seen": _stamp(job, counts),
        "processed": outcomes.processed_of(job=job, counts=counts),
        "outcome_parts": outcomes.parts_of(counts=counts),
        "jobs_ahead": progress.jobs_ahead_of(job=job) if job.status == JobStatus.QUEUED else 0,
        "time_left": time_left,
        "can_undo": job.is_over and counts.applied > 0 and not hasattr(job, "undone_by"),
        "retryable": operations.retryable_lines(job=job).count() if job.is_over else 0,
    }


def in_a_line(job: BulkAdjustment) -> dict[str, Any]:
    """What other pages say about it."""
    counts = progress.progress_of(job=job)
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
    tabs = [] if job.status == JobStatus.DRAFT else _tabs(job, outcome)
    return {"job": job, "page": page, "outcome": outcome, "tabs": tabs}


def history(job: BulkAdjustment) -> dict[str, Any]:
    entries = activity.list_activity(store=job.store, job_id=job.id)
    return {"history": entries[:ENTRIES_SHOWN]}


def _tabs(job: BulkAdjustment, chosen: str) -> list[tuple[str, str, int, bool]]:
    """The outcomes that lines have, with how many and whether it is the one shown."""
    counts = outcomes.counts_of(job=job)
    here = reverse("read-bulk-adjustment", args=[job.id])
    return [
        (here, _("All"), sum(counts.values()), not chosen),
        *(
            (f"{here}?outcome={value}", label, count, chosen == value)
            for value, label, count in outcomes.tabs_of(counts=counts, chosen=chosen)
        ),
    ]
