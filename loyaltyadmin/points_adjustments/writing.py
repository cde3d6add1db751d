"""Writes the lines of a draft: a few at once, many some at a time and in the background.

What a draft of many is to say is frozen first, a thousand lines to a row (models.Unwritten), which
takes a moment. Then each of these rows becomes lines, in a transaction of its own that also deletes
it. So whatever dies in between, and however many try at once, each line is written once; nobody
waits for the database longer than a thousand lines take; and before the last of them is there the
bulk adjustment is no draft, and cannot be confirmed (states.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from django.db import transaction
from django.db.models import QuerySet, Sum

from loyaltyadmin.points_adjustments import lines
from loyaltyadmin.points_adjustments.lines import Values
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Unwritten
from loyaltyadmin.points_adjustments.states import JobStatus
from loyaltyadmin.web import rows as many

PARTS_AT_ONCE = 10


def to_be_written() -> QuerySet[BulkAdjustment]:
    """This will give the bulk adjustments whose lines are not all written."""
    return BulkAdjustment.objects.filter(status=JobStatus.WRITING)


def put(*, job: BulkAdjustment, rows: Iterable[Values], left_out: Iterable[Values] = ()) -> None:
    """This will give a job lines that it has not: a new one, in the transaction that makes it.

    A thousand are written at once, and it is a draft. More are left to a worker, which the caller
    wakes once that is committed.
    """
    parts = _parts(job, rows=rows, left_out=left_out)
    first = list(islice(parts, PARTS_AT_ONCE))
    if sum(part.rows_count for part in first) <= many.AT_ONCE:
        for part in first:
            lines.add(job=job, lines=part.lines, left_out=part.left_out)
        _finish(job)
        return
    rest = chain(first, parts)
    while some := list(islice(rest, PARTS_AT_ONCE)):
        Unwritten.objects.bulk_create(some)


def write_some(*, job: BulkAdjustment) -> bool:
    """This will write the next thousand of a job's lines, or finish it; tells whether that is all.

    Finished, it is a draft, or queued where that was said before (`confirm_when_written`).
    """
    part = Unwritten.objects.filter(job=job).order_by("id").first()
    if part is None:
        _finish(job)
        return True
    with transaction.atomic():
        mine, _ = Unwritten.objects.filter(id=part.id).delete()
        if mine:  # else another process has just written it, or the job was cancelled
            lines.add(job=job, lines=part.lines, left_out=part.left_out)
    return False


def write_all(*, job: BulkAdjustment) -> None:
    """This will write all of them now, for who does not want to wait for a worker."""
    while not write_some(job=job):
        pass


def unwritten_count(*, job: BulkAdjustment) -> int:
    """This will count the lines that are still to be written, with those left out."""
    counted = Unwritten.objects.filter(job=job).aggregate(count=Sum("rows_count"))
    return counted["count"] or 0


def _parts(
    job: BulkAdjustment, *, rows: Iterable[Values], left_out: Iterable[Values]
) -> Iterator[Unwritten]:
    for some in many.some_at_a_time(rows):
        yield Unwritten(job=job, lines=some, rows_count=len(some))
    for some in many.some_at_a_time(left_out):
        yield Unwritten(job=job, left_out=some, rows_count=len(some))


def _finish(job: BulkAdjustment) -> None:
    digest = lines.digest_of(job=job)
    job.refresh_from_db(fields=["status", "confirmed_at"])
    if job.status != JobStatus.WRITING:
        return  # another process was faster, or it was cancelled
    to = JobStatus.DRAFT if job.confirmed_at is None else JobStatus.QUEUED
    if not job.move(to=to, lines_digest=digest):
        job.refresh_from_db(fields=["status"])
