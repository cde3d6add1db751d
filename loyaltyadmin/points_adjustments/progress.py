"""How far a bulk adjustment is, and how long it will take. Counts of rows, so it cannot drift."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import LINE_OPEN, Direction, JobStatus, LineStatus

LINES_AT_ONCE = 1000
# The speed is taken from the last minute: the burst at the start is faster than what follows.
WATCHED = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a bulk adjustment is. Counts of lines, except where the name says points."""

    lines: int = 0
    applied: int = 0
    rejected: int = 0
    skipped: int = 0
    unknown: int = 0
    unsettled: int = 0
    undone: int = 0
    waiting: int = 0
    points_added: int = 0
    points_taken: int = 0

    @property
    def done(self) -> int:
        return self.applied + self.rejected + self.skipped + self.undone + self.unsettled


def progress_of(*, job: BulkAdjustment) -> Progress:
    """This will count a bulk adjustment's lines by outcome, and sum the points of all of them."""
    return progress_of_each(jobs=[job])[job.id]


def progress_of_each(*, jobs: Iterable[BulkAdjustment]) -> dict[uuid.UUID, Progress]:
    """This will do the same for many, by their ids, in one query."""
    numbers: dict[uuid.UUID, Counter[str]] = {job.id: Counter() for job in jobs}
    groups = (
        Line.objects.filter(job__in=numbers)
        .order_by()
        .values("job", "status", "direction")
        .annotate(count=Count("id"), points_sum=Sum("points"))
    )
    for group in groups:
        numbers[group["job"]][group["status"]] += group["count"]
        numbers[group["job"]][group["direction"]] += group["points_sum"] or 0
    return {job_id: _progress(counter) for job_id, counter in numbers.items()}


def _progress(numbers: Counter[str]) -> Progress:
    return Progress(
        lines=sum(numbers[status] for status in LineStatus),
        applied=numbers[LineStatus.APPLIED],
        rejected=numbers[LineStatus.REJECTED],
        skipped=numbers[LineStatus.SKIPPED],
        unknown=numbers[LineStatus.UNKNOWN],
        unsettled=numbers[LineStatus.UNSETTLED],
        undone=numbers[LineStatus.UNDONE],
        waiting=numbers[LineStatus.PENDING] + numbers[LineStatus.CLAIMED],
        points_added=numbers[Direction.ADD],
        points_taken=numbers[Direction.TAKE],
    )


def jobs_ahead_of(*, job: BulkAdjustment) -> int:
    """This will count the store's bulk adjustments that come before a queued one."""
    return _ahead_of(job).count()


def results_of(*, job: BulkAdjustment) -> Iterable[Line]:
    """This will give a bulk adjustment's lines in the file's order, a few at a time."""
    return job.lines.order_by("position").iterator(chunk_size=LINES_AT_ONCE)


def time_left_of(*, job: BulkAdjustment, now: dt.datetime | None = None) -> dt.timedelta | None:
    """This will tell how long a bulk adjustment still takes, the store's earlier ones included.

    From Zid's limit, and once a job has run for a minute from the speed it has really had. None
    when it is over, not confirmed or paused.
    """
    now = now or timezone.now()
    if job.status not in {JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.CANCELLING}:
        return None
    calls = _calls_left(job) + sum(_calls_left(other) for other in _ahead_of(job))
    left = dt.timedelta(seconds=calls / _calls_a_second(job, now=now))
    if _has_doubts(job):
        # A lost answer waits for its look in the history, whatever the speed.
        left = max(left, dt.timedelta(seconds=settings.ZID_SETTLE_SECONDS))
    if job.status == JobStatus.QUEUED and job.starts_at is not None and job.starts_at > now:
        left += job.starts_at - now
    return left


def _calls_left(job: BulkAdjustment) -> int:
    return _calls_for(job.lines.filter(status__in=LINE_OPEN))


def _calls_for(lines: QuerySet[Line]) -> int:
    """A line is one call, and two if its balance has to be read first."""
    counts = lines.aggregate(
        lines=Count("id"), with_a_read=Count("id", filter=Q(target__isnull=False))
    )
    return int(counts["lines"]) + int(counts["with_a_read"])


def _calls_a_second(job: BulkAdjustment, *, now: dt.datetime) -> float:
    limit = float(settings.ZID_RATE_LIMIT_PER_MINUTE) / 60
    if job.status != JobStatus.RUNNING or job.started_at is None or now - job.started_at < WATCHED:
        return limit
    lately = _calls_for(job.lines.filter(ended_at__gt=now - WATCHED))
    # Nothing lately is a pause or a wait for lost answers, not a speed. At the start of the second
    # minute the burst is still in sight; the limit holds all the same.
    return min(lately / WATCHED.total_seconds(), limit) or limit


def _has_doubts(job: BulkAdjustment) -> bool:
    return job.lines.filter(status=LineStatus.UNKNOWN).exists()


def _ahead_of(job: BulkAdjustment) -> QuerySet[BulkAdjustment]:
    others = BulkAdjustment.objects.filter(store_id=job.store_id).exclude(id=job.id)
    if job.status != JobStatus.QUEUED:
        return others.none()
    return others.filter(
        Q(status=JobStatus.RUNNING)
        | Q(status=JobStatus.QUEUED, starts_at=None, confirmed_at__lt=job.confirmed_at)
    )
