"""Drafts of many lines: written some at a time, whole before anybody can start them, and once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.customers.models import Directory
from loyaltyadmin.points_adjustments import (
    drafts,
    lines,
    matching,
    operations,
    sheet,
    tasks,
    turns,
    uploads,
    writing,
)
from loyaltyadmin.points_adjustments.duplicates import Duplicates
from loyaltyadmin.points_adjustments.models import BulkAdjustment, LeftOut, Line, Unwritten
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.customers.conftest import know
from tests.pages import Page
from tests.points_adjustments.conftest import Ledger, make_job

FILE = "customer_id,points\n1001,5\n1002,-6\n1003,7\nnobody,8\n1004,9\n1005,many\n"
POSITIONS = [2, 3, 4, 6]


class Crash(BaseException):
    """The process dies here, as by kill -9: no handler of ours catches it."""


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loyaltyadmin.web.rows.AT_ONCE", 2)


@pytest.fixture
def job(store: Store) -> BulkAdjustment:
    """Four lines and two that were left out, none of them written yet."""
    read = matching.match(store=store, reading=sheet.read(content=FILE.encode()))
    return operations.start_bulk_adjustment(
        by=OPERATOR, store=store, sheet=read, reason="A gift", source=BulkAdjustment.Source.PAGE
    )


def work(store: Store) -> None:
    turns.take_turn(store_id=store.id, sleep=lambda seconds: None)


def positions_of(job: BulkAdjustment) -> list[int]:
    return list(job.lines.order_by("position").values_list("position", flat=True))


def status_of(job: BulkAdjustment) -> str:
    return BulkAdjustment.objects.get(id=job.id).status


def test_many_lines_are_left_to_a_worker(job: BulkAdjustment, ledger: Ledger) -> None:
    assert job.status == JobStatus.WRITING
    assert not Line.objects.exists()

    work(job.store)

    assert status_of(job) == JobStatus.DRAFT
    assert positions_of(job) == POSITIONS
    left_out = job.left_out.order_by("position")
    assert list(left_out.values_list("position", "customer")) == [(5, "nobody"), (7, "1005")]
    assert not Unwritten.objects.exists()
    assert ledger.adjustments == 0


def test_a_line_says_the_same_however_it_was_written(
    job: BulkAdjustment, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing.write_all(job=job)
    monkeypatch.setattr("loyaltyadmin.web.rows.AT_ONCE", 1000)
    read = matching.match(store=store, reading=sheet.read(content=FILE.encode()))

    at_once = operations.start_bulk_adjustment(
        by=OPERATOR, store=store, sheet=read, reason="A gift", source=BulkAdjustment.Source.PAGE
    )

    assert at_once.status == JobStatus.DRAFT
    assert at_once.lines_digest == job.lines_digest == lines.digest_of(job=job)
    said = [
        list(it.lines.order_by("position").values("position", "direction", "points", "reason"))
        for it in (job, at_once)
    ]
    assert said[0] == said[1]
    assert Line.objects.values("reference").distinct().count() == 8


@pytest.mark.parametrize("written", range(4))
def test_before_it_is_whole_it_cannot_be_started(
    job: BulkAdjustment, merchant: Client, ledger: Ledger, written: int
) -> None:
    for _ in range(written):
        writing.write_some(job=job)

    response = merchant.post(f"/bulk-adjustments/{job.id}/confirm/", {"customers": "4"})

    assert response.status_code == 302
    assert (status_of(job), BulkAdjustment.objects.get().confirmed_at) == ("writing", None)
    with pytest.raises(operations.NotPossible):
        operations.confirm_bulk_adjustment(job=job, by=OPERATOR)
    assert not Entry.objects.filter(action="confirm_bulk_adjustment").exists()
    assert ledger.adjustments == 0


def test_before_it_is_whole_it_cannot_be_edited(job: BulkAdjustment) -> None:
    writing.write_some(job=job)

    with pytest.raises(drafts.NotPossible):
        drafts.edit_bulk_adjustment(
            job=job, by=OPERATOR, edits=drafts.Edits(typed={}, duplicates=Duplicates.SUM)
        )


@pytest.mark.parametrize(
    ("written", "step"), [(0, "add"), (1, "add"), (2, "add"), (2, "digest_of"), (3, "digest_of")]
)
def test_a_worker_that_dies_between_two_writes_loses_and_doubles_nothing(
    job: BulkAdjustment, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, written: int, step: str
) -> None:
    for _ in range(written):
        writing.write_some(job=job)
    there = positions_of(job)

    def die(**fields: Any) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(lines, step, die)
        with pytest.raises(Crash):
            work(job.store)
    assert set(there) <= set(positions_of(job))
    assert status_of(job) == JobStatus.WRITING
    work(job.store)

    assert status_of(job) == JobStatus.DRAFT
    assert positions_of(job) == POSITIONS
    assert LeftOut.objects.count() == 2


def test_what_nobody_works_on_is_found_by_the_sweep(job: BulkAdjustment) -> None:
    assert turns.sweep() == [job.store_id]


@pytest.mark.services
@pytest.mark.usefixtures("two_can_write")
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_each_line_once(job: BulkAdjustment) -> None:
    at_the_start = threading.Barrier(2)

    def write() -> None:
        try:
            at_the_start.wait()
            writing.write_all(job=BulkAdjustment.objects.get(id=job.id))
        finally:
            connection.close()

    workers = [threading.Thread(target=write) for _ in range(2)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()

    assert positions_of(job) == POSITIONS
    assert (LeftOut.objects.count(), status_of(job)) == (2, JobStatus.DRAFT)


def test_a_running_job_goes_on_afterwards(
    store: Store, job: BulkAdjustment, ledger: Ledger
) -> None:
    writing.write_all(job=job)
    operations.confirm_bulk_adjustment(job=job, by=OPERATOR)
    other = make_job(store, customers=5, confirmed=False)

    work(store)

    assert (status_of(other), status_of(job)) == (JobStatus.DRAFT, JobStatus.FINISHED)
    assert ledger.adjustments == 4


def test_thrown_away_it_is_not_written_any_more(
    job: BulkAdjustment, merchant: Client, ledger: Ledger
) -> None:
    writing.write_some(job=job)

    response = merchant.post(f"/bulk-adjustments/{job.id}/cancel/")
    work(job.store)

    assert response["Location"] == "/bulk-adjustments/"
    assert status_of(job) == JobStatus.CANCELLED
    assert (job.lines.count(), Unwritten.objects.count()) == (0, 0)


def test_a_worker_that_comes_too_late_changes_nothing(job: BulkAdjustment) -> None:
    """It has read the row of lines, and the merchant throws the draft away."""
    late = BulkAdjustment.objects.get()
    operations.cancel_bulk_adjustment(job=job, by=OPERATOR)

    writing.write_all(job=late)

    assert status_of(job) == JobStatus.CANCELLED
    assert not Line.objects.exists()


# What makes many lines


def test_an_upload_wakes_a_worker(
    store: Store,
    merchant: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    woken: list[int] = []
    monkeypatch.setattr(tasks.take_turn, "delay", woken.append)

    with django_capture_on_commit_callbacks(execute=True):
        merchant.post("/bulk-adjustments/start/", {"pasted": FILE, "reason": "A gift"})

    assert BulkAdjustment.objects.get().status == JobStatus.WRITING
    assert woken == [store.id]


def test_everyone_is_those_of_the_moment_when_it_was_asked_for(
    store: Store, merchant: Client
) -> None:
    for customer_id in (1001, 1002, 1003):
        know(store, customer_id)
    now = timezone.now()
    Directory.objects.update_or_create(store=store, defaults={"fetched_at": now, "due_at": now})
    merchant.post("/bulk-adjustments/chosen/", {"action": "add", "points": "5", "reason": "A gift"})
    know(store, 1004)
    [job] = BulkAdjustment.objects.all()

    writing.write_all(job=job)

    assert set(job.lines.values_list("customer_id", flat=True)) == {1001, 1002, 1003}


def test_an_undo_of_many_is_written_some_at_a_time(
    store: Store, job: BulkAdjustment, ledger: Ledger
) -> None:
    ledger.opening = dict.fromkeys((1001, 1002, 1003, 1004), 100)
    writing.write_all(job=job)
    operations.confirm_bulk_adjustment(job=job, by=OPERATOR)
    work(store)

    undo = operations.undo_bulk_adjustment(job=job, by=OPERATOR, reason_for=str)
    assert undo.status == JobStatus.WRITING
    assert operations.undo_bulk_adjustment(job=job, by=OPERATOR, reason_for=str) == undo
    work(store)
    undo.refresh_from_db()
    operations.confirm_bulk_adjustment(job=undo, by=OPERATOR)
    work(store)

    assert {ledger.points_of(it) for it in (1001, 1002, 1003, 1004)} == {100}
    assert set(job.lines.values_list("status", flat=True)) == {LineStatus.UNDONE}


def test_a_repeat_of_many_is_asked_for_once(
    store: Store, job: BulkAdjustment, ledger: Ledger
) -> None:
    writing.write_all(job=job)
    for _ in range(4):
        ledger.refuses(422, message="No")
    operations.confirm_bulk_adjustment(job=job, by=OPERATOR)
    work(store)

    first, second = (operations.retry_bulk_adjustment(job=job, by=OPERATOR) for _ in range(2))
    work(store)

    assert first == second
    assert positions_of(first) == POSITIONS
    assert status_of(first) == JobStatus.DRAFT


def test_a_file_whose_columns_are_chosen_again_takes_the_place_of_what_is_being_written(
    store: Store,
) -> None:
    upload = uploads.keep_upload(store=store, content=b"x", file_name="x.csv", reason="A gift")
    read = matching.match(store=store, reading=sheet.read(content=FILE.encode()))

    first, second = (
        uploads.start_from_upload(upload=upload, by=OPERATOR, sheet=read, reason="x", choice={})
        for _ in range(2)
    )

    assert [status_of(it) for it in (first, second)] == [JobStatus.CANCELLED, JobStatus.WRITING]


def test_the_command_does_not_wait_for_a_worker(
    store: Store, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "points.csv"
    path.write_text(FILE)

    call_command("bulk_adjust", store=store.id, file=path, reason="A gift", yes=True)

    assert "is queued" in capsys.readouterr().out
    assert BulkAdjustment.objects.get().lines.count() == 4


# The page


def said(client: Client, job: BulkAdjustment) -> str:
    return Page(client.get(f"/bulk-adjustments/{job.id}/")).all("main")[0].text


def test_its_page_says_how_far_it_is(job: BulkAdjustment, merchant: Client) -> None:
    writing.write_some(job=job)

    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))

    assert "2 of 6 lines" in page.one(id="writing").text
    assert "Nothing is sent before you have checked and started it." in page.one(id="writing").text
    assert not page.all(id="start")
    assert page.all("form", action=f"/bulk-adjustments/{job.id}/cancel/")


def test_one_that_starts_by_itself_says_so(job: BulkAdjustment, merchant: Client) -> None:
    operations.confirm_when_written(job=job, by=OPERATOR)

    assert "It starts by itself once all of them are there" in said(merchant, job)


def test_the_page_asks_again_until_it_is_a_draft(job: BulkAdjustment, merchant: Client) -> None:
    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))
    again = page.one(id="writing")["hx-get"]
    assert merchant.get(again, headers=edge.HTMX).status_code == 204

    writing.write_some(job=job)
    part = merchant.get(again, headers=edge.HTMX)
    writing.write_all(job=job)
    whole = merchant.get(again, headers=edge.HTMX)

    assert "2 of 6 lines" in part.content.decode()
    assert f"/bulk-adjustments/{job.id}/" in whole["HX-Location"]
    assert "Check before you start" in said(merchant, job)


def test_a_list_names_it_without_a_count_that_is_not_true(
    job: BulkAdjustment, merchant: Client
) -> None:
    page = Page(merchant.get("/bulk-adjustments/"))

    [listed] = page.all(id="jobs")
    assert "Being prepared" in listed.text
    assert "0 lines" not in listed.text
