"""The line that every other page has while a bulk adjustment runs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.pages import Page
from tests.points_adjustments.conftest import make_job

ELSEWHERE = "/customers/"


@pytest.fixture
def job(store: Store) -> BulkAdjustment:
    job = make_job(store, customers=4)
    now = timezone.now()
    job.lines.filter(position=2).update(status=LineStatus.APPLIED, applied_at=now, ended_at=now)
    job.move(to=JobStatus.RUNNING, started_at=now)
    return job


def test_every_other_page_has_it(merchant: Client, job: BulkAdjustment) -> None:
    page = Page(merchant.get(ELSEWHERE))

    line = page.one(id="running")
    assert "1 of 4 lines processed" in line.text
    assert page.has("a", href=f"/bulk-adjustments/{job.id}/")
    assert line["hx-get"] == f"/bulk-adjustments/{job.id}/line/"
    assert line["hx-trigger"] == "every 5s"


def test_its_own_page_says_more_and_has_none(merchant: Client, job: BulkAdjustment) -> None:
    assert not Page(merchant.get(f"/bulk-adjustments/{job.id}/")).has(id="running")


@pytest.mark.parametrize("to", [JobStatus.PAUSED, JobStatus.CANCELLING])
def test_what_does_not_run_has_none(merchant: Client, job: BulkAdjustment, to: JobStatus) -> None:
    reasons = {JobStatus.PAUSED: "pause_reason", JobStatus.CANCELLING: "cancel_reason"}
    job.move(to=to, **{reasons[to]: "merchant"})

    assert not Page(merchant.get(ELSEWHERE)).has(id="running")


def test_another_stores_job_is_none_of_ours(stranger: Client, job: BulkAdjustment) -> None:
    assert not Page(stranger.get(ELSEWHERE)).has(id="running")
    assert stranger.get(f"/bulk-adjustments/{job.id}/line/").status_code == 404


def test_a_store_without_one_is_asked_nothing_more(store: Store, merchant: Client) -> None:
    make_job(store)
    merchant.get(ELSEWHERE)  # a session's first page writes its CSRF secret

    with CaptureQueriesContext(connection) as asked:
        merchant.get(ELSEWHERE)

    [of_jobs] = [it["sql"] for it in asked if "points_adjustments_bulkadjustment" in it["sql"]]
    assert 'FROM "stores_store" LEFT OUTER JOIN' in of_jobs


def test_asking_again_gives_the_line_alone_until_it_is_over(
    merchant: Client, job: BulkAdjustment
) -> None:
    address = f"/bulk-adjustments/{job.id}/line/"

    running = Page(merchant.get(address, headers=edge.HTMX))
    now = timezone.now()
    job.lines.update(status=LineStatus.APPLIED, applied_at=now, ended_at=now)
    job.move(to=JobStatus.FINISHED, ended_at=now)
    over = Page(merchant.get(address, headers=edge.HTMX))

    assert running.has(id="running")
    assert not running.has("html")
    assert "4 of 4 lines processed" in over.one(id="running").text
    assert "hx-get" not in over.one(id="running").attributes


def test_asking_again_costs_four_queries_and_zid_nothing(
    merchant: Client, job: BulkAdjustment, zid: Any
) -> None:
    merchant.get(ELSEWHERE)

    with CaptureQueriesContext(connection) as asked:
        merchant.get(f"/bulk-adjustments/{job.id}/line/", headers=edge.HTMX)

    assert len(asked) == 4  # session, store, job, its lines
