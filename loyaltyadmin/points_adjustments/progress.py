"""How far a bulk adjustment is, and how long it will take. Counts of rows, so it cannot drift."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone

from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.sending import JOBS_FIRST_LOOK_SECONDS
from loyaltyadmin.points_adjustments.states import Direction, JobStatus, LineStatus

LINES_AT_ONCE = 1000
_GOES_ON = {JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.CANCELLING}
_COUNTS = {it.value: Count("id", filter=Q(status=it)) for it in LineStatus}
# The speed is taken from the last minutes, without the start, whose burst is faster than the rest.
WATCHED = dt.timedelta(minutes=5)
BURST = dt.timedelta(seconds=30)


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


def counts_of(*, job: BulkAdjustment) -> dict[str, int]:
    """This will count a bulk adjustment's lines by their status, in one query."""
    if job.counts is not None:
        return {it.value: job.counts[it] for it in LineStatus if it in job.counts}
    counts = job.lines.order_by().values_list("status").annotate(count=Count("id"))
    return dict(counts)


def outcomes_of(*, job: BulkAdjustment) -> Progress:
    """This will tell how far a bulk adjustment is, without the points."""
    return _progress(Counter(counts_of(job=job)))


def progress_of_each(*, jobs: Collection[BulkAdjustment]) -> dict[uuid.UUID, Progress]:
    """This will do the same for many, by their ids, in one query."""
    return {job_id: _progress(it) for job_id, it in numbers_of_each(jobs=jobs).items()}


def numbers_of_each(*, jobs: Collection[BulkAdjustment]) -> dict[uuid.UUID, Counter[str]]:
    """This will count lines by status, and sum their points by direction and by status.

    Such as `applied`, `+` and `applied_points`. Of jobs whose lines are removed it gives what was
    kept of them.
    """
    numbers: dict[uuid.UUID, Counter[str]] = {job.id: Counter(job.counts) for job in jobs}
    groups = (
        Line.objects.filter(job__in=[job.id for job in jobs if job.counts is None])
        .order_by()
        .values("job", "status", "direction")
        .annotate(count=Count("id"), points_sum=Sum("points"))
    )
    for group in groups:
        points = group["points_sum"] or 0
        numbers[group["job"]][group["status"]] += group["count"]
        numbers[group["job"]][group["direction"]] += points
        numbers[group["job"]][f"{group['status']}_points"] += points
    return numbers


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


def some_at_a_time(lines: QuerySet[Line]) -> Iterable[Line]:
    """This will give lines in the file's order, without having all of them in memory."""
    return lines.order_by("position").iterator(chunk_size=LINES_AT_ONCE)


def watch(
    *, job: BulkAdjustment, now: dt.datetime | None = None
) -> tuple[Progress, dt.timedelta | None]:
    """This will tell how far a bulk adjustment is and how long it still takes, in one query.

    For who asks every two seconds, and does not ask about the points. Of a queued one the store's
    earlier ones are read too.
    """
    now = now or timezone.now()
    if job.status not in _GOES_ON:
        return progress_of(job=job), None
    numbers = job.lines.aggregate(**_COUNTS, **_asked_for_speed(job, now=now))
    counts = _progress(Counter({name: numbers[name] for name in _COUNTS}))
    return counts, _time_left(job, _seen(job, numbers, now=now), now=now)


def time_left_of(*, job: BulkAdjustment, now: dt.datetime | None = None) -> dt.timedelta | None:
    """This will tell how long a bulk adjustment still takes, the store's earlier ones included.

    From Zid's limit, and from the second minute on from the speed that it has really had. None
    when it is over, not confirmed or paused.
    """
    now = now or timezone.now()
    if job.status not in _GOES_ON:
        return None
    numbers = job.lines.aggregate(**_asked_for_speed(job, now=now))
    return _time_left(job, _seen(job, numbers, now=now), now=now)


def _time_left(job: BulkAdjustment, seen: _Seen, *, now: dt.datetime) -> dt.timedelta:
    calls = seen.calls_left + _calls_ahead_of(job)
    left = dt.timedelta(seconds=calls / seen.calls_a_second)
    if seen.calls_left:
        left += _wait_for_lost_answers(seen)
    if seen.last_doubt is not None:
        left = max(left, seen.last_doubt + _settle_time() - now)
    if job.status == JobStatus.QUEUED and job.starts_at is not None and job.starts_at > now:
        left += job.starts_at - now
    return left


def _calls_ahead_of(job: BulkAdjustment) -> int:
    if job.status != JobStatus.QUEUED:
        return 0
    waiting = Line.objects.filter(job__in=_ahead_of(job), status=LineStatus.PENDING)
    seen = waiting.aggregate(lines=Count("id"), with_a_read=Count("target"))
    return int(seen["lines"]) + int(seen["with_a_read"])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a job's lines say about its speed."""

    calls_left: int
    calls_a_second: float
    last_doubt: dt.datetime | None  # of the lines that are unknown now
    lost_lately: int
    not_applied_lately: int  # of those, as far as can be told by now


def _watched_since(job: BulkAdjustment, *, now: dt.datetime) -> dt.datetime:
    return max(now - WATCHED, (job.started_at or now) + BURST)


def _asked_for_speed(job: BulkAdjustment, *, now: dt.datetime) -> dict[str, Count | Max]:
    since = _watched_since(job, now=now)
    # What is unknown costs a call or two, but it is the wait for them that counts (_time_left).
    waits, with_a_read = Q(status=LineStatus.PENDING), Q(target__isnull=False)
    # Sent, or found to be right as it is. Not: ended, which lost answers do later than others.
    lately = Q(claimed_at__gt=since) | Q(claimed_at=None, ended_at__gt=since)
    is_unknown = Q(status=LineStatus.UNKNOWN)
    lost = Q(unknown_at__gt=now - 5 * _settle_time())
    # Had it been applied, the first look would have found it.
    is_missing = is_unknown & Q(unknown_at__lt=now - 2 * _first_look())
    return {
        "waiting": Count("id", filter=waits),
        "waiting_with_a_read": Count("id", filter=waits & with_a_read),
        "lately": Count("id", filter=lately),
        "lately_with_a_read": Count("id", filter=lately & with_a_read),
        "last_doubt": Max("unknown_at", filter=is_unknown),
        "lost": Count("id", filter=lost),
        "not_applied": Count("id", filter=lost & (Q(attempts__gt=1) | is_missing)),
    }


def _seen(job: BulkAdjustment, numbers: Mapping[str, Any], *, now: dt.datetime) -> _Seen:
    waiting = numbers["waiting"] + numbers["waiting_with_a_read"]
    return _Seen(
        # What is still to be skipped is no call.
        calls_left=0 if job.status == JobStatus.CANCELLING else waiting,
        calls_a_second=_calls_a_second(
            job,
            calls=numbers["lately"] + numbers["lately_with_a_read"],
            seconds=(now - _watched_since(job, now=now)).total_seconds(),
        ),
        last_doubt=numbers["last_doubt"],
        lost_lately=numbers["lost"],
        not_applied_lately=numbers["not_applied"],
    )


def _calls_a_second(job: BulkAdjustment, *, calls: int, seconds: float) -> float:
    limit = float(settings.ZID_RATE_LIMIT_PER_MINUTE) / 60
    if job.status != JobStatus.RUNNING or seconds < BURST.total_seconds():
        return limit
    # Nothing lately is a pause or a wait for lost answers, not a speed.
    return min(calls / seconds, limit) or limit


def _wait_for_lost_answers(seen: _Seen) -> dt.timedelta:
    """After the last call: as answers got lost lately, the last ones will have to be looked up."""
    if seen.not_applied_lately:
        return _settle_time()
    return _first_look() if seen.lost_lately else dt.timedelta()


def _first_look() -> dt.timedelta:
    return dt.timedelta(seconds=JOBS_FIRST_LOOK_SECONDS)


def _settle_time() -> dt.timedelta:
    return dt.timedelta(seconds=settings.ZID_SETTLE_SECONDS)


def _ahead_of(job: BulkAdjustment) -> QuerySet[BulkAdjustment]:
    others = BulkAdjustment.objects.filter(store_id=job.store_id).exclude(id=job.id)
    if job.status != JobStatus.QUEUED:
        return others.none()
    return others.filter(
        Q(status=JobStatus.RUNNING)
        | Q(status=JobStatus.QUEUED, starts_at=None, confirmed_at__lt=job.confirmed_at)
    )
