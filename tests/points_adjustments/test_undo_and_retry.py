from __future__ import annotations

from typing import Any

import pytest
import responses
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.customers.models import Customer, Directory
from loyaltyadmin.points_adjustments import balances, operations, turns
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import Direction, JobStatus, LineStatus
from loyaltyadmin.stores.models import RateBucket, Store
from tests.conftest import empty_buckets
from tests.points_adjustments.conftest import DETAILS, Ledger, make_job

CHECKED = 'SET "balances_checked_at"'


def work(store: Store) -> None:
    RateBucket.objects.all().delete()
    empty_buckets()
    turns.take_turn(store_id=store.id, sleep=lambda seconds: None)


def finished_job(store: Store, ledger: Ledger, *, customers: int = 3) -> BulkAdjustment:
    job = make_job(store, customers=customers)
    work(store)
    job.refresh_from_db()
    assert job.status == JobStatus.FINISHED
    return job


def know_all(store: Store, customers: range, *, points: int) -> None:
    """The store's own copy of its customers, complete."""
    now = timezone.now()
    Customer.objects.bulk_create(
        Customer(store=store, customer_id=number, points=points, read_at=now)
        for number in customers
    )
    Directory.objects.create(store=store, fetched_at=now, due_at=now)


def outcomes(job: BulkAdjustment) -> list[str]:
    return list(job.lines.order_by("position").values_list("status", flat=True))


def test_it_drafts_the_opposite_of_every_applied_line(ledger: Ledger, store: Store) -> None:
    ledger.refuses(422)
    job = finished_job(store, ledger)

    undo = operations.undo_bulk_adjustment(
        by=OPERATOR, job=job, reason_for=lambda reason: "A mistake"
    )

    lines = undo.lines.order_by("position")
    assert undo.status == JobStatus.DRAFT
    assert [line.customer_id for line in lines] == [1002, 1003]
    assert {(line.direction, line.points) for line in lines} == {(Direction.TAKE, 10)}
    assert undo.undoes == job
    assert job.undone_by == undo


def test_the_lines_it_takes_back_become_undone(ledger: Ledger, store: Store) -> None:
    job = finished_job(store, ledger)
    undo = operations.undo_bulk_adjustment(
        by=OPERATOR, job=job, reason_for=lambda reason: "A mistake"
    )

    operations.confirm_bulk_adjustment(by=OPERATOR, job=undo)
    work(store)

    assert outcomes(job) == [LineStatus.UNDONE] * 3
    assert [ledger.points_of(customer_id) for customer_id in (1001, 1002, 1003)] == [0, 0, 0]


def test_a_job_is_undone_once(ledger: Ledger, store: Store) -> None:
    job = finished_job(store, ledger)

    first = operations.undo_bulk_adjustment(
        by=OPERATOR, job=job, reason_for=lambda reason: "A mistake"
    )
    again = operations.undo_bulk_adjustment(
        by=OPERATOR, job=job, reason_for=lambda reason: "A mistake"
    )

    assert again == first
    assert BulkAdjustment.objects.count() == 2


def test_a_discarded_undo_can_be_drafted_again(ledger: Ledger, store: Store) -> None:
    job = finished_job(store, ledger)
    discarded = operations.undo_bulk_adjustment(
        by=OPERATOR, job=job, reason_for=lambda reason: "A mistake"
    )
    operations.cancel_bulk_adjustment(by=OPERATOR, job=discarded)

    undo = operations.undo_bulk_adjustment(
        by=OPERATOR, job=job, reason_for=lambda reason: "A mistake"
    )

    assert undo != discarded
    assert undo.lines.count() == 3


def test_a_job_that_is_not_over_cannot_be_undone(ledger: Ledger, store: Store) -> None:
    job = make_job(store)

    with pytest.raises(operations.NotPossible):
        operations.undo_bulk_adjustment(by=OPERATOR, job=job, reason_for=lambda reason: "A mistake")


def test_the_draft_of_an_undo_knows_who_cannot_give_the_points_back(
    ledger: Ledger, store: Store
) -> None:
    job = finished_job(store, ledger)
    ledger.opening[1002] = -4  # spent some of the ten meanwhile

    undo = operations.undo_bulk_adjustment(
        by=OPERATOR, job=job, reason_for=lambda reason: "A mistake"
    )
    work(store)

    undo.refresh_from_db()
    assert undo.balances_checked_at is not None
    assert [line.customer_id for line in balances.short_of_points(job=undo)] == [1002]


def test_many_balances_are_those_of_the_stores_copy(
    ledger: Ledger, store: Store, settings: Any
) -> None:
    settings.ZID_RATE_LIMIT_BURST = 1000
    job = finished_job(store, ledger, customers=60)
    know_all(store, range(1001, 1060), points=10)  # and not the last one
    Customer.objects.filter(customer_id=1030).update(points=9)
    reads_before = ledger.reads

    undo = operations.undo_bulk_adjustment(
        by=OPERATOR, job=job, reason_for=lambda reason: "A mistake"
    )
    work(store)

    undo.refresh_from_db()
    assert undo.balances_checked_at is not None
    assert ledger.reads == reads_before
    short = balances.short_of_points(job=undo).order_by("position")
    assert [line.customer_id for line in short] == [1030, 1060]


def test_many_balances_wait_for_a_copy_that_is_not_complete(
    ledger: Ledger, store: Store, settings: Any
) -> None:
    settings.ZID_RATE_LIMIT_BURST = 1000
    undo = operations.undo_bulk_adjustment(
        by=OPERATOR,
        job=finished_job(store, ledger, customers=60),
        reason_for=lambda reason: "A mistake",
    )

    work(store)
    undo.refresh_from_db()
    before = undo.balances_checked_at
    know_all(store, range(1001, 1061), points=10)
    work(store)

    undo.refresh_from_db()
    assert before is None
    assert undo.balances_checked_at is not None
    assert not balances.short_of_points(job=undo).exists()


@pytest.mark.parametrize("status", [403, 422, 500, 200], ids=["403", "422", "500", "garbage"])
def test_a_balance_that_cannot_be_read_holds_no_other_job_up(
    zid: responses.RequestsMock, ledger: Ledger, store: Store, status: int, no_waiting: None
) -> None:
    undo = operations.undo_bulk_adjustment(
        by=OPERATOR, job=finished_job(store, ledger), reason_for=lambda reason: "A mistake"
    )
    zid.replace(responses.GET, DETAILS, status=status, body="{}")
    other = make_job(store)

    work(store)

    other.refresh_from_db()
    undo.refresh_from_db()
    assert other.status == JobStatus.FINISHED
    assert (undo.balances_checked_at is None) == (status == 500)


def test_reading_many_balances_and_running_a_job_take_turns(
    ledger: Ledger, store: Store, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ZID_RATE_LIMIT_BURST = 1000
    undo = operations.undo_bulk_adjustment(
        by=OPERATOR,
        job=finished_job(store, ledger, customers=60),
        reason_for=lambda reason: "A mistake",
    )
    monkeypatch.setattr(balances, "FEW_CUSTOMERS", 60)
    make_job(store)
    sent, reads_at = ledger.adjustments, []
    ledger.before_adjusting = lambda: reads_at.append(ledger.reads)

    work(store)

    undo.refresh_from_db()
    assert undo.balances_checked_at is not None
    assert reads_at == [1, 2, 3]
    assert ledger.adjustments == sent + 3


def test_balances_that_are_read_are_not_asked_about_again_while_a_job_runs(
    ledger: Ledger, store: Store, settings: Any
) -> None:
    settings.ZID_RATE_LIMIT_BURST = 1000
    job = finished_job(store, ledger)
    turns.STORES_WITH_MORE.get()  # what another turn of this process has just heard
    operations.undo_bulk_adjustment(by=OPERATOR, job=job, reason_for=lambda reason: "A mistake")
    other = make_job(store, customers=10)

    with CaptureQueriesContext(connection) as queries:
        work(store)

    other.refresh_from_db()
    assert other.status == JobStatus.FINISHED
    noted = [it for it in queries if it["sql"].startswith("UPDATE") and CHECKED in it["sql"]]
    assert len(noted) == 1


def test_checking_the_balances_sends_nothing(ledger: Ledger, store: Store) -> None:
    job = finished_job(store, ledger)
    sent = ledger.adjustments

    operations.undo_bulk_adjustment(by=OPERATOR, job=job, reason_for=lambda reason: "A mistake")
    work(store)

    assert ledger.adjustments == sent


def test_it_drafts_what_zid_refused_as_a_new_job(ledger: Ledger, store: Store) -> None:
    ledger.refuses(422)
    ledger.refuses(404)
    job = finished_job(store, ledger)

    retry = operations.retry_bulk_adjustment(by=OPERATOR, job=job)
    operations.confirm_bulk_adjustment(by=OPERATOR, job=retry)
    work(store)

    assert retry.retries == job
    assert outcomes(retry) == [LineStatus.APPLIED] * 2
    assert outcomes(job) == [LineStatus.REJECTED, LineStatus.REJECTED, LineStatus.APPLIED]
    assert len(ledger.entries) == 3


def test_it_drafts_what_a_cancelled_job_did_not_send(ledger: Ledger, store: Store) -> None:
    job = make_job(store)
    operations.cancel_bulk_adjustment(by=OPERATOR, job=job)

    retry = operations.retry_bulk_adjustment(by=OPERATOR, job=job)

    assert retry.lines.count() == 3


def test_a_line_is_retried_once(ledger: Ledger, store: Store) -> None:
    ledger.refuses(422)
    job = finished_job(store, ledger)
    operations.retry_bulk_adjustment(by=OPERATOR, job=job)

    with pytest.raises(operations.NotPossible):
        operations.retry_bulk_adjustment(by=OPERATOR, job=job)


def test_a_line_that_may_have_happened_is_never_retried(ledger: Ledger, store: Store) -> None:
    job = finished_job(store, ledger)

    for status in set(LineStatus) - {LineStatus.REJECTED, LineStatus.SKIPPED}:
        assert not operations.retryable_lines(job=job).filter(status=status).exists()
    with pytest.raises(operations.NotPossible):
        operations.retry_bulk_adjustment(by=OPERATOR, job=job)


def test_a_retried_undo_still_marks_the_first_line_as_undone(ledger: Ledger, store: Store) -> None:
    job = finished_job(store, ledger, customers=1)
    undo = operations.undo_bulk_adjustment(
        by=OPERATOR, job=job, reason_for=lambda reason: "A mistake"
    )
    ledger.refuses(422)
    operations.confirm_bulk_adjustment(by=OPERATOR, job=undo)
    work(store)
    undo.refresh_from_db()

    retry = operations.retry_bulk_adjustment(by=OPERATOR, job=undo)
    operations.confirm_bulk_adjustment(by=OPERATOR, job=retry)
    work(store)

    assert outcomes(job) == [LineStatus.UNDONE]
    assert ledger.points_of(1001) == 0
    assert Line.objects.count() == 3


def test_a_retried_undo_still_does_so_after_a_draft_of_the_retry_was_discarded(
    ledger: Ledger, store: Store
) -> None:
    job = finished_job(store, ledger, customers=1)
    undo = operations.undo_bulk_adjustment(
        by=OPERATOR, job=job, reason_for=lambda reason: "A mistake"
    )
    ledger.refuses(422)
    operations.confirm_bulk_adjustment(by=OPERATOR, job=undo)
    work(store)
    undo.refresh_from_db()
    operations.cancel_bulk_adjustment(
        by=OPERATOR, job=operations.retry_bulk_adjustment(by=OPERATOR, job=undo)
    )

    retry = operations.retry_bulk_adjustment(by=OPERATOR, job=undo)
    operations.confirm_bulk_adjustment(by=OPERATOR, job=retry)
    work(store)

    assert outcomes(job) == [LineStatus.UNDONE]
    assert ledger.points_of(1001) == 0


def test_a_discarded_draft_cannot_be_retried_beside_what_it_came_from(
    ledger: Ledger, store: Store
) -> None:
    job = finished_job(store, ledger)
    discarded = operations.undo_bulk_adjustment(
        by=OPERATOR, job=job, reason_for=lambda reason: "A mistake"
    )
    operations.cancel_bulk_adjustment(by=OPERATOR, job=discarded)

    with pytest.raises(operations.NotPossible):
        operations.retry_bulk_adjustment(by=OPERATOR, job=discarded)

    assert not operations.retryable_lines(job=discarded).exists()
