"""A worker's turn at a store: settle what is unknown, send what is waiting, for some seconds.

The database is the truth and a Celery message only a wake-up call. A turn that never comes, comes
twice or dies loses nothing: `sweep` finds the stores that nobody is working on, and the lines that
somebody died on.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from loyaltyadmin.points_adjustments import balances, endings, holding, sending, writing
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.sharing import Shared
from loyaltyadmin.points_adjustments.states import (
    JOB_STOPPABLE,
    LINE_OPEN,
    JobStatus,
    LineStatus,
)
from loyaltyadmin.stores import operations as stores
from loyaltyadmin.stores import pacer
from loyaltyadmin.stores.models import Store
from loyaltyadmin.stores.subscriptions import HELD_BACK
from loyaltyadmin.telemetry import context
from loyaltyadmin.zid import errors

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client

logger = logging.getLogger(__name__)

# Then the next store has the thread. Short, because nearly all of a turn is waiting for the limit:
# a store that has no thread loses nothing as long as its bucket is not empty when it comes back.
TURN_SECONDS = 2
# So long while no other store waits, for to change places costs writes; and while Zid does not
# answer, or the pauses between the lines would never grow.
LONG_TURN_SECONDS = 20
ABANDONED_SECONDS = 60  # no click waits that long for its call
LONGEST_PAUSE_SECONDS = 10.0
MISSES_ALLOWED = 2
# What comes before the next line is looked for no more often than this while there are lines.
LOOK_SECONDS = 2
# A turn that is short reads few lines, one that goes on more at once.
FEWEST_LINES_AT_ONCE, MOST_LINES_AT_ONCE = 5, 50


def never() -> bool:
    return False


def take_turn(
    *,
    store_id: int,
    is_stopping: Callable[[], bool] = never,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """This will work on a store's lines until nothing is due, the turn is over or the worker stops.

    Tells whether there is more to do at once. Does nothing while another process has the turn.
    """
    with context.about(store=store_id):
        return _take_turn(store_id=store_id, is_stopping=is_stopping, sleep=sleep)


def _take_turn(
    *, store_id: int, is_stopping: Callable[[], bool], sleep: Callable[[float], None]
) -> bool:
    store = Store.objects.connected().filter(id=store_id).first()
    if store is None:
        return False
    turn = holding.Held(store=store)
    if not turn.take():
        return False
    is_done = False
    try:
        is_done = not _work(store=store, turn=turn, is_stopping=is_stopping, sleep=sleep)
        return not is_done
    except errors.TokenRejected as error:
        logger.warning("%s: %s", store, error)
        stop_all(store=store)
        return False
    except errors.ScopeMissing as error:
        logger.warning("%s: %s", store, error)
        for job in BulkAdjustment.objects.filter(store=store, status=JobStatus.RUNNING):
            job.move(to=JobStatus.PAUSED, pause_reason=BulkAdjustment.PauseReason.SCOPE)
        return False
    except (errors.RateLimited, errors.NotSent) as error:
        logger.info("%s: %s", store, error)
        return False  # the sweep wakes the store again
    finally:
        turn.release(is_done=is_done)


def stop_all(*, store: Store) -> None:
    """This will cancel a store's bulk adjustments: Zid no longer takes its tokens.

    Every line is accounted for. What was not sent is skipped; what is unknown cannot be looked up
    and is unsettled, until the store installs the app again (`sweep`) or the merchant decides.
    """
    # Nothing begins by itself should the store come back: these become drafts.
    writing.to_be_written().filter(store=store).update(confirmed_at=None)
    for job in BulkAdjustment.objects.filter(store=store, status__in=JOB_STOPPABLE):
        job.move(to=JobStatus.CANCELLING, cancel_reason=BulkAdjustment.CancelReason.ACCESS)
    for line in Line.objects.filter(store=store, status=LineStatus.UNKNOWN):
        line.move(to=LineStatus.UNSETTLED, problem="access_lost")
    for job in BulkAdjustment.objects.filter(store=store, status=JobStatus.CANCELLING):
        endings.clear_all(job=job)


def look_again(*, store: Store) -> int:
    """This will have every line of a store looked up whose outcome nobody knows; gives how many.

    Also those that were left to the merchant, for a history that could not be read then may be by
    now. Nothing is sent by this: the points history decides, as it does after any lost answer.
    """
    now = timezone.now()
    count = 0
    for line in Line.objects.filter(store=store, status=LineStatus.UNSETTLED):
        count += line.move(to=LineStatus.UNKNOWN, unknown_at=now, look_at=now, problem="")
    waiting = Line.objects.filter(store=store, status=LineStatus.UNKNOWN, look_at__gt=now)
    return count + waiting.update(look_at=now)


def sweep() -> list[int]:
    """This will turn the lines of dead workers unknown, and tell which stores need a worker now."""
    now = timezone.now()
    for line in Line.objects.filter(
        status=LineStatus.CLAIMED, claimed_at__lt=now - sending.claim_lifetime()
    )[:1000]:
        logger.warning("%s was claimed and never finished", line)
        sending.doubt(line=line)
    for line in Line.objects.filter(
        status=LineStatus.PENDING,
        job=None,
        created_at__lt=now - dt.timedelta(seconds=ABANDONED_SECONDS),
    ):
        # Its web process died before the call. Whoever clicked is gone, so it is not sent now.
        line.move(to=LineStatus.SKIPPED, ended_at=now, problem="not_sent")
    for job in BulkAdjustment.objects.filter(status=JobStatus.CANCELLING):
        endings.clear_some(job=job)  # a line may have been given back at that very moment
    for store in Store.objects.filter(uninstalled_at__isnull=False).filter(
        Exists(BulkAdjustment.objects.filter(_would_go_on(), store=OuterRef("id")))
        | Exists(Line.objects.filter(store=OuterRef("id"), status=LineStatus.UNKNOWN))
    ):
        stop_all(store=store)
    for line in Line.objects.filter(
        status=LineStatus.UNSETTLED,
        problem="access_lost",
        store__uninstalled_at=None,
        store__installed_at__gt=F("unknown_at"),
    ):
        line.move(to=LineStatus.UNKNOWN, unknown_at=now, look_at=now, problem="")
    return holding.wake(_stores_with_work(now=now), now=now)


def _would_go_on() -> Q:
    """Confirmed and not over, also where its lines are still being written."""
    return Q(status__in=JOB_STOPPABLE) | Q(status=JobStatus.WRITING, confirmed_at__isnull=False)


def _work(
    *,
    store: Store,
    turn: holding.Held,
    is_stopping: Callable[[], bool],
    sleep: Callable[[float], None],
) -> bool:
    pace = stores.pacer_for(store=store, asks=pacer.For.JOB, sleep=sleep)
    applied: list[Line] = []
    try:
        with stores.zid_client_for(store=store, language=store.language, pace=pace) as zid:
            steps = _steps(store=store, zid=zid, pace=pace, applied=applied)
            return _walk(steps, turn=turn, is_stopping=is_stopping, sleep=sleep)
    finally:
        sending.tell_directory(applied)


def _walk(
    steps: Iterator[bool],
    *,
    turn: holding.Held,
    is_stopping: Callable[[], bool],
    sleep: Callable[[float], None],
) -> bool:
    """Take steps until there are none or the turn is over; tell whether there may be more."""
    began, look_around_at = time.monotonic(), float(TURN_SECONDS)
    misses = 0
    for step in steps:
        misses = 0 if step else misses + 1
        if misses > MISSES_ALLOWED:
            # Zid is in trouble; do not add lines to what will have to be looked up.
            sleep(min(0.5 * 2 ** (misses - MISSES_ALLOWED), LONGEST_PAUSE_SECONDS))
        lasted = time.monotonic() - began
        if is_stopping() or lasted > LONG_TURN_SECONDS:
            return True
        if misses == 0 and lasted > look_around_at:
            if holding.makes_room():
                return True
            look_around_at = lasted + TURN_SECONDS
        if not turn.is_mine():
            return False
    return False


def _steps(*, store: Store, zid: Client, pace: pacer.Pacer, applied: list[Line]) -> Iterator[bool]:
    """Settle or send one line at a time, as long as there is one; yield whether Zid answered.

    Lines that Zid applied at once are put into `applied`.
    """
    waiting: list[Line] = []
    at_once, is_checking, look_at = FEWEST_LINES_AT_ONCE, True, 0.0
    unchecked: BulkAdjustment | None = None
    while True:
        is_due = time.monotonic() >= look_at
        # What others heard does not tell how far this turn has come with its draft.
        if waiting and is_due and unchecked is None and store.id not in STORES_WITH_MORE.get():
            look_at = time.monotonic() + LOOK_SECONDS
        if not waiting or time.monotonic() >= look_at:
            if unknown := _line_to_look_up(store=store):
                settle = partial(sending.settle, line=unknown, zid=zid)
                yield _unless_refused(settle, job_id=unknown.job_id)
                continue
            # Somebody looks at how far it is, and it takes seconds: the running job waits for it.
            if unwritten := writing.to_be_written().filter(store=store).first():
                writing.write_some(job=unwritten)
                yield True
                continue
            if stopped := endings.to_be_cleared().filter(store=store).first():
                endings.clear_some(job=stopped)
                yield True
                continue
            unchecked = _draft_to_check(store=store) if is_checking else None
            look_at = time.monotonic() + LOOK_SECONDS
        # A draft's many balances and the running job take turns: neither waits for the other's end.
        if unchecked is not None:
            check = partial(balances.check_some, job=unchecked, zid=zid)
            is_checking = _unless_refused(check, job_id=unchecked.id)
            look_at = 0.0
            yield is_checking
        if not waiting:
            job = _job_to_run(store=store)
            if job is not None:
                waiting = list(_sendable(job)[:at_once])
                at_once = min(2 * at_once, MOST_LINES_AT_ONCE)
            if not waiting:
                # What is left is unknown and not due yet, or another worker has it.
                is_stuck = job is None or not endings.end_if_done(job=job)
                if is_stuck and (unchecked is None or not is_checking):
                    return
                continue
        line = waiting.pop(0)
        send = partial(sending.send, line=line, zid=zid, pace=pace)
        yield _unless_refused(send, job_id=line.job_id)
        if line.status == LineStatus.APPLIED:
            applied.append(line)
        if line.status == LineStatus.PENDING:
            waiting = []  # given back, or its job is no longer running: look again


def _unless_refused(step: Callable[[], bool], *, job_id: uuid.UUID | None) -> bool:
    """Take a call that Zid refused with fresh tokens as one that it did not answer.

    Only when Zid refuses to refresh them has the store left; a 401 in between may be anything.
    """
    with context.about(job=job_id):
        try:
            return step()
        except errors.TokenRejected as error:
            if error.endpoint == stores.REFRESHING:
                raise
            logger.info("refused with fresh tokens: %s", error)
            return False


def _stores_with_more() -> frozenset[int]:
    """Those with something that comes before their next line."""
    with_more = (
        Line.objects.due_for_a_look(now=timezone.now()),
        writing.to_be_written(),
        endings.to_be_cleared(),
        balances.drafts_to_check(),
    )
    return frozenset(
        chain.from_iterable(some.values_list("store_id", flat=True) for some in with_more)
    )


STORES_WITH_MORE = Shared(_stores_with_more, seconds=LOOK_SECONDS)


def _line_to_look_up(*, store: Store) -> Line | None:
    due = Line.objects.filter(store=store).due_for_a_look(now=timezone.now())
    return due.order_by("look_at").first()


def _draft_to_check(*, store: Store) -> BulkAdjustment | None:
    return balances.drafts_to_check().filter(store=store).first()


def _job_to_run(*, store: Store) -> BulkAdjustment | None:
    """The store's running job, or the next one in the queue, started."""
    jobs = BulkAdjustment.objects.filter(store=store)
    running = jobs.filter(status=JobStatus.RUNNING).first()
    if running is not None:
        return running
    for queued in _due(jobs).order_by("confirmed_at"):
        started_at = queued.started_at or timezone.now()
        try:
            with transaction.atomic():
                if queued.move(to=JobStatus.RUNNING, started_at=started_at):
                    return queued
        except IntegrityError:
            return None  # a worker that took this turn over has just started another one
    return None


def _sendable(job: BulkAdjustment) -> QuerySet[Line]:
    """A job's lines to send next, in order; without those that wait for another's outcome."""
    others = Line.objects.in_flight_for(
        store_id=OuterRef("store_id"), customer_id=OuterRef("customer_id")
    )
    pending = job.lines.filter(status=LineStatus.PENDING)
    return pending.filter(Q(target=None) | ~Exists(others)).order_by("position")


def _due(jobs: QuerySet[BulkAdjustment]) -> QuerySet[BulkAdjustment]:
    """Queued jobs whose hour, if they have one, has come, of stores that pay for it."""
    return jobs.filter(
        Q(starts_at=None) | Q(starts_at__lte=timezone.now()), status=JobStatus.QUEUED
    ).exclude(store__subscription__in=HELD_BACK)


def _stores_with_work(*, now: dt.datetime) -> list[int]:
    jobs = BulkAdjustment.objects.all()
    lines = Line.objects.filter(job=OuterRef("id"))
    # One of which every line is done was left by a worker that died before it could end it.
    under_way = jobs.filter(status=JobStatus.RUNNING).filter(
        Exists(lines.filter(status=LineStatus.PENDING))
        | ~Exists(lines.filter(status__in=LINE_OPEN))
    )
    with_work = (
        under_way,
        _due(jobs),
        writing.to_be_written(),
        endings.to_be_cleared(),
        balances.drafts_to_check(),
    )
    ids = {store_id for some in with_work for store_id in some.values_list("store_id", flat=True)}
    ids |= set(Line.objects.due_for_a_look(now=now).values_list("store_id", flat=True).distinct())
    return list(Store.objects.connected().filter(id__in=ids).values_list("id", flat=True))
