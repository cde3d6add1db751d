"""Confirming, pausing, resuming and cancelling a bulk adjustment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from loyaltyadmin.points_adjustments import tasks, turns
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.points_adjustments.conftest import Ledger, make_job

CANCELLED = {JobStatus.CANCELLING, JobStatus.CANCELLED}
OVER = {JobStatus.CANCELLED, JobStatus.FINISHED}
Captured = Callable[..., Any]


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The stores for which a worker was called."""
    stores: list[int] = []
    monkeypatch.setattr(tasks.take_turn, "delay", stores.append)
    return stores


def make_job_in(store: Store, status: JobStatus, *, customers: int = 3) -> BulkAdjustment:
    job = make_job(store, customers=customers, confirmed=status != JobStatus.DRAFT)
    BulkAdjustment.objects.filter(id=job.id).update(
        status=status,
        pause_reason="merchant" if status == JobStatus.PAUSED else "",
        cancel_reason="merchant" if status in CANCELLED else "",
        ended_at=timezone.now() if status in OVER else None,
    )
    job.refresh_from_db()
    return job


def change(client: Client, job: BulkAdjustment, what: str, **headers: str) -> JobStatus:
    """What the bulk adjustment is after the merchant clicked."""
    response = client.post(f"/bulk-adjustments/{job.id}/{what}/", headers=headers)

    job.refresh_from_db()
    is_thrown_away = job.status == JobStatus.CANCELLED and job.confirmed_at is None
    to = "/bulk-adjustments/" if is_thrown_away else f"/bulk-adjustments/{job.id}/"
    assert (response.status_code, response["Location"]) == (302, to)
    return JobStatus(job.status)


@pytest.mark.parametrize(
    ("what", "before", "after"),
    [
        ("confirm", JobStatus.DRAFT, JobStatus.QUEUED),
        ("confirm", JobStatus.QUEUED, JobStatus.QUEUED),
        ("confirm", JobStatus.RUNNING, JobStatus.RUNNING),
        ("confirm", JobStatus.PAUSED, JobStatus.PAUSED),
        ("confirm", JobStatus.CANCELLING, JobStatus.CANCELLING),
        ("confirm", JobStatus.CANCELLED, JobStatus.CANCELLED),
        ("confirm", JobStatus.FINISHED, JobStatus.FINISHED),
        ("pause", JobStatus.DRAFT, JobStatus.DRAFT),
        ("pause", JobStatus.QUEUED, JobStatus.PAUSED),
        ("pause", JobStatus.RUNNING, JobStatus.PAUSED),
        ("pause", JobStatus.PAUSED, JobStatus.PAUSED),
        ("pause", JobStatus.CANCELLING, JobStatus.CANCELLING),
        ("pause", JobStatus.CANCELLED, JobStatus.CANCELLED),
        ("pause", JobStatus.FINISHED, JobStatus.FINISHED),
        ("resume", JobStatus.DRAFT, JobStatus.DRAFT),
        ("resume", JobStatus.QUEUED, JobStatus.QUEUED),
        ("resume", JobStatus.RUNNING, JobStatus.RUNNING),
        ("resume", JobStatus.PAUSED, JobStatus.QUEUED),
        ("resume", JobStatus.CANCELLING, JobStatus.CANCELLING),
        ("resume", JobStatus.CANCELLED, JobStatus.CANCELLED),
        ("resume", JobStatus.FINISHED, JobStatus.FINISHED),
        ("cancel", JobStatus.DRAFT, JobStatus.CANCELLED),
        ("cancel", JobStatus.QUEUED, JobStatus.CANCELLED),
        ("cancel", JobStatus.RUNNING, JobStatus.CANCELLED),
        ("cancel", JobStatus.PAUSED, JobStatus.CANCELLED),
        ("cancel", JobStatus.CANCELLED, JobStatus.CANCELLED),
        ("cancel", JobStatus.FINISHED, JobStatus.FINISHED),
    ],
)
@pytest.mark.parametrize("headers", [{}, edge.BOOSTED], ids=["plain", "htmx"])
def test_a_click_does_what_the_state_allows_and_otherwise_shows_what_is(
    store: Store,
    merchant: Client,
    what: str,
    before: JobStatus,
    after: JobStatus,
    headers: dict[str, str],
) -> None:
    job = make_job_in(store, before)

    assert change(merchant, job, what, **headers) == after


def test_confirming_calls_a_worker_once_it_is_committed(
    store: Store,
    merchant: Client,
    woken: list[int],
    django_capture_on_commit_callbacks: Captured,
) -> None:
    job = make_job(store, confirmed=False)

    with django_capture_on_commit_callbacks(execute=True):
        change(merchant, job, "confirm")
        assert woken == []

    assert woken == [store.id]


def test_confirming_without_a_broker_queues_all_the_same(
    store: Store,
    merchant: Client,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Captured,
) -> None:
    def refuse(store_id: int) -> None:
        raise tasks.OperationalError("no broker")

    monkeypatch.setattr(tasks.take_turn, "delay", refuse)
    job = make_job(store, confirmed=False)

    with django_capture_on_commit_callbacks(execute=True):
        status = change(merchant, job, "confirm")

    assert status == JobStatus.QUEUED
    assert turns.sweep() == [store.id]


def test_nothing_is_sent_before_it_is_confirmed(
    store: Store, merchant: Client, ledger: Ledger
) -> None:
    job = make_job(store, confirmed=False)

    turns.take_turn(store_id=store.id)
    assert ledger.adjustments == 0
    change(merchant, job, "confirm")
    turns.take_turn(store_id=store.id)

    assert ledger.adjustments == 3


def test_confirming_twice_pays_once(store: Store, merchant: Client, ledger: Ledger) -> None:
    job = make_job(store, confirmed=False)

    change(merchant, job, "confirm")
    confirmed_at = job.confirmed_at
    change(merchant, job, "confirm")
    turns.take_turn(store_id=store.id)
    change(merchant, job, "confirm")
    turns.take_turn(store_id=store.id)

    assert job.confirmed_at == confirmed_at
    assert ledger.adjustments == 3


def test_a_thrown_away_draft_cannot_be_confirmed_any_more(
    store: Store, merchant: Client, ledger: Ledger
) -> None:
    job = make_job(store, confirmed=False)

    change(merchant, job, "cancel")
    change(merchant, job, "confirm")
    turns.take_turn(store_id=store.id)

    assert job.status == JobStatus.CANCELLED
    assert ledger.adjustments == 0
    assert not job.lines.exists()


def test_a_paused_one_sends_nothing_until_it_is_resumed(
    store: Store,
    merchant: Client,
    ledger: Ledger,
    woken: list[int],
    django_capture_on_commit_callbacks: Captured,
) -> None:
    job = make_job(store)

    change(merchant, job, "pause")
    turns.take_turn(store_id=store.id)
    assert ledger.adjustments == 0
    with django_capture_on_commit_callbacks(execute=True):
        change(merchant, job, "resume")
    turns.take_turn(store_id=store.id)

    assert ledger.adjustments == 3
    assert woken == [store.id]


def test_cancelling_skips_what_was_not_sent_and_keeps_what_was(
    store: Store, merchant: Client
) -> None:
    job = make_job_in(store, JobStatus.RUNNING)
    now = timezone.now()
    job.lines.filter(position=2).update(status=LineStatus.APPLIED, applied_at=now, ended_at=now)

    change(merchant, job, "cancel")

    outcomes = dict(job.lines.values_list("position", "status"))
    assert outcomes == {2: LineStatus.APPLIED, 3: LineStatus.SKIPPED, 4: LineStatus.SKIPPED}
    assert job.ended_at is not None


def test_cancelling_waits_for_a_line_whose_outcome_is_open(
    store: Store,
    merchant: Client,
    woken: list[int],
    django_capture_on_commit_callbacks: Captured,
) -> None:
    job = make_job_in(store, JobStatus.RUNNING)
    now = timezone.now()
    job.lines.filter(position=2).update(status=LineStatus.UNKNOWN, unknown_at=now, look_at=now)

    with django_capture_on_commit_callbacks(execute=True):
        status = change(merchant, job, "cancel")

    assert status == JobStatus.CANCELLING
    assert woken == [store.id]
