"""A task knows which request asked for it, and is counted."""

from __future__ import annotations

import logging

import pytest
from celery import shared_task

from loyaltyadmin.points_adjustments import turns
from loyaltyadmin.telemetry import context
from tests.points_adjustments.conftest import make_job
from tests.telemetry.numbers import counting

SEEN: list[dict[str, str]] = []
NAME = "tests.look_around"


@shared_task(name=NAME)
def look_around(is_to_fail: bool = False) -> None:
    SEEN.append(dict(context.current()))
    if is_to_fail:
        raise ValueError("on purpose")


@pytest.fixture(autouse=True)
def _seen_by_nobody():
    SEEN.clear()


def test_what_a_task_logs_names_it_and_the_request_that_asked_for_it():
    done = look_around.apply(headers={"request_id": "r1"})

    assert [{"task": done.id, "request": "r1"}] == SEEN
    assert context.current() == {}


def test_a_task_of_nobodys_names_itself():
    done = look_around.apply()

    assert [{"task": done.id}] == SEEN


def test_a_task_is_counted_by_how_it_ended():
    with (
        counting("loyaltyadmin_tasks_total", task=NAME, outcome="success") as good,
        counting("loyaltyadmin_tasks_total", task=NAME, outcome="failure") as bad,
        counting("loyaltyadmin_task_seconds_count", task=NAME) as timed,
    ):
        look_around.apply()
        look_around.apply(args=[True])

    assert (good.more, bad.more, timed.more) == (1, 1, 2)
    assert context.current() == {}


def test_what_a_turn_logs_names_its_store_and_its_job(store, ledger, caplog, monkeypatch):
    job = make_job(store, customers=1)
    ledger.refuses(503)
    said = []
    monkeypatch.setattr(
        "loyaltyadmin.points_adjustments.sending.logger.info",
        lambda *args: said.append(dict(context.current())),
    )
    caplog.set_level(logging.INFO)

    turns.take_turn(store_id=store.id, sleep=lambda seconds: None)

    assert said[0] == {"store": "90001", "job": str(job.id)}
    assert context.current() == {}
