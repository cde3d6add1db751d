"""`/metrics`, for who knows the token, with what is counted in the database."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.stores.models import Store
from tests.conftest import make_store
from tests.points_adjustments.conftest import make_job, make_line

pytestmark = pytest.mark.django_db

TOKEN = "a-token-of-enough-letters"
NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _offered(settings):
    settings.METRICS_TOKEN = TOKEN
    # As a probe comes: by address, over http.
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["loyalty.example.com"]
    with time_machine.travel(NOW, tick=False):
        yield


def ask(token: str = TOKEN):
    client = Client(headers={"Host": "10.0.0.7:8000", "Authorization": f"Bearer {token}"})
    return client.get("/metrics")


def numbers() -> dict[str, float]:
    found = re.findall(r"^(loyaltyadmin_\S+) (\S+)$", ask().content.decode(), re.MULTILINE)
    return {name: float(value) for name, value in found}


@pytest.mark.parametrize("token", ["", "another", TOKEN + "x", "توكن"])
def test_a_stranger_learns_nothing(token):
    response = ask(token)

    assert response.status_code == 401
    assert response.content == b""


def test_without_a_token_there_is_no_such_page(settings):
    settings.METRICS_TOKEN = ""
    settings.ALLOWED_HOSTS = ["*"]
    settings.SECURE_SSL_REDIRECT = False

    assert ask("").status_code == 404


def test_bulk_adjustments_are_counted_by_status(store):
    make_job(store, confirmed=False)
    make_job(store)
    ended = make_job(store)
    BulkAdjustment.objects.filter(id=ended.id).update(
        status=JobStatus.FINISHED, ended_at=timezone.now()
    )

    found = numbers()

    assert found['loyaltyadmin_jobs{status="draft"}'] == 1
    assert found['loyaltyadmin_jobs{status="queued"}'] == 1
    assert found['loyaltyadmin_jobs{status="running"}'] == 0
    assert 'loyaltyadmin_jobs{status="finished"}' not in found


def test_the_queues_age_is_that_of_who_waits_for_nothing_but_a_worker(store, other_store):
    waiting, behind, scheduled = make_job(store), make_job(other_store), make_job(store)
    running = make_job(other_store)
    jobs = BulkAdjustment.objects
    jobs.filter(id=waiting.id).update(confirmed_at=NOW - HOUR)
    jobs.filter(id=behind.id).update(confirmed_at=NOW - 2 * HOUR)
    jobs.filter(id=running.id).update(status=JobStatus.RUNNING, started_at=NOW)
    jobs.filter(id=scheduled.id).update(confirmed_at=NOW - DAY, starts_at=NOW + DAY)

    assert numbers()["loyaltyadmin_queue_age_seconds"] == 3600

    jobs.filter(id=scheduled.id).update(starts_at=NOW - 3 * HOUR)

    assert numbers()["loyaltyadmin_queue_age_seconds"] == 3 * 3600


def test_nothing_waits_in_an_empty_queue():
    found = numbers()

    assert found["loyaltyadmin_queue_age_seconds"] == 0
    assert found["loyaltyadmin_unknown_outcome_age_seconds"] == 0
    assert found["loyaltyadmin_database_up"] == 1


def test_unknown_outcomes_are_counted_and_the_oldest_is_told(store):
    for hours in (1, 2):
        make_line(
            store,
            status=LineStatus.UNKNOWN,
            claimed_at=NOW,
            unknown_at=NOW - hours * HOUR,
            look_at=NOW,
        )
    make_line(store)

    found = numbers()

    assert Line.objects.count() == 3
    assert found["loyaltyadmin_unknown_outcomes"] == 2
    assert found["loyaltyadmin_unknown_outcome_age_seconds"] == 7200


def test_the_first_end_of_a_stores_tokens_is_told(store, disconnected_store):
    make_store(90004, tokens_expire_at=NOW + 300 * DAY)
    Store.objects.filter(id=store.id).update(tokens_expire_at=NOW + 13 * DAY)

    found = numbers()

    assert found["loyaltyadmin_stores"] == 2
    assert found["loyaltyadmin_tokens_ending_stores"] == 1
    assert found["loyaltyadmin_tokens_first_end_seconds"] == 13 * 86400


def test_a_database_that_is_down_is_told_beside_what_processes_counted(monkeypatch):
    def is_down(*args):
        raise OperationalError

    monkeypatch.setattr("loyaltyadmin.support.gauges._jobs", is_down)

    found = numbers()

    assert found["loyaltyadmin_database_up"] == 0
    assert "loyaltyadmin_stores" not in found
    assert "loyaltyadmin_request_seconds_count" in found


def test_it_takes_a_few_queries_however_many_stores_there_are(store, django_assert_num_queries):
    make_job(store)
    for number in range(5):
        make_job(make_store(91000 + number))

    with django_assert_num_queries(4):
        numbers()
