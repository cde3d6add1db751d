"""Adjusting one customer's points, and the life of a bulk adjustment."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action as Activity
from loyaltyadmin.activity.operations import Actor
from loyaltyadmin.points_adjustments import (
    earlier,
    endings,
    lines,
    progress,
    safeguards,
    sending,
    writing,
)
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line, Upload
from loyaltyadmin.points_adjustments.sheet import Problem, Row, Sheet
from loyaltyadmin.points_adjustments.states import (
    Action,
    Direction,
    JobStatus,
    LineStatus,
)
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors

if TYPE_CHECKING:
    from loyaltyadmin.stores.pacer import Pacer
    from loyaltyadmin.zid.client import Client


class NotPossible(Exception):
    """What is asked for cannot be done as things are, for instance because a job has ended."""


class ApprovalMissing(NotPossible):
    """A second manager has to approve first."""


# One customer


def adjust_customer_points(
    *,
    store: Store,
    zid: Client,
    by: Actor,
    pace: Pacer,
    customer_id: int,
    action: Action,
    points: int,
    reason: str,
    submission: uuid.UUID,
    also: Callable[[Line], object] | None = None,
) -> Line:
    """This will adjust one customer's points, once per `submission`, and give the line that tells.

    The line is written before Zid is called. An answer that is lost leaves it unknown; a worker
    then looks it up in the points history. A repeated submission gives the first one's line, and
    sends it only if nobody has: the process that wrote it may have died. `points` are what to add
    or take, or the balance to reach. `also` is done with a new line in the transaction that writes
    it.

    Raises: NotPossible for a submission of another customer or store. errors.TokenRejected and
    errors.ScopeMissing, when the line is skipped.
    """
    line = _single_line(
        store=store,
        by=by,
        customer_id=customer_id,
        reason=reason,
        submission=submission,
        also=also,
        **lines.asked(action=action, amount=points),
    )
    if line.status != LineStatus.PENDING:
        return line
    try:
        sending.send(line=line, zid=zid, pace=pace)
    except (errors.RateLimited, errors.NotSent):
        _skip_unsent(line)
    except (errors.TokenRejected, errors.ScopeMissing):
        _skip_unsent(line)
        raise
    if line.status == LineStatus.PENDING:
        line.refresh_from_db()  # a second click: the first one's process has it
    return line


def _skip_unsent(line: Line) -> None:
    if line.status == LineStatus.PENDING:  # else it was claimed and given back
        line.move(to=LineStatus.SKIPPED, ended_at=timezone.now(), problem="not_sent")


def _single_line(
    *,
    store: Store,
    by: Actor,
    customer_id: int,
    submission: uuid.UUID,
    also: Callable[[Line], object] | None,
    **values: object,
) -> Line:
    try:
        with transaction.atomic():
            line = Line.objects.create(
                store=store,
                customer_id=customer_id,
                submission=submission,
                created_at=timezone.now(),
                **values,
            )
            _record(line, by=by, action=Activity.ADJUST_CUSTOMER_POINTS)
            if also is not None:
                also(line)
            return line
    except IntegrityError:
        found = Line.objects.filter(
            store=store, customer_id=customer_id, submission=submission
        ).first()
    if found is None:
        raise NotPossible
    return found


# Bulk


@transaction.atomic
def start_bulk_adjustment(
    *,
    store: Store,
    by: Actor,
    sheet: Sheet,
    reason: str,
    source: BulkAdjustment.Source,
    file_name: str = "",
    content_digest: str = "",
) -> BulkAdjustment:
    """This will keep a sheet's lines as a draft; nothing is sent before it is confirmed.

    `reason` is for the lines that bring none of their own. With many lines it is not a draft yet,
    and the caller wakes a worker, who writes them.
    """
    return _start(
        store=store,
        by=by,
        rows=sheet.rows,
        problems=sheet.problems,
        reason=reason,
        source=source,
        file_name=file_name[-255:],
        content_digest=content_digest,
        hidden_columns=list(sheet.hidden_columns),
        corrects=earlier.job_that_failed(store=store, file_name=file_name),
    )


@transaction.atomic
def draft_bulk_adjustment(
    *, store: Store, by: Actor, rows: Iterable[Row], reason: str, source: BulkAdjustment.Source
) -> BulkAdjustment:
    """This will do the same for rows that are in no file.

    They are asked for some at a time and in the same transaction.
    """
    return _start(store=store, by=by, rows=rows, reason=reason, source=source)


def _start(
    *,
    store: Store,
    by: Actor,
    rows: Iterable[Row],
    problems: Iterable[Problem] = (),
    reason: str,
    **fields: Any,
) -> BulkAdjustment:
    job = BulkAdjustment.objects.create(
        store=store, reason=reason, status=JobStatus.WRITING, created_at=timezone.now(), **fields
    )
    writing.put(
        job=job,
        rows=(lines.values_of(row, reason=reason) for row in rows),
        left_out=map(lines.values_of_problem, problems),
    )
    _record(job, by=by, action=Activity.START_BULK_ADJUSTMENT)
    return job


@transaction.atomic
def confirm_bulk_adjustment(
    *, job: BulkAdjustment, by: Actor, starts_at: dt.datetime | None = None
) -> None:
    """This will queue a draft; the caller wakes a worker once that is committed.

    It starts when the store's earlier ones are over, and not before `starts_at`. Confirming twice
    does nothing the second time.

    Raises: ApprovalMissing where a second manager has to approve, and `by` is not one.
    NotPossible for a draft without lines, or one that was thrown away.
    """
    if job.status == JobStatus.DRAFT and safeguards.lacks_approval(job=job, by=by):
        raise ApprovalMissing
    if (
        job.status == JobStatus.DRAFT
        and job.lines.exists()
        and job.move(
            to=JobStatus.QUEUED,
            confirmed_at=timezone.now(),
            starts_at=starts_at or job.starts_at,  # whoever asked for approval may have said
        )
    ):
        Upload.objects.filter(job=job).delete()
        _record(job, by=by, action=Activity.CONFIRM_BULK_ADJUSTMENT)
    _refresh(job)
    if job.confirmed_at is None:
        raise NotPossible


def confirm_when_written(*, job: BulkAdjustment, by: Actor) -> None:
    """This will have a new job queued as soon as all of its lines are written.

    For who sees no draft, and in the transaction that makes the job. Until then it can be cancelled
    as a draft can.

    Raises: as `confirm_bulk_adjustment`.
    """
    if job.status != JobStatus.WRITING:
        confirm_bulk_adjustment(job=job, by=by)
        return
    if safeguards.lacks_approval(job=job, by=by):
        raise ApprovalMissing
    job.confirmed_at = timezone.now()
    job.save(update_fields=["confirmed_at"])
    _record(job, by=by, action=Activity.CONFIRM_BULK_ADJUSTMENT)


@transaction.atomic
def pause_bulk_adjustment(*, job: BulkAdjustment, by: Actor) -> None:
    """This will stop a bulk adjustment before its next line. What is under way gets its outcome.

    Raises: NotPossible.
    """
    _move(job, to=JobStatus.PAUSED, pause_reason=BulkAdjustment.PauseReason.MERCHANT)
    _record(job, by=by, action=Activity.PAUSE_BULK_ADJUSTMENT)


@transaction.atomic
def resume_bulk_adjustment(*, job: BulkAdjustment, by: Actor) -> None:
    """This will queue a paused bulk adjustment again; the caller wakes a worker.

    Raises: NotPossible.
    """
    if job.status != JobStatus.PAUSED:  # a draft is queued by confirming it
        raise NotPossible
    _move(job, to=JobStatus.QUEUED)
    _record(job, by=by, action=Activity.RESUME_BULK_ADJUSTMENT)


def cancel_bulk_adjustment(*, job: BulkAdjustment, by: Actor) -> None:
    """This will stop a bulk adjustment for good, or throw a draft away.

    1. Nothing of it is sent any more, from now on.
    2. A thousand of the lines that were not sent are skipped, or deleted with a draft; the rest
       is left to a worker, which the caller wakes (`endings`).
    3. It is over when that is done, and the lines that were under way have their outcome.

    Raises: NotPossible.
    """
    is_draft = job.status in {JobStatus.WRITING, JobStatus.DRAFT}
    with transaction.atomic():
        _move(job, to=JobStatus.CANCELLING, cancel_reason=BulkAdjustment.CancelReason.MERCHANT)
        if is_draft:
            # Whoever writes lines at this moment has the row of those, and is waited for.
            job.unwritten.all().delete()
            Upload.objects.filter(job=job).delete()
        _record(job, by=by, action=Activity.CANCEL_BULK_ADJUSTMENT)
    endings.clear_some(job=job)


@transaction.atomic
def undo_bulk_adjustment(
    *, job: BulkAdjustment, by: Actor, reason_for: Callable[[str], str]
) -> BulkAdjustment:
    """This will draft a job with the opposite of every applied line, once for each job.

    `reason_for` gives the reason to take back what was given for another.
    A worker then reads today's balances, so that the draft can say who cannot give the points
    back. While such a job exists this gives that one.

    Raises: NotPossible while `job` is not over, once its lines are removed, or when nothing of it
    was applied.
    """
    job = BulkAdjustment.objects.select_for_update().get(id=job.id)
    if endings.is_kept_by_a_draft(job=job):
        raise NotPossible
    if existing := BulkAdjustment.objects.filter(undoes=job).first():
        return existing
    applied = job.lines.filter(status=LineStatus.APPLIED, undone_by=None)
    if not job.has_lines_to_follow or not applied.exists():
        raise NotPossible
    undo = _derived(job, reason=reason_for(job.reason) if job.reason else "", undoes=job)
    writing.put(
        job=undo,
        rows=(
            lines.values_of(
                Row(
                    position=line.position,
                    customer_id=line.customer_id,
                    action=_OPPOSITE[Direction(line.direction)],
                    amount=line.points or 0,
                    reason=reason_for(line.reason),
                ),
                reason="",
                undoes=line.id,
            )
            for line in progress.some_at_a_time(applied)
        ),
    )
    _record(undo, by=by, action=Activity.UNDO_BULK_ADJUSTMENT)
    return undo


@transaction.atomic
def retry_bulk_adjustment(*, job: BulkAdjustment, by: Actor) -> BulkAdjustment:
    """This will draft a job with the lines that provably did not happen: refused or not sent.

    A line is retried once; a retry that fails can be retried itself. A draft that was thrown away
    cannot: what it came from is free for another draft, and both would be sent. While the lines of
    such a draft are being written this gives that one.

    Raises: NotPossible while `job` is not over, once its lines are removed, or when there is no
    such line.
    """
    job = BulkAdjustment.objects.select_for_update().get(id=job.id)
    if endings.is_kept_by_a_draft(job=job):
        raise NotPossible
    if existing := writing.to_be_written().filter(retries=job).first():
        return existing
    failed = retryable_lines(job=job)
    if not job.has_lines_to_follow or not failed.exists():
        raise NotPossible
    retry = _derived(job, reason=job.reason, retries=job)
    writing.put(
        job=retry,
        rows=(
            lines.values_of(
                Row(
                    position=line.position,
                    customer_id=line.customer_id,
                    action=Action(line.action),
                    amount=(line.points or 0) if line.target is None else line.target,
                    reason=line.reason,
                ),
                reason="",
                retries=line.id,
            )
            for line in progress.some_at_a_time(failed)
        ),
    )
    _record(retry, by=by, action=Activity.RETRY_BULK_ADJUSTMENT)
    return retry


def retryable_lines(*, job: BulkAdjustment) -> QuerySet[Line]:
    """This will give the lines of a job that did not happen and were not retried."""
    return job.lines.filter(
        Q(status=LineStatus.REJECTED)
        | (Q(status=LineStatus.SKIPPED) & ~Q(problem="balance_is_right")),
        retried_by=None,
        job__confirmed_at__isnull=False,
    )


@transaction.atomic
def decide_line(*, line: Line, by: Actor, happened: bool) -> None:
    """This will write down what the merchant found out about a line that Zid cannot settle.

    Raises: NotPossible when the line is not one of those.
    """
    if line.status != LineStatus.UNSETTLED:
        raise NotPossible
    if happened:
        sending.apply(line=line, at=line.claimed_at or timezone.now(), problem="decided")
    else:
        line.move(to=LineStatus.SKIPPED, ended_at=timezone.now(), problem="decided")
    _record(line, by=by, action=Activity.DECIDE_LINE, happened=happened)


def _record(what: Line | BulkAdjustment, *, by: Actor, action: Activity, **more: object) -> None:
    after: activity.State
    if isinstance(what, BulkAdjustment):
        starts_at = what.starts_at.isoformat() if what.starts_at else None
        after = {"file_name": what.file_name, "reason": what.reason, "starts_at": starts_at}
        activity.record(store=what.store, by=by, action=action, after=after | more, job_id=what.id)
        return
    after = {
        "action": what.action,
        "points": what.points if what.target is None else what.target,
        "reason": what.reason,
        "reference": what.reference,
    }
    activity.record(
        store=what.store,
        by=by,
        action=action,
        after=after | more,
        customer_id=what.customer_id,
        job_id=what.job_id,
        line_id=what.id,
    )


_OPPOSITE = {Direction.ADD: Action.TAKE, Direction.TAKE: Action.ADD}


def _derived(job: BulkAdjustment, *, reason: str, **links: BulkAdjustment) -> BulkAdjustment:
    return BulkAdjustment.objects.create(
        store=job.store,
        source=job.source,
        file_name=job.file_name,
        reason=reason,
        status=JobStatus.WRITING,
        created_at=timezone.now(),
        **links,
    )


def _move(job: BulkAdjustment, *, to: JobStatus, **fields: object) -> None:
    try:
        moved = job.move(to=to, **fields)
    except ValueError:
        moved = False
    if not moved:
        raise NotPossible


def _refresh(job: BulkAdjustment) -> None:
    job.refresh_from_db(fields=["status", "confirmed_at"])
