"""Adjusting one customer's points, and the life of a bulk adjustment."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from loyaltyadmin.points_adjustments import sending, turns
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.sheet import Sheet
from loyaltyadmin.points_adjustments.states import (
    Direction,
    JobStatus,
    LineStatus,
)
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors

if TYPE_CHECKING:
    from loyaltyadmin.stores.pacer import Pacer
    from loyaltyadmin.zid.client import Client

ROWS_PER_INSERT = 1000
PROBLEMS_KEPT = 1000


class NotPossible(Exception):
    """What is asked for cannot be done as things are, for instance because a job has ended."""


# One customer


def adjust_customer_points(
    *,
    store: Store,
    zid: Client,
    pace: Pacer,
    customer_id: int,
    direction: Direction,
    points: int,
    reason: str,
    submission: uuid.UUID,
) -> Line:
    """This will adjust one customer's points, once per `submission`, and give the line that tells.

    The line is written before Zid is called. An answer that is lost leaves it unknown; a worker
    then looks it up in the points history. A repeated submission gives the first one's line, and
    sends it only if nobody has: the process that wrote it may have died.

    Raises: NotPossible for a submission of another customer or store. errors.TokenRejected and
    errors.ScopeMissing, when the line is skipped.
    """
    line = _single_line(
        store=store,
        customer_id=customer_id,
        direction=direction,
        points=points,
        reason=reason,
        submission=submission,
    )
    if line.status != LineStatus.PENDING:
        return line
    try:
        sending.send(line=line, zid=zid, pace=pace)
    except (errors.RateLimited, errors.NotSent):
        line.move(to=LineStatus.SKIPPED, ended_at=timezone.now(), problem="not_sent")
    if line.status == LineStatus.PENDING:
        line.refresh_from_db()  # a second click: the first one's process has it
    return line


def _single_line(
    *, store: Store, customer_id: int, submission: uuid.UUID, **values: object
) -> Line:
    try:
        with transaction.atomic():
            return Line.objects.create(
                store=store,
                customer_id=customer_id,
                submission=submission,
                created_at=timezone.now(),
                **values,
            )
    except IntegrityError:
        found = Line.objects.filter(
            store=store, customer_id=customer_id, submission=submission
        ).first()
    if found is None:
        raise NotPossible
    return found


# Bulk


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a bulk adjustment is. Counts of lines, except where the name says points."""

    lines: int = 0
    applied: int = 0
    rejected: int = 0
    skipped: int = 0
    unknown: int = 0
    waiting: int = 0
    points_added: int = 0
    points_taken: int = 0

    @property
    def done(self) -> int:
        return self.applied + self.rejected + self.skipped


@transaction.atomic
def start_bulk_adjustment(
    *,
    store: Store,
    sheet: Sheet,
    reason: str,
    source: BulkAdjustment.Source,
    file_name: str = "",
) -> BulkAdjustment:
    """This will keep a sheet's lines as a draft; nothing is sent before it is confirmed.

    `reason` is for the lines that bring none of their own.
    """
    now = timezone.now()
    job = BulkAdjustment.objects.create(
        store=store,
        source=source,
        file_name=file_name[-255:],
        reason=reason,
        problems=[asdict(problem) for problem in sheet.problems[:PROBLEMS_KEPT]],
        created_at=now,
    )
    Line.objects.bulk_create(
        (
            Line(
                store=store,
                job=job,
                position=row.position,
                customer_id=row.customer_id,
                direction=row.direction,
                points=row.points,
                reason=row.reason or reason,
                created_at=now,
            )
            for row in sheet.rows
        ),
        batch_size=ROWS_PER_INSERT,
    )
    return job


def confirm_bulk_adjustment(*, job: BulkAdjustment) -> None:
    """This will queue a draft; the caller wakes a worker once that is committed.

    Confirming twice does nothing the second time.

    Raises: NotPossible for a draft without lines, or one that was thrown away.
    """
    if job.status == JobStatus.DRAFT and job.lines.exists():
        job.move(to=JobStatus.QUEUED, confirmed_at=timezone.now())
    _refresh(job)
    if job.confirmed_at is None:
        raise NotPossible


def pause_bulk_adjustment(*, job: BulkAdjustment) -> None:
    """This will stop a bulk adjustment before its next line. What is under way gets its outcome.

    Raises: NotPossible.
    """
    _move(job, to=JobStatus.PAUSED, pause_reason=BulkAdjustment.PauseReason.MERCHANT)


def resume_bulk_adjustment(*, job: BulkAdjustment) -> None:
    """This will queue a paused bulk adjustment again; the caller wakes a worker.

    Raises: NotPossible.
    """
    if job.status != JobStatus.PAUSED:  # a draft is queued by confirming it
        raise NotPossible
    _move(job, to=JobStatus.QUEUED)


def cancel_bulk_adjustment(*, job: BulkAdjustment) -> None:
    """This will stop a bulk adjustment for good.

    1. Every line that was not sent is skipped, at once.
    2. It is over when the lines that were under way have their outcome.

    Raises: NotPossible.
    """
    draft = job.status == JobStatus.DRAFT
    with transaction.atomic():
        if draft:
            _move(job, to=JobStatus.CANCELLED, ended_at=timezone.now())
        else:
            _move(job, to=JobStatus.CANCELLING)
        turns.skip_pending(job=job)
    if not draft:
        turns.end_if_done(job=job)


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
        numbers[group["job"]][group["direction"]] += group["points_sum"]
    return {job_id: _progress(counter) for job_id, counter in numbers.items()}


def _progress(numbers: Counter[str]) -> Progress:
    return Progress(
        lines=sum(numbers[status] for status in LineStatus),
        applied=numbers[LineStatus.APPLIED],
        rejected=numbers[LineStatus.REJECTED],
        skipped=numbers[LineStatus.SKIPPED],
        unknown=numbers[LineStatus.UNKNOWN],
        waiting=numbers[LineStatus.PENDING] + numbers[LineStatus.CLAIMED],
        points_added=numbers[Direction.ADD],
        points_taken=numbers[Direction.TAKE],
    )


def jobs_ahead_of(*, job: BulkAdjustment) -> int:
    """This will count the store's bulk adjustments that come before a queued one."""
    if job.status != JobStatus.QUEUED:
        return 0
    others = BulkAdjustment.objects.filter(store_id=job.store_id)
    return (
        others.filter(status=JobStatus.RUNNING).count()
        + others.filter(status=JobStatus.QUEUED, confirmed_at__lt=job.confirmed_at).count()
    )


def results_of(*, job: BulkAdjustment) -> Iterable[Line]:
    """This will give a bulk adjustment's lines in the file's order, a few at a time."""
    return job.lines.order_by("position").iterator(chunk_size=ROWS_PER_INSERT)


def _move(job: BulkAdjustment, *, to: JobStatus, **fields: object) -> None:
    try:
        moved = job.move(to=to, **fields)
    except ValueError:
        moved = False
    if not moved:
        raise NotPossible


def _refresh(job: BulkAdjustment) -> None:
    job.refresh_from_db(fields=["status", "confirmed_at"])
