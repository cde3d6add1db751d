"""What a run makes, and that no customer gets the points of an occasion twice."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import F

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.customers.models import Customer
from loyaltyadmin.points_adjustments import operations as points_adjustments
from loyaltyadmin.points_adjustments import turns, writing
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line, Safeguards
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.recurring_adjustments import operations, runs, tasks
from loyaltyadmin.recurring_adjustments.models import Gift, RecurringAdjustment, Run
from loyaltyadmin.recurring_adjustments.terms import Audience, Occasion
from loyaltyadmin.stores import operations as stores
from loyaltyadmin.stores.models import Store
from tests.customers.conftest import know
from tests.points_adjustments.conftest import Ledger
from tests.recurring_adjustments.conftest import (
    at,
    know_birthdays,
    make_recurring,
    make_terms,
    read_directory,
)

DAY = at("2026-03-15")


@pytest.fixture
def known(store: Store) -> Store:
    """A store whose customers were read in the night, two of them born on 15 March."""
    read_directory(store, fetched_at=at("2026-03-15", 3))
    know_birthdays(store, c1001="1990-03-15", c1002="2001-03-15", c1003="1990-03-16", c1004="")
    return store


def run(it: RecurringAdjustment, *, now: dt.datetime = DAY) -> BulkAdjustment | None:
    return runs.make_run(recurring_adjustment_id=it.id, now=now)


def customers_of(job: BulkAdjustment | None) -> list[int]:
    assert job is not None
    return list(job.lines.order_by("position").values_list("customer_id", flat=True))


def read_again(it: RecurringAdjustment) -> RecurringAdjustment:
    return RecurringAdjustment.objects.get(id=it.id)


def test_it_makes_an_ordinary_bulk_adjustment_that_is_queued(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY, reason="Happy birthday", points=75)

    job = run(it)

    assert customers_of(job) == [1001, 1002]
    assert (job.status, job.source, job.reason) == (
        JobStatus.QUEUED, BulkAdjustment.Source.RECURRING, "Happy birthday",
    )  # fmt: skip
    assert {(line.direction, line.points, line.reason) for line in job.lines.all()} == {
        ("+", 75, "Happy birthday")
    }
    assert [line.position for line in job.lines.order_by("position")] == [1, 2]
    assert it.runs.get().job == job
    assert read_again(it).next_run_at == at("2026-03-16")


def test_customers_get_the_points_as_from_any_other_job(ledger: Ledger, known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)

    run(it)
    turns.take_turn(store_id=known.id, sleep=lambda seconds: None)

    assert [ledger.points_of(customer_id) for customer_id in (1001, 1002, 1003)] == [50, 50, 0]
    assert operations.points_given_by(those=[it]) == {it.id: 100}


def test_the_activity_says_that_nobody_did_it(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)

    job = run(it)

    entries = Entry.objects.filter(job_id=job.id).order_by("id")
    assert [(entry.who, entry.action) for entry in entries] == [
        ("schedule", "start_bulk_adjustment"),
        ("schedule", "confirm_bulk_adjustment"),
    ]


def test_before_its_time_it_does_nothing(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)

    assert runs.due_ids(now=at("2026-03-15", 8, 59)) == []
    assert run(it, now=at("2026-03-15", 8, 59)) is None
    assert not BulkAdjustment.objects.exists()


def test_a_beat_sends_the_id_alone_and_a_worker_is_woken(
    known: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = make_recurring(known, next_run_at=DAY)
    read_directory(known, fetched_at=dt.datetime.now(dt.UTC))
    RecurringAdjustment.objects.update(next_run_at=dt.datetime.now(dt.UTC))
    sent: list[Any] = []
    monkeypatch.setattr(tasks.make_run, "delay", lambda *arguments: sent.append(arguments))
    woken: list[int] = []
    monkeypatch.setattr(tasks, "wake_worker", lambda *, store_id: woken.append(store_id))
    know(known, 1009, birth_date=dt.datetime.now(known.time_zone).date())

    tasks.start_due_runs()
    for arguments in sent:
        tasks.make_run(*arguments)

    assert sent == [(str(it.id),)]
    assert woken == [known.id]


def test_a_second_message_for_the_same_run_does_nothing(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)

    first, second = run(it), run(it)

    assert first is not None
    assert second is None
    assert Line.objects.count() == 2


@pytest.mark.services
@pytest.mark.usefixtures("two_can_write")
@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_make_one_run(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)
    at_the_start = threading.Barrier(2)
    made: list[BulkAdjustment | None] = []

    def beat() -> None:
        try:
            at_the_start.wait()
            made.append(run(it))
        finally:
            connection.close()

    beats = [threading.Thread(target=beat) for _ in range(2)]
    for thread in beats:
        thread.start()
    for thread in beats:
        thread.join()

    assert sorted(job is not None for job in made) == [False, True]
    assert (Run.objects.count(), Line.objects.count(), Gift.objects.count()) == (1, 2, 2)


@pytest.mark.services
@pytest.mark.usefixtures("two_can_write")
@pytest.mark.django_db(transaction=True)
def test_two_birthday_bonuses_at_once_give_each_customer_one(known: Store) -> None:
    both = [make_recurring(known, next_run_at=DAY) for _ in range(2)]
    at_the_start = threading.Barrier(2)

    def beat(it: RecurringAdjustment) -> None:
        try:
            at_the_start.wait()
            run(it)
        finally:
            connection.close()

    beats = [threading.Thread(target=beat, args=[it]) for it in both]
    for thread in beats:
        thread.start()
    for thread in beats:
        thread.join()
    again = [run(it) for it in both]

    assert again == [None, None]
    assert sorted(Line.objects.values_list("customer_id", flat=True)) == [1001, 1002]


@pytest.mark.parametrize(
    "step",
    [
        "loyaltyadmin.web.rows.insert",
        "loyaltyadmin.points_adjustments.lines.add",
        "loyaltyadmin.points_adjustments.operations.confirm_when_written",
        "loyaltyadmin.recurring_adjustments.models.Run.objects.create",
        "loyaltyadmin.recurring_adjustments.runs._move_on",
    ],
)
def test_a_process_that_dies_at_any_step_has_done_nothing(
    known: Store, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    it = make_recurring(known, next_run_at=DAY)

    def die(*arguments: Any, **fields: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(step, die)
        with pytest.raises(SystemExit):
            run(it)

    assert read_again(it).next_run_at == DAY
    assert not any(kind.objects.exists() for kind in (BulkAdjustment, Line, Gift, Run))
    assert customers_of(run(it)) == [1001, 1002]


def test_the_database_takes_no_customer_twice_for_one_occasion(known: Store) -> None:
    fields = {"store": known, "occasion": "birthday 2026", "customer_id": 1001, "given_at": DAY}
    Gift.objects.create(**fields)

    with pytest.raises(IntegrityError):
        Gift.objects.create(**fields)


def test_a_clock_that_is_put_back_pays_nobody_again(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)
    run(it)
    RecurringAdjustment.objects.update(next_run_at=at("2026-03-15", 8))

    again = run(it, now=at("2026-03-15", 8))

    assert again is None
    assert Line.objects.count() == 2


def test_who_has_another_birthday_from_now_on_gets_it_once_a_year(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)
    run(it)
    Customer.objects.filter(customer_id=1001).update(birth_date=dt.date(1990, 3, 16))

    job = run(it, now=at("2026-03-16"))

    assert customers_of(job) == [1003]


def test_it_comes_again_the_next_year(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)
    run(it)
    RecurringAdjustment.objects.update(next_run_at=at("2027-03-15"))
    read_directory(known, fetched_at=at("2027-03-15", 3))

    assert customers_of(run(it, now=at("2027-03-15"))) == [1001, 1002]


def test_another_birthday_bonus_gives_nobody_a_second_one(known: Store) -> None:
    run(make_recurring(known, next_run_at=DAY))

    again = run(make_recurring(known, next_run_at=DAY, points=10))

    assert again is None
    assert Line.objects.count() == 2


def test_one_that_is_deleted_and_made_anew_gives_nobody_a_second_birthday(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)
    run(it)
    operations.delete_recurring_adjustment(it=it, by=OPERATOR, based_on=operations.state_of(it))

    assert run(make_recurring(known, next_run_at=DAY)) is None
    assert BulkAdjustment.objects.count() == 1


def test_who_was_born_on_29_february_gets_it_on_the_28th(store: Store) -> None:
    read_directory(store, fetched_at=at("2026-02-28", 3))
    know_birthdays(store, c1001="2004-02-29", c1002="2004-02-28")

    job = run(make_recurring(store, next_run_at=at("2026-02-28")), now=at("2026-02-28"))

    assert customers_of(job) == [1001, 1002]


def test_in_a_leap_year_on_the_29th(store: Store) -> None:
    read_directory(store, fetched_at=at("2028-02-28", 3))
    know_birthdays(store, c1001="2004-02-29", c1002="2004-02-28")
    it = make_recurring(store, next_run_at=at("2028-02-28"))

    first = run(it, now=at("2028-02-28"))
    second = run(it, now=at("2028-02-29"))

    assert (customers_of(first), customers_of(second)) == ([1002], [1001])


def test_a_store_elsewhere_has_its_own_day(known: Store) -> None:
    """23:30 UTC on the 14th is the 15th in Dubai; at midnight there it is still the 14th in UTC."""
    Store.objects.update(currency="AED")
    it = make_recurring(known, hour=0, next_run_at=dt.datetime(2026, 3, 14, 20, tzinfo=dt.UTC))

    job = run(it, now=dt.datetime(2026, 3, 14, 20, tzinfo=dt.UTC))

    assert customers_of(job) == [1001, 1002]


def test_a_month_gives_everybody_once_also_when_its_day_is_moved(known: Store) -> None:
    it = make_recurring(known, Occasion.MONTHLY, day_of_month=15, next_run_at=DAY)
    assert customers_of(run(it)) == [1001, 1002, 1003, 1004]
    know(known, 1005)
    RecurringAdjustment.objects.update(day_of_month=20, next_run_at=at("2026-03-20"))
    read_directory(known, fetched_at=at("2026-03-20", 3))

    job = run(it, now=at("2026-03-20"))

    assert customers_of(job) == [1005]


def test_who_belongs_to_it_is_judged_anew_each_time(known: Store) -> None:
    it = make_recurring(known, Occasion.WEEKLY, next_run_at=DAY, audience=Audience.WITH_POINTS)
    Customer.objects.filter(customer_id=1001).update(points=10)
    first = run(it)
    Customer.objects.update(points=10 - F("points"))
    read_directory(known, fetched_at=at("2026-03-22", 3))

    second = run(it, now=at("2026-03-22"))

    assert customers_of(first) == [1001]
    assert customers_of(second) == [1002, 1003, 1004]


def test_who_has_not_ordered_can_be_left_out(known: Store) -> None:
    Customer.objects.filter(customer_id=1002).update(orders_count=3)
    it = make_recurring(known, next_run_at=DAY, audience=Audience.WITH_ORDERS)

    assert customers_of(run(it)) == [1002]


def test_customers_whom_zid_no_longer_has_get_nothing(known: Store) -> None:
    Customer.objects.filter(customer_id=1001).update(gone_at=DAY)

    assert customers_of(run(make_recurring(known, next_run_at=DAY))) == [1002]


def test_another_store_s_customers_are_not_among_them(known: Store, other_store: Store) -> None:
    know_birthdays(other_store, c2001="1990-03-15")

    assert customers_of(run(make_recurring(known, next_run_at=DAY))) == [1001, 1002]


def test_a_day_without_a_birthday_makes_no_job(known: Store) -> None:
    it = make_recurring(known, next_run_at=at("2026-03-20"))
    read_directory(known, fetched_at=at("2026-03-20", 3))

    assert run(it, now=at("2026-03-20")) is None
    assert it.runs.get().outcome == Run.Outcome.NOBODY
    assert not BulkAdjustment.objects.exists()
    assert read_again(it).next_run_at == at("2026-03-21")


@pytest.mark.parametrize("fetched_at", [None, at("2026-03-13", 20)])
def test_it_waits_for_the_customers_to_be_read(
    known: Store, fetched_at: dt.datetime | None
) -> None:
    it = make_recurring(known, next_run_at=DAY)
    read_directory(known, fetched_at=fetched_at)

    assert run(it) is None
    assert read_again(it).next_run_at == DAY

    read_directory(known, fetched_at=at("2026-03-15", 10))
    assert customers_of(run(it, now=at("2026-03-15", 11))) == [1001, 1002]


def test_a_run_that_is_late_is_for_its_own_day(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)
    read_directory(known, fetched_at=at("2026-03-16", 3))

    late, next_one = (run(it, now=at("2026-03-16", 12)) for _ in range(2))

    assert (customers_of(late), customers_of(next_one)) == ([1001, 1002], [1003])
    assert [made.was_late for made in it.runs.order_by("due_at")] == [True, True]
    assert read_again(it).next_run_at == at("2026-03-17")


def test_what_is_too_late_is_missed_and_said_so(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)
    now = at("2026-03-25", 12)
    read_directory(known, fetched_at=now)
    know_birthdays(known, c1006="1990-03-24")

    assert run(it, now=now) is None
    jobs = [run(it, now=now) for _ in range(4)]

    missed = it.runs.get(outcome=Run.Outcome.MISSED)
    assert (missed.due_at, missed.times) == (DAY, 9)
    assert [customers_of(job) for job in jobs if job] == [[1006]]
    assert read_again(it).next_run_at == at("2026-03-26")


def test_months_that_were_missed_do_not_pile_up(known: Store) -> None:
    it = make_recurring(known, Occasion.MONTHLY, day_of_month=15, next_run_at=DAY)
    now = at("2026-08-01")
    read_directory(known, fetched_at=now)

    assert [run(it, now=now) for _ in range(3)] == [None] * 3

    assert it.runs.get().times == 5
    assert read_again(it).next_run_at == at("2026-08-15")


def test_after_its_last_day_it_is_over(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY, ends_on=dt.date(2026, 3, 15))

    assert customers_of(run(it)) == [1001, 1002]

    it = read_again(it)
    assert (it.stop_reason, it.next_run_at) == (RecurringAdjustment.StopReason.OVER, None)


def test_more_customers_than_it_may_be_unasked_stay_a_draft(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY, most_customers=1)

    assert run(it) is None

    made = it.runs.get()
    assert made.outcome == Run.Outcome.ASKS
    assert made.job.status == JobStatus.DRAFT
    assert customers_of(made.job) == [1001, 1002]


def test_as_many_as_it_may_be_are_started(known: Store) -> None:
    assert run(make_recurring(known, next_run_at=DAY, most_customers=2)) is not None


def test_a_run_that_was_cancelled_is_not_made_again(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)
    job = run(it)
    points_adjustments.cancel_bulk_adjustment(job=job, by=OPERATOR)
    RecurringAdjustment.objects.update(next_run_at=DAY + dt.timedelta(minutes=1))

    assert run(it, now=DAY + dt.timedelta(minutes=2)) is None
    assert {line.status for line in Line.objects.all()} == {LineStatus.SKIPPED}


def test_a_draft_that_was_thrown_away_is_not_made_again(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY, most_customers=1)
    run(it)
    points_adjustments.cancel_bulk_adjustment(job=it.runs.get().job, by=OPERATOR)
    RecurringAdjustment.objects.update(next_run_at=DAY + dt.timedelta(minutes=1))

    assert run(it, now=DAY + dt.timedelta(minutes=2)) is None
    assert BulkAdjustment.objects.count() == 1


def test_one_that_is_stopped_makes_no_run(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)
    operations.stop_recurring_adjustment(it=it, by=OPERATOR)

    assert runs.due_ids(now=DAY) == []
    assert run(it) is None


def test_a_store_that_left_has_all_of_them_stopped(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)
    Store.objects.update(uninstalled_at=DAY, authorization="", manager_token="", refresh_token="")

    assert runs.due_ids(now=DAY) == []

    it = read_again(it)
    assert it.stop_reason == RecurringAdjustment.StopReason.ACCESS
    Store.objects.update(uninstalled_at=None)
    assert runs.due_ids(now=DAY) == []


def test_another_one_s_run_at_the_same_moment_puts_it_off(
    known: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = make_recurring(known, next_run_at=DAY)

    with monkeypatch.context() as patch:
        patch.setattr(
            "loyaltyadmin.recurring_adjustments.recipients.customers_for",
            lambda **_: Customer.objects.order_by("customer_id"),
        )
        Gift.objects.create(store=known, occasion="birthday 2026", customer_id=1002, given_at=DAY)
        assert run(it) is None

    assert read_again(it).next_run_at == DAY
    assert customers_of(run(it)) == [1001]


@pytest.fixture
def many(known: Store, monkeypatch: pytest.MonkeyPatch) -> RecurringAdjustment:
    """One for more customers than are written at once."""
    monkeypatch.setattr("loyaltyadmin.web.rows.AT_ONCE", 2)
    return make_recurring(known, Occasion.MONTHLY, day_of_month=15, next_run_at=DAY)


def test_who_of_many_gets_it_is_settled_at_once_and_a_worker_writes_the_lines(
    many: RecurringAdjustment, ledger: Ledger
) -> None:
    job = run(many)

    assert job.status == JobStatus.WRITING
    assert (Gift.objects.count(), Line.objects.count()) == (4, 0)
    assert (many.runs.get().outcome, run(many)) == (Run.Outcome.STARTED, None)

    turns.take_turn(store_id=many.store_id, sleep=lambda seconds: None)

    assert customers_of(job) == [1001, 1002, 1003, 1004]
    assert [ledger.points_of(it) for it in (1001, 1002, 1003, 1004)] == [50] * 4


@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_run_of_which_a_worker_dies_pays_nobody_twice_and_forgets_nobody(
    many: RecurringAdjustment, ledger: Ledger, written: int
) -> None:
    job = run(many)
    for _ in range(written):
        writing.write_some(job=job)
    RecurringAdjustment.objects.update(next_run_at=DAY)  # and the clock is put back

    assert run(many) is None
    turns.take_turn(store_id=many.store_id, sleep=lambda seconds: None)

    assert ledger.adjustments == 4
    assert {ledger.points_of(it) for it in (1001, 1002, 1003, 1004)} == {50}


def test_a_run_for_too_many_becomes_a_draft_when_it_is_written(many: RecurringAdjustment) -> None:
    RecurringAdjustment.objects.update(most_customers=3)

    job = run(many)
    assert job.status == JobStatus.WRITING
    writing.write_all(job=job)

    assert (many.runs.get().outcome, job.status) == (Run.Outcome.ASKS, JobStatus.DRAFT)


def test_what_was_being_written_when_the_app_was_removed_starts_never_by_itself(
    many: RecurringAdjustment,
) -> None:
    job = run(many)
    stores.disconnect_store(store=many.store)
    turns.sweep()

    writing.write_all(job=BulkAdjustment.objects.get())

    job.refresh_from_db()
    assert (job.status, job.confirmed_at) == (JobStatus.DRAFT, None)


def test_what_is_long_past_is_forgotten(known: Store) -> None:
    run(make_recurring(known, next_run_at=DAY))

    runs.forget_old_gifts(now=at("2027-03-15"))
    assert Gift.objects.count() == 2

    runs.forget_old_gifts(now=at("2027-06-01"))
    assert Gift.objects.count() == 0


def test_a_forecast_is_what_then_happens(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)

    forecast = operations.forecast_of(it=it)

    assert forecast is not None
    assert (forecast.at, forecast.customers, forecast.points) == (DAY, 2, 100)
    assert (forecast.all_customers, forecast.with_birth_date) == (4, 3)
    assert customers_of(run(it)) == [1001, 1002]


def test_terms_that_never_come_have_no_forecast(store: Store) -> None:
    terms = make_terms(ends_on=dt.date(2020, 1, 1))

    assert operations.forecast_for(store=store, terms=terms, of=make_recurring(store).id) is None


def test_where_a_second_manager_approves_a_run_stays_a_draft(known: Store) -> None:
    Safeguards.objects.create(store=known, needs_second_manager=True)
    it = make_recurring(known, next_run_at=DAY)

    assert run(it) is None
    assert it.runs.get().outcome == Run.Outcome.ASKS
    assert it.runs.get().job.status == JobStatus.DRAFT
