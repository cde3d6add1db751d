"""Ends bulk adjustments: those of which every line has its outcome, and those that were stopped.

One that was stopped sends nothing from that moment on (models.Line.move). What it had not sent is
then cleared away a thousand lines at a time, by whoever comes: the click that stopped it, a
worker's turn at the store, the sweep. Lines of one that had been confirmed are skipped, for they
are accounted for. Those of a draft are deleted: nobody had confirmed them, and they are full of
customers' data.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import LINE_OPEN, JobStatus, LineStatus
from loyaltyadmin.telemetry import metrics
from loyaltyadmin.web import rows as many


def to_be_cleared() -> QuerySet[BulkAdjustment]:
    """This will give those that were stopped and still have lines to skip or to delete."""
    pending = Line.objects.filter(job=OuterRef("id"), status=LineStatus.PENDING)
    return BulkAdjustment.objects.filter(
        Q(confirmed_at=None) | Exists(pending), status=JobStatus.CANCELLING
    )


def clear_some(*, job: BulkAdjustment) -> bool:
    """This will clear a thousand lines of one that was stopped, and end it if none is left.

    Tells whether there may be more. It ends only when the lines that were under way when it was
    stopped have their outcome.
    """
    cleared = _skip_some(job) if job.confirmed_at else _delete_some(job)
    if cleared == many.AT_ONCE:
        return True
    end_if_done(job=job)
    return False


def clear_all(*, job: BulkAdjustment) -> None:
    """This will clear all of its lines now, for who cannot leave that to others."""
    while clear_some(job=job):
        pass


def end_if_done(*, job: BulkAdjustment) -> bool:
    """This will end a job of which every line has its outcome; tells whether it is over."""
    if job.lines.filter(status__in=LINE_OPEN).exists():
        return False
    to = {
        JobStatus.RUNNING: JobStatus.FINISHED,
        JobStatus.CANCELLING: JobStatus.CANCELLED,
    }.get(JobStatus(job.status))
    # What a draft would have undone or repeated is free for another one.
    freed = {"undoes": None, "retries": None} if job.is_discarded else {}
    return to is not None and job.move(to=to, ended_at=timezone.now(), **freed)


def is_kept_by_a_draft(*, job: BulkAdjustment) -> bool:
    """This will tell whether a draft that undid or repeated a job was thrown away and is not gone.

    Until it is, some of the job's lines are free for another draft and the others are not.
    """
    return BulkAdjustment.objects.filter(
        Q(undoes=job) | Q(retries=job), status=JobStatus.CANCELLING, confirmed_at=None
    ).exists()


def _skip_some(job: BulkAdjustment) -> int:
    pending = job.lines.filter(status=LineStatus.PENDING)
    some = list(pending.values_list("id", flat=True)[: many.AT_ONCE])
    skipped = pending.filter(id__in=some).update(
        status=LineStatus.SKIPPED, ended_at=timezone.now(), problem=job.why_skipped
    )
    metrics.LINES.labels(to=LineStatus.SKIPPED).inc(skipped)
    return len(some)


def _delete_some(job: BulkAdjustment) -> int:
    deleted = _delete(job.lines.all(), most=many.AT_ONCE)
    return deleted + _delete(job.left_out.all(), most=many.AT_ONCE - deleted)


def _delete(rows: QuerySet[Any, Any], *, most: int) -> int:
    some = list(rows.values_list("id", flat=True)[:most])
    many.delete(rows.filter(id__in=some))
    return len(some)
