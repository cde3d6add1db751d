"""How jobs start late, stop because the store left, and end with lines nobody can settle."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import pytest
import responses
import time_machine
from django.utils import timezone

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.points_adjustments import operations, sending, turns
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.progress import time_left_of
from loyaltyadmin.points_adjustments.states import Action, JobStatus, LineStatus
from loyaltyadmin.stores.models import RateBucket, Store
from loyaltyadmin.stores.operations import disconnect_store
from loyaltyadmin.stores.pacer import Pacer
from loyaltyadmin.zid.client import Client
from tests.conftest import empty_buckets
from tests.points_adjustments.conftest import Ledger, make_job, make_line, settle_time


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def work(store: Store) -> None:
    RateBucket.objects.all().delete()
    empty_buckets()
    turns.take_turn(store_id=store.id, sleep=lambda seconds: None)


def statuses(job: BulkAdjustment) -> list[str]:
    return list(job.lines.order_by("position").values_list("status", flat=True))


def scheduled_job(store: Store, *, hours: float) -> BulkAdjustment:
    job = make_job(store, confirmed=False)
    operations.confirm_bulk_adjustment(
        by=OPERATOR, job=job, starts_at=timezone.now() + dt.timedelta(hours=hours)
    )
    return job


def test_a_scheduled_job_waits_for_its_hour(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    job = scheduled_job(store, hours=2)

    early = turns.sweep()
    work(store)
    sent_early = ledger.adjustments
    clock.shift(2 * 3600 + 1)
    on_time = turns.sweep()
    work(store)

    job.refresh_from_db()
    assert (early, sent_early, on_time) == ([], 0, [store.id])
    assert job.status == JobStatus.FINISHED
    assert not job.started_late


def test_a_missed_start_runs_when_a_worker_is_back_and_says_so(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    job = scheduled_job(store, hours=2)
    clock.shift(5 * 3600)

    work(store)

    job.refresh_from_db()
    assert job.status == JobStatus.FINISHED
    assert job.started_late


def test_a_scheduled_job_can_be_cancelled(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    job = scheduled_job(store, hours=2)

    operations.cancel_bulk_adjustment(by=OPERATOR, job=job)

    assert job.status == JobStatus.CANCELLED
    assert statuses(job) == [LineStatus.SKIPPED] * 3


def test_a_job_without_an_hour_is_not_held_up_by_one_that_waits_for_its_hour(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    scheduled_job(store, hours=2)
    job = make_job(store)

    work(store)

    job.refresh_from_db()
    assert job.status == JobStatus.FINISHED


def test_the_job_is_cancelled_and_says_why_when_the_store_removes_the_app(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    Store.objects.filter(id=store.id).update(refresh_token="")
    job, waiting = make_job(store, customers=4), make_job(store)
    ledger.loses_the_answer(applied=True)
    ledger.answers.append(lambda: ledger._applied())
    ledger.refuses(401)

    work(store)

    job.refresh_from_db()
    waiting.refresh_from_db()
    assert (job.status, job.cancel_reason) == (JobStatus.CANCELLED, "access")
    assert (waiting.status, waiting.cancel_reason) == (JobStatus.CANCELLED, "access")
    assert statuses(job) == [
        LineStatus.UNSETTLED,
        LineStatus.APPLIED,
        LineStatus.SKIPPED,
        LineStatus.SKIPPED,
    ]


def test_the_job_goes_on_when_zid_refuses_tokens_that_it_has_just_given(
    ledger: Ledger, zid: responses.RequestsMock, store: Store, clock: time_machine.Traveller
) -> None:
    tokens = (f"new-{number}" for number in range(9))
    zid.add_callback(
        responses.POST,
        "https://oauth.zid.test/oauth/token",
        callback=lambda request: (200, {}, json.dumps(fresh(next(tokens)))),
    )
    job = make_job(store)
    ledger.refuses(401)
    ledger.refuses(401)

    work(store)

    job.refresh_from_db()
    assert job.status == JobStatus.FINISHED
    assert statuses(job) == [LineStatus.APPLIED] * 3
    assert len(ledger.entries) == 3


def fresh(text: str) -> dict[str, object]:
    names = ("authorization", "access_token", "refresh_token")
    return {**dict.fromkeys(names, text), "expires_in": 3600}


def test_what_was_unsettled_is_looked_up_when_the_store_comes_back(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    job = make_job(store, customers=1)
    ledger.loses_the_answer(applied=True)
    work(store)
    turns.stop_all(store=store)
    assert statuses(job) == [LineStatus.UNSETTLED]

    clock.shift(3600)
    before = turns.sweep()
    Store.objects.filter(id=store.id).update(installed_at=timezone.now())
    after = turns.sweep()
    work(store)

    assert (before, after) == ([], [store.id])
    assert statuses(job) == [LineStatus.APPLIED]


def test_a_line_that_is_looked_up_after_its_job_has_ended_is_not_lost(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    job = make_job(store, customers=2)
    ledger.loses_the_answer(applied=False)
    work(store)
    job.lines.get(status=LineStatus.UNKNOWN).move(to=LineStatus.UNSETTLED, problem="access_lost")
    work(store)
    clock.shift(3600)
    Store.objects.filter(id=store.id).update(installed_at=timezone.now())
    turns.sweep()
    clock.shift(settle_time() + 1)

    work(store)

    job.refresh_from_db()
    assert job.status == JobStatus.FINISHED
    assert statuses(job) == [LineStatus.SKIPPED, LineStatus.APPLIED]


@pytest.mark.parametrize("reason", ["A gi", "", None, "A gift"], ids=repr)
def test_a_line_whose_reason_zid_cut_or_dropped_is_for_the_merchant_to_decide(
    ledger: Ledger,
    store: Store,
    clock: time_machine.Traveller,
    reason: str | None,
) -> None:
    job = make_job(store, customers=1)
    ledger.loses_the_answer(applied=True)
    work(store)
    ledger.entries[0]["reason"] = reason
    clock.shift(settle_time() + 1)

    work(store)

    job.refresh_from_db()
    assert statuses(job) == [LineStatus.UNSETTLED]
    assert job.status == JobStatus.FINISHED
    assert ledger.adjustments == 1


def test_an_older_entry_that_looks_alike_does_not_unsettle_a_line(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    job = make_job(store, customers=1)
    ledger.loses_the_answer(applied=True)
    work(store)
    long_ago = timezone.now() - dt.timedelta(days=30)
    ledger.entries[0] |= {"reason": "A gift", "date": long_ago.isoformat()}
    clock.shift(settle_time() + 1)

    work(store)

    assert statuses(job) == [LineStatus.APPLIED]
    assert ledger.adjustments == 2


@pytest.mark.parametrize(
    ("happened", "becomes"), [(True, LineStatus.APPLIED), (False, LineStatus.SKIPPED)]
)
def test_the_merchant_decides_what_zid_cannot_tell(
    ledger: Ledger,
    store: Store,
    zid_client: Client,
    pace: Pacer,
    happened: bool,
    becomes: LineStatus,
) -> None:
    line = make_line(store)
    ledger.loses_the_answer(applied=True)
    sending.send(line=line, zid=zid_client, pace=pace)
    line.move(to=LineStatus.UNSETTLED, problem="history_unclear")

    operations.decide_line(by=OPERATOR, line=line, happened=happened)

    assert Line.objects.get().status == becomes
    with pytest.raises(operations.NotPossible):
        operations.decide_line(by=OPERATOR, line=line, happened=not happened)


def test_the_time_left_is_what_zids_limit_allows(store: Store) -> None:
    job = make_job(store, customers=120)

    assert time_left_of(job=job) == dt.timedelta(minutes=2)


def test_the_time_left_counts_the_stores_earlier_jobs(store: Store) -> None:
    make_job(store, customers=60)
    job = make_job(store, customers=60)

    assert time_left_of(job=job) == dt.timedelta(minutes=2)


def test_the_time_left_follows_the_real_speed_after_a_minute(
    store: Store, clock: time_machine.Traveller
) -> None:
    job = make_job(store, customers=90)
    job.move(to=JobStatus.RUNNING, started_at=timezone.now())
    clock.shift(60 + 30)  # the first 30 are the burst's
    done = Line.objects.filter(id__in=job.lines.values("id")[:30])
    done.update(status=LineStatus.REJECTED, ended_at=timezone.now())

    assert time_left_of(job=job) == dt.timedelta(minutes=2)


def test_the_real_speed_counts_the_balances_that_were_read(
    store: Store, clock: time_machine.Traveller
) -> None:
    job = make_job(store, customers=90)
    job.lines.update(action=Action.SET, target=5, direction="", points=None)
    job.move(to=JobStatus.RUNNING, started_at=timezone.now())
    clock.shift(60 + 30)  # the first 30 are the burst's
    done = Line.objects.filter(id__in=job.lines.values("id")[:30])
    done.update(status=LineStatus.REJECTED, ended_at=timezone.now())

    assert time_left_of(job=job) == dt.timedelta(minutes=2)


def test_there_is_no_time_left_to_tell_of_a_paused_job(store: Store) -> None:
    job = make_job(store)
    operations.pause_bulk_adjustment(by=OPERATOR, job=job)

    assert time_left_of(job=job) is None


def test_the_sweep_stops_the_jobs_of_a_store_that_removed_the_app(
    ledger: Ledger, store: Store, clock: time_machine.Traveller
) -> None:
    job = make_job(store)
    disconnect_store(store=store)

    turns.sweep()

    job.refresh_from_db()
    assert (job.status, job.cancel_reason) == (JobStatus.CANCELLED, "access")
    assert statuses(job) == [LineStatus.SKIPPED] * 3
