"""Drafts of many that are thrown away: gone at once, deleted some at a time, and never sent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.points_adjustments import endings, operations, progress, turns, writing
from loyaltyadmin.points_adjustments.models import BulkAdjustment, LeftOut, Line
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.stores import operations as stores
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.customers.conftest import know
from tests.pages import Page
from tests.points_adjustments.conftest import Ledger, make_job


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loyaltyadmin.web.rows.AT_ONCE", 2)


@pytest.fixture
def draft(store: Store) -> BulkAdjustment:
    """Five lines and one that was left out."""
    job = make_job(store, customers=5, confirmed=False)
    LeftOut.objects.create(job=job, position=9, code="no_points")
    return job


@pytest.fixture
def discarded(draft: BulkAdjustment) -> BulkAdjustment:
    """With three lines that are not deleted yet."""
    operations.cancel_bulk_adjustment(job=draft, by=OPERATOR)
    assert (draft.status, draft.lines.count()) == (JobStatus.CANCELLING, 3)
    return draft


def work(store: Store) -> None:
    turns.take_turn(store_id=store.id, sleep=lambda seconds: None)


def status_of(job: BulkAdjustment) -> str:
    return BulkAdjustment.objects.get(id=job.id).status


def is_gone(job: BulkAdjustment) -> bool:
    return (
        status_of(job) == JobStatus.CANCELLED
        and not job.lines.exists()
        and not job.left_out.exists()
    )


# What is seen of it


def test_a_click_deletes_some_and_a_worker_the_rest(
    draft: BulkAdjustment, merchant: Client, ledger: Ledger
) -> None:
    response = merchant.post(f"/bulk-adjustments/{draft.id}/cancel/")
    assert response["Location"] == "/bulk-adjustments/"
    assert draft.lines.count() == 3

    work(draft.store)

    assert is_gone(draft)
    assert ledger.adjustments == 0


def test_no_page_shows_it_from_that_moment_on(discarded: BulkAdjustment, merchant: Client) -> None:
    left = discarded.lines.first()
    assert left is not None
    know(discarded.store, left.customer_id)

    for path in ("/bulk-adjustments/", "/program/"):
        assert str(discarded.id) not in merchant.get(path).content.decode()
    lines = Line.objects.kept().filter(customer_id=left.customer_id)
    assert not lines.exists()


def test_its_own_page_says_what_became_of_it(discarded: BulkAdjustment, merchant: Client) -> None:
    page = Page(merchant.get(f"/bulk-adjustments/{discarded.id}/"))

    assert "This draft was discarded" in page.one("main").text
    assert not page.all(id="lines")
    assert not page.all("form", action=f"/bulk-adjustments/{discarded.id}/confirm/")


def test_who_looks_at_the_draft_in_another_tab_is_led_to_that(
    discarded: BulkAdjustment, merchant: Client
) -> None:
    response = merchant.get(f"/bulk-adjustments/{discarded.id}/draft/", headers=edge.HTMX)

    assert f"/bulk-adjustments/{discarded.id}/" in response["HX-Location"]


# Whoever dies, the rest is deleted


def test_without_a_click_or_a_worker_the_sweep_goes_on(discarded: BulkAdjustment) -> None:
    assert turns.sweep() == [discarded.store_id]
    for _ in range(2):
        turns.sweep()

    assert is_gone(discarded)
    assert turns.sweep() == []


def test_it_goes_on_when_the_app_was_removed_meanwhile(discarded: BulkAdjustment) -> None:
    stores.disconnect_store(store=discarded.store)

    for _ in range(3):
        turns.sweep()

    assert is_gone(discarded)


@pytest.mark.parametrize("step", ["end_if_done", "_delete"])
def test_one_that_dies_in_between_leaves_it_to_the_next(
    discarded: BulkAdjustment, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def die(*_args: Any, **_fields: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(endings, step, die)
        with pytest.raises(RuntimeError):
            endings.clear_all(job=discarded)
    assert status_of(discarded) == JobStatus.CANCELLING
    endings.clear_all(job=BulkAdjustment.objects.get(id=discarded.id))

    assert is_gone(discarded)


def test_a_draft_whose_lines_are_being_written_is_thrown_away_too(store: Store) -> None:
    job = make_job(store, customers=5, confirmed=False)
    BulkAdjustment.objects.filter(id=job.id).update(status=JobStatus.WRITING)
    writing.Unwritten.objects.create(job=job, rows_count=2)
    job.refresh_from_db()

    operations.cancel_bulk_adjustment(job=job, by=OPERATOR)
    endings.clear_all(job=job)

    assert is_gone(job)
    assert not job.unwritten.exists()


# Nothing is ever sent from it


@pytest.mark.parametrize("what", ["confirm", "resume", "pause", "undo", "retry", "cancel"])
def test_no_click_brings_it_back(
    discarded: BulkAdjustment, merchant: Client, ledger: Ledger, what: str
) -> None:
    merchant.post(f"/bulk-adjustments/{discarded.id}/{what}/")
    work(discarded.store)
    merchant.post(f"/bulk-adjustments/{discarded.id}/{what}/")
    work(discarded.store)

    assert ledger.adjustments == 0
    assert is_gone(discarded)
    assert BulkAdjustment.objects.count() == 1


def test_thrown_away_twice_it_leaves_one_entry(draft: BulkAdjustment, merchant: Client) -> None:
    for _ in range(2):
        response = merchant.post(f"/bulk-adjustments/{draft.id}/cancel/")
        assert response["Location"] == "/bulk-adjustments/"

    assert Entry.objects.filter(action="cancel_bulk_adjustment").count() == 1


def test_the_database_refuses_to_let_it_run(discarded: BulkAdjustment) -> None:
    with pytest.raises(ValueError, match="no bulk adjustment goes from"):
        discarded.move(to=JobStatus.QUEUED, confirmed_at=timezone.now())


@pytest.mark.services
@pytest.mark.usefixtures("two_can_write")
@pytest.mark.django_db(transaction=True)
def test_of_two_who_start_it_and_throw_it_away_at_once_one_is_right(draft: BulkAdjustment) -> None:
    at_the_start = threading.Barrier(2)

    def click(what: Callable[..., None]) -> None:
        job = BulkAdjustment.objects.get(id=draft.id)
        at_the_start.wait()
        try:
            what(job=job, by=OPERATOR)
        except operations.NotPossible:
            pass
        finally:
            connection.close()

    clicks = [operations.confirm_bulk_adjustment, operations.cancel_bulk_adjustment]
    threads = [threading.Thread(target=click, args=[what]) for what in clicks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    job = BulkAdjustment.objects.get(id=draft.id)
    if job.confirmed_at is None:
        assert (job.is_discarded, job.lines.count()) == (True, 3)
    else:
        assert (job.status, job.lines.count()) == (JobStatus.QUEUED, 5)


# Drafts that came from another one


@pytest.fixture
def undo(store: Store, ledger: Ledger) -> BulkAdjustment:
    job = make_job(store, customers=5)
    work(store)
    job.refresh_from_db()
    undo = operations.undo_bulk_adjustment(job=job, by=OPERATOR, reason_for=str)
    writing.write_all(job=undo)
    return undo


def test_what_it_would_have_undone_is_free_when_all_of_it_is_gone(
    undo: BulkAdjustment, merchant: Client, ledger: Ledger
) -> None:
    job = undo.undoes
    assert job is not None
    operations.cancel_bulk_adjustment(job=undo, by=OPERATOR)

    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))
    assert "its lines are being deleted" in page.one("main").text
    assert not page.all("form", action=f"/bulk-adjustments/{job.id}/undo/")
    assert str(undo.id) not in page.one(id="progress").text
    with pytest.raises(operations.NotPossible):
        operations.undo_bulk_adjustment(job=job, by=OPERATOR, reason_for=str)
    work(job.store)
    again = operations.undo_bulk_adjustment(job=job, by=OPERATOR, reason_for=str)
    writing.write_all(job=again)

    assert is_gone(undo)
    assert again.lines.count() == 5
    assert ledger.adjustments == 5


def test_what_it_would_have_repeated_is_free_when_all_of_it_is_gone(store: Store) -> None:
    job = make_job(store, customers=5)
    operations.cancel_bulk_adjustment(job=job, by=OPERATOR)
    endings.clear_all(job=job)
    retry = operations.retry_bulk_adjustment(job=job, by=OPERATOR)
    writing.write_all(job=retry)
    operations.cancel_bulk_adjustment(job=retry, by=OPERATOR)

    with pytest.raises(operations.NotPossible):
        operations.retry_bulk_adjustment(job=job, by=OPERATOR)
    endings.clear_all(job=retry)
    again = operations.retry_bulk_adjustment(job=job, by=OPERATOR)
    writing.write_all(job=again)

    assert again.lines.count() == 5


# The rest of one that had been confirmed is skipped in the same way, and accounted for


def test_the_rest_of_many_is_skipped_some_at_a_time(
    store: Store, merchant: Client, ledger: Ledger
) -> None:
    job = make_job(store, customers=5)
    merchant.post(f"/bulk-adjustments/{job.id}/cancel/")
    job.refresh_from_db()
    left = progress.time_left_of(job=job)
    assert (job.status, job.lines.filter(status=LineStatus.PENDING).count()) == ("cancelling", 3)
    assert left is not None
    assert left.total_seconds() == 0

    work(store)

    assert status_of(job) == JobStatus.CANCELLED
    outcomes = set(job.lines.values_list("status", "problem"))
    assert (outcomes, job.lines.count()) == ({(LineStatus.SKIPPED, "cancelled")}, 5)
    assert ledger.adjustments == 0
