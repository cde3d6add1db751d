from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import ClassVar

import hypothesis
import pytest
import requests
import time_machine
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import strategies as st

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.points_adjustments import holding, operations, sending, tasks, turns
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line, Turn
from loyaltyadmin.points_adjustments.states import Action, JobStatus, LineStatus
from loyaltyadmin.stores.models import RateBucket, Store
from tests.conftest import empty_buckets
from tests.points_adjustments.conftest import Ledger, make_job, make_line


class Crash(BaseException):
    """The process dies here, as by kill -9: no handler of ours catches it."""


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loyaltyadmin.zid._session.FIRST_PAUSE_SECONDS", 0)
    monkeypatch.setattr(turns, "LONGEST_PAUSE_SECONDS", 0)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def work(store: Store) -> bool:
    """A worker comes, works until nothing is due, and goes."""
    RateBucket.objects.all().delete()
    empty_buckets()
    return turns.take_turn(store_id=store.id, sleep=lambda seconds: None)


def work_until_over(
    store: Store, job: BulkAdjustment, clock: time_machine.Traveller, *, hours: int = 1
) -> None:
    """Beat and workers, over and over, with all the time in the world."""
    for _ in range(60 * hours):
        for store_id in turns.sweep():
            work(Store.objects.get(id=store_id))
        job.refresh_from_db()
        if job.is_over:
            return
        clock.shift(60)
    raise AssertionError(f"the job is still {job.status}: {statuses(job)}")


def statuses(job: BulkAdjustment) -> dict[str, int]:
    return dict(Counter(job.lines.values_list("status", flat=True)))


def paid_once(ledger: Ledger, job: BulkAdjustment) -> bool:
    paid = Counter(entry["customer_id"] for entry in ledger.entries)
    return paid == Counter(job.lines.values_list("customer_id", flat=True))


def test_it_sends_every_line_once_and_finishes(ledger: Ledger, store: Store) -> None:
    job = make_job(store, customers=5)

    more = work(store)

    job.refresh_from_db()
    assert not more
    assert job.status == JobStatus.FINISHED
    assert statuses(job) == {LineStatus.APPLIED: 5}
    assert paid_once(ledger, job)


def test_it_sends_nothing_of_a_draft(ledger: Ledger, store: Store) -> None:
    make_job(store, confirmed=False)

    work(store)

    assert ledger.adjustments == 0


def test_it_runs_a_stores_jobs_one_after_the_other_in_the_order_they_were_confirmed(
    ledger: Ledger, store: Store
) -> None:
    first, second = make_job(store, points=1), make_job(store, points=2)

    work(store)

    assert [entry["points"] for entry in reversed(ledger.entries)] == [1, 1, 1, 2, 2, 2]
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.ended_at <= second.started_at


def test_a_worker_that_was_overtaken_starts_no_second_job_beside_the_first(
    ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = make_job(store), make_job(store)

    def overtaken(jobs: QuerySet[BulkAdjustment]) -> QuerySet[BulkAdjustment]:
        first.move(to=JobStatus.RUNNING, started_at=timezone.now())
        return jobs.filter(id=second.id)

    monkeypatch.setattr(turns, "_due", overtaken)

    more = work(store)

    assert not more
    assert ledger.adjustments == 0


def test_it_does_nothing_while_another_worker_has_the_turn(ledger: Ledger, store: Store) -> None:
    make_job(store)
    Turn.objects.create(
        store=store, holder=uuid.uuid4(), held_until=timezone.now() + dt.timedelta(seconds=9)
    )

    more = work(store)

    assert not more
    assert ledger.adjustments == 0


def test_it_takes_over_from_a_worker_that_died(ledger: Ledger, store: Store) -> None:
    job = make_job(store)
    Turn.objects.create(
        store=store, holder=uuid.uuid4(), held_until=timezone.now() - dt.timedelta(seconds=1)
    )

    work(store)

    assert paid_once(ledger, job)


def test_a_clock_that_is_put_back_holds_no_store_up(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    job = make_job(store)
    in_an_hour = timezone.now() + dt.timedelta(hours=1)
    Turn.objects.create(
        store=store, holder=uuid.uuid4(), held_until=in_an_hour, woken_at=in_an_hour
    )

    woken = turns.sweep()
    work(store)

    assert woken == [store.id]
    assert paid_once(ledger, job)


def test_two_workers_at_once_send_no_line_twice(ledger: Ledger, store: Store) -> None:
    """The turn is only a matter of order: here both have it, and the claims decide."""
    job = make_job(store, customers=4)
    rest = iter([lambda: None, lambda: Turn.objects.update(held_until=None) and work(store)])
    ledger.before_adjusting = lambda: next(rest, lambda: None)()

    work(store)

    assert paid_once(ledger, job)


def test_a_message_delivered_ten_times_sends_every_line_once(ledger: Ledger, store: Store) -> None:
    job = make_job(store)

    for _ in range(10):
        tasks.take_turn(store.id)

    assert paid_once(ledger, job)


def test_a_lost_message_loses_no_work(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    job = make_job(store)

    work_until_over(store, job, clock)

    assert paid_once(ledger, job)


@pytest.mark.parametrize(
    ("stop", "ends_as"),
    [
        (operations.pause_bulk_adjustment, JobStatus.PAUSED),
        (operations.cancel_bulk_adjustment, JobStatus.CANCELLED),
    ],
    ids=["pause", "cancel"],
)
def test_it_stops_before_the_next_line(
    ledger: Ledger, store: Store, stop: Callable[..., None], ends_as: JobStatus
) -> None:
    job = make_job(store, customers=5)

    def stop_at_the_second() -> None:
        if ledger.adjustments == 2:
            stop(job=BulkAdjustment.objects.get(), by=OPERATOR)

    ledger.before_adjusting = stop_at_the_second
    work(store)
    turns.sweep()

    job.refresh_from_db()
    assert ledger.adjustments == 2
    assert job.status == ends_as
    assert statuses(job)[LineStatus.APPLIED] == 2


def test_a_resumed_job_goes_on_with_the_next_line(ledger: Ledger, store: Store) -> None:
    job = make_job(store)
    operations.pause_bulk_adjustment(by=OPERATOR, job=job)
    work(store)

    operations.resume_bulk_adjustment(by=OPERATOR, job=job)
    work(store)

    assert paid_once(ledger, job)


def test_a_worker_that_stops_ends_its_turn_after_the_line_it_is_at(
    ledger: Ledger, store: Store
) -> None:
    make_job(store)

    more = turns.take_turn(store_id=store.id, is_stopping=lambda: True)

    assert more
    assert ledger.adjustments == 1
    assert Turn.objects.get().held_until is None


def test_the_job_pauses_and_says_why_when_zid_refuses_the_stores_tokens(
    ledger: Ledger, store: Store
) -> None:
    job = make_job(store)
    ledger.refuses(403)

    work(store)

    job.refresh_from_db()
    assert (job.status, job.pause_reason) == (JobStatus.PAUSED, "scope")
    assert statuses(job) == {LineStatus.PENDING: 3}


def test_other_lines_go_on_while_a_lost_one_waits_for_its_look(
    ledger: Ledger, store: Store
) -> None:
    job = make_job(store)
    ledger.loses_the_answer(applied=True)

    work(store)

    job.refresh_from_db()
    assert statuses(job) == {LineStatus.UNKNOWN: 1, LineStatus.APPLIED: 2}
    assert job.status == JobStatus.RUNNING


@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not applied"])
def test_a_lost_answer_is_settled_without_a_person_and_paid_once(
    ledger: Ledger, store: Store, clock: time_machine.Traveller, applied: bool
) -> None:
    job = make_job(store)
    ledger.loses_the_answer(applied=applied)

    work_until_over(store, job, clock)

    assert job.status == JobStatus.FINISHED
    assert statuses(job) == {LineStatus.APPLIED: 3}
    assert paid_once(ledger, job)


def test_a_single_adjustment_whose_answer_was_lost_is_settled_too(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    line = make_line(store)
    line.move(to=LineStatus.CLAIMED, claim=uuid.uuid4(), claimed_at=timezone.now())
    sending.doubt(line=line)
    clock.shift(sending.FIRST_LOOK_SECONDS + 1)

    woken = turns.sweep()
    work(store)
    clock.shift(100)
    work(store)

    assert woken == [store.id]
    line.refresh_from_db()
    assert (line.status, line.problem) == (LineStatus.SKIPPED, "not_applied")


class CrashAt:
    """Kills the process right before or right after its nth step; a step is a query or a call."""

    def __init__(self, ledger: Ledger, *, nth: int, side: str) -> None:
        self.steps = 0
        self._nth, self._side = nth, side
        ledger.before_adjusting = lambda: self.step(ledger._keep)
        ledger.before_looking = lambda: self.step(lambda: None)

    def step(self, do: Callable[[], object]) -> object:
        self.steps += 1
        dies = self.steps == self._nth
        if dies and self._side == "before":
            raise Crash
        if not dies and do.__name__ == "_keep":
            return None  # the ledger keeps it itself
        result = do()
        if dies:
            raise Crash
        return result

    def query(self, execute: Callable[..., object], sql: str, *of: object) -> object:
        if sql.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            # Dying here is dying at the statement beside it: the transaction is rolled back.
            return execute(sql, *of)
        return self.step(lambda: execute(sql, *of))


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("lost", [None, True, False], ids=["", "lost-applied", "lost-not-applied"])
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_any_two_steps_pays_everybody_once(
    ledger: Ledger, store: Store, clock: time_machine.Traveller, side: str, lost: bool | None
) -> None:
    """A line is sent, and settled if its answer was lost, with a crash at each step in turn."""
    nth, survived = 0, False
    while not survived:
        nth += 1
        assert nth < 200
        Line.objects.all().delete()
        BulkAdjustment.objects.all().delete()
        Turn.objects.all().delete()
        ledger.entries.clear()
        ledger.answers.clear()
        ledger.before_adjusting = ledger.before_looking = lambda: None
        if lost is not None:
            ledger.loses_the_answer(applied=lost)
        job = make_job(store, customers=1)

        crash = CrashAt(ledger, nth=nth, side=side)
        try:
            with connection.execute_wrapper(crash.query):
                work_until_over(store, job, clock)
            survived = True
        except Crash:
            pass
        ledger.before_adjusting = ledger.before_looking = lambda: None
        work_until_over(store, job, clock)

        assert job.status == JobStatus.FINISHED, nth
        assert statuses(job) == {LineStatus.APPLIED: 1}, nth
        assert paid_once(ledger, job), nth
    assert nth > 20


def test_a_turn_that_dies_leaves_the_store_to_the_next_worker_within_seconds(
    ledger: Ledger, store: Store, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_job(store)
    monkeypatch.setattr(holding.Held, "release", lambda self, is_done: None)
    monkeypatch.setattr(sending, "send", raising(Crash()))
    with pytest.raises(Crash):
        work(store)

    clock.shift(holding.HOLD_SECONDS + 1)

    assert turns.sweep() == [store.id]


def raising(error: BaseException) -> Callable[..., None]:
    def fail(**values: object) -> None:
        raise error

    return fail


def test_the_sweep_wakes_a_store_once_in_a_while_and_not_while_somebody_works(
    store: Store, clock: time_machine.Traveller
) -> None:
    make_job(store)

    first, at_once = turns.sweep(), turns.sweep()
    clock.shift(holding.WAKE_AGAIN_SECONDS + 1)
    later = turns.sweep()

    assert (first, at_once, later) == ([store.id], [], [store.id])


def test_the_sweep_leaves_a_store_alone_that_waits_for_its_next_turn(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    make_job(store)
    turns.sweep()
    clock.shift(holding.WAKE_AGAIN_SECONDS + 1)

    more = turns.take_turn(store_id=store.id, is_stopping=lambda: True)

    assert more
    assert turns.sweep() == []


def test_a_turn_gives_the_thread_to_a_store_that_waits_for_one(
    ledger: Ledger,
    store: Store,
    other_store: Store,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_job(other_store)
    assert turns.sweep() == [other_store.id]
    make_job(store)
    clock.shift(holding.COMES_WITHIN_SECONDS)
    monkeypatch.setattr(turns, "TURN_SECONDS", 0)

    more = work(store)

    assert more
    assert ledger.adjustments == 1


def test_a_turn_makes_no_room_for_a_store_that_was_told_just_now(
    ledger: Ledger,
    store: Store,
    other_store: Store,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_job(other_store)
    assert turns.sweep() == [other_store.id]
    make_job(store)
    monkeypatch.setattr(turns, "TURN_SECONDS", 0)

    more = work(store)

    assert not more
    assert ledger.adjustments == 3


def test_a_turn_goes_on_while_no_other_store_waits(
    ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_job(store)
    monkeypatch.setattr(turns, "TURN_SECONDS", 0)

    more = work(store)

    assert not more
    assert ledger.adjustments == 3


def test_a_turn_ends_after_a_while_all_the_same(
    ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_job(store)
    monkeypatch.setattr(turns, "LONG_TURN_SECONDS", 0)

    more = work(store)

    assert more
    assert ledger.adjustments == 1


def test_a_store_is_woken_as_soon_as_its_lost_answer_can_be_looked_up(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    make_job(store, customers=2)
    ledger.loses_the_answer(applied=True)
    assert turns.sweep() == [store.id]
    work(store)

    too_early = turns.sweep()
    clock.shift(sending.JOBS_FIRST_LOOK_SECONDS)
    due = turns.sweep()

    assert (too_early, due) == ([], [store.id])


def test_a_turn_lasts_longer_while_zid_does_not_answer(
    ledger: Ledger,
    store: Store,
    other_store: Store,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_job(other_store)
    assert turns.sweep() == [other_store.id]
    make_job(store, customers=5)
    clock.shift(holding.COMES_WITHIN_SECONDS)
    monkeypatch.setattr(turns, "TURN_SECONDS", 0)
    for _ in range(4):
        ledger.loses_the_answer(applied=False)

    more = work(store)

    assert more
    assert ledger.adjustments == 5


def test_the_sweep_leaves_a_line_alone_that_may_still_be_on_its_way(
    store: Store, clock: time_machine.Traveller
) -> None:
    line = make_line(store)
    line.move(to=LineStatus.CLAIMED, claim=uuid.uuid4(), claimed_at=timezone.now())

    clock.shift(sending.claim_lifetime().total_seconds() - 1)
    turns.sweep()
    still_claimed = Line.objects.get().status
    clock.shift(2)
    turns.sweep()

    assert still_claimed == LineStatus.CLAIMED
    assert Line.objects.get().status == LineStatus.UNKNOWN


def test_stores_are_strangers_to_each_other(
    ledger: Ledger, store: Store, other_store: Store
) -> None:
    ours, theirs = make_job(store), make_job(other_store)

    work(store)

    assert statuses(ours) == {LineStatus.APPLIED: 3}
    assert statuses(theirs) == {LineStatus.PENDING: 3}


def test_nothing_is_sent_for_a_store_that_left(ledger: Ledger, disconnected_store: Store) -> None:
    make_job(disconnected_store)

    woken, more = turns.sweep(), work(disconnected_store)

    assert (woken, more) == ([], False)
    assert ledger.adjustments == 0


def test_it_slows_down_while_zid_does_not_answer(
    ledger: Ledger, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_job(store, customers=6)
    monkeypatch.setattr(turns, "LONGEST_PAUSE_SECONDS", 10.0)
    for _ in range(6):
        ledger.loses_the_answer(applied=False, how=requests.ReadTimeout())
    pauses: list[float] = []

    turns.take_turn(store_id=store.id, sleep=pauses.append)

    assert pauses == [1.0, 2.0, 4.0, 8.0]


@pytest.mark.parametrize("action", [Action.ADD, Action.SET])
def test_a_line_costs_three_writes_at_most(ledger: Ledger, store: Store, action: Action) -> None:
    make_job(store, customers=25, action=action)

    with CaptureQueriesContext(connection) as queries:
        work(store)

    assert ledger.adjustments == 25
    assert writes(queries) <= 3 * 25 + 10


def test_nothing_else_is_looked_for_before_each_single_line(ledger: Ledger, store: Store) -> None:
    make_job(store, customers=25)

    with CaptureQueriesContext(connection) as queries:
        work(store)

    assert ledger.adjustments == 25
    assert reads(queries) <= 25 + 40  # the bucket for each line; the rest now and then


def test_an_undo_writes_the_outcomes_of_two_lines_and_costs_four_writes(
    ledger: Ledger, store: Store
) -> None:
    job = make_job(store, customers=25)
    work(store)
    undo = operations.undo_bulk_adjustment(
        by=OPERATOR,
        job=BulkAdjustment.objects.get(id=job.id),
        reason_for=lambda reason: "Taken back",
    )
    operations.confirm_bulk_adjustment(by=OPERATOR, job=undo)

    with CaptureQueriesContext(connection) as queries:
        work(store)

    assert ledger.adjustments == 2 * 25
    assert writes(queries) <= 4 * 25 + 10


def reads(queries: CaptureQueriesContext) -> int:
    return sum(query["sql"].startswith("SELECT") for query in queries.captured_queries)


def writes(queries: CaptureQueriesContext) -> int:
    return sum(query["sql"].startswith(("UPDATE", "INSERT", "DELETE")) for query in queries)


def test_a_single_adjustment_that_was_abandoned_before_its_call_is_not_sent_later(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    line = make_line(store)

    turns.sweep()
    waiting = Line.objects.get().status
    clock.shift(turns.ABANDONED_SECONDS + 1)
    turns.sweep()
    work(store)

    line.refresh_from_db()
    assert waiting == LineStatus.PENDING
    assert (line.status, line.problem) == (LineStatus.SKIPPED, "not_sent")
    assert ledger.adjustments == 0


class Zid:
    """What Zid and fate may do with an adjustment or a look, one after the other."""

    FATES: ClassVar = {
        "fine": lambda ledger: None,
        "lost after": lambda ledger: ledger.loses_the_answer(applied=True),
        "lost before": lambda ledger: ledger.loses_the_answer(applied=False),
        "500 after": lambda ledger: ledger.loses_the_answer(applied=True, how=500),
        "500 before": lambda ledger: ledger.loses_the_answer(applied=False, how=503),
        "garbage after": lambda ledger: ledger.loses_the_answer(applied=True, how=200),
        "refused": lambda ledger: ledger.refuses(422),
        "unknown customer": lambda ledger: ledger.refuses(404),
        "too many": lambda ledger: ledger.refuses(429),
    }


@hypothesis.settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
@hypothesis.given(
    fates=st.lists(st.sampled_from(sorted(Zid.FATES)), max_size=12),
    crashes=st.lists(st.integers(1, 60), max_size=3),
    stops=st.sampled_from(["", "pause", "cancel"]),
)
def test_whatever_happens_the_ledger_and_the_lines_agree(
    ledger: Ledger,
    store: Store,
    clock: time_machine.Traveller,
    fates: list[str],
    crashes: list[int],
    stops: str,
) -> None:
    forget_everything(ledger)
    job = make_job(store, customers=4)
    for fate in fates:
        Zid.FATES[fate](ledger)
    for nth in crashes:
        with suppress(Crash):
            die_at_call(ledger, nth)
            work(store)
        clock.shift(40)
    if stops:
        stop = getattr(operations, f"{stops}_bulk_adjustment")
        with suppress(operations.NotPossible):
            stop(job=BulkAdjustment.objects.get(), by=OPERATOR)
        with suppress(operations.NotPossible):
            operations.resume_bulk_adjustment(by=OPERATOR, job=BulkAdjustment.objects.get())
    ledger.before_adjusting = lambda: None

    work_until_over(store, job, clock)

    paid = Counter(entry["customer_id"] for entry in ledger.entries)
    applied = Counter(
        job.lines.filter(status=LineStatus.APPLIED).values_list("customer_id", flat=True)
    )
    assert paid == applied
    assert not job.lines.exclude(
        status__in=[LineStatus.APPLIED, LineStatus.REJECTED, LineStatus.SKIPPED]
    ).exists()


def forget_everything(ledger: Ledger) -> None:
    for model in (Line, BulkAdjustment, Turn):
        model.objects.all().delete()
    ledger.entries.clear()
    ledger.answers.clear()
    ledger.adjustments = 0
    ledger.before_adjusting = lambda: None


def die_at_call(ledger: Ledger, nth: int) -> None:
    at = ledger.adjustments + (nth + 1) // 2

    def die() -> None:
        if ledger.adjustments == at:
            if nth % 2:
                ledger._keep()
                ledger.answers[:1] = []
            raise Crash

    ledger.before_adjusting = die
