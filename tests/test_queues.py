"""How work is spread over the workers' queues, and that beat may be there twice (docs/adr/0024)."""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import kombu
import pytest
import responses
from celery.signals import before_task_publish
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from loyaltyadmin.celery import app
from loyaltyadmin.points_adjustments import tasks, turns
from loyaltyadmin.points_adjustments.models import Line, Upload
from loyaltyadmin.recurring_adjustments.models import Gift
from loyaltyadmin.stores import checks
from loyaltyadmin.stores.models import Store
from tests.notices.conftest import finished_job
from tests.points_adjustments.conftest import make_job
from tests.stores import edge

ROOT = Path(__file__).resolve().parent.parent
# What each task of beat does when two beats send it at the same moment, and where that is shown.
HARMLESS_TWICE = {
    "sweep": "points_adjustments/test_turns.py::test_two_workers_at_once_send_no_line_twice",
    "start-due-runs": "recurring_adjustments/test_runs.py::test_two_beats_at_once_make_one_run",
    "check-stores": "test_queues.py::test_of_two_that_find_a_store_due_one_asks_zid",
    "refresh-tokens": (
        "stores/test_refresh_early.py::test_a_process_that_renews_them_already_is_left_to_it"
    ),
    "erase-data": "store_data/test_erasing.py::test_what_a_worker_left_half_done_the_next_one_ends",
    "forget-old-lines": "test_queues.py::test_two_may_delete_the_same_at_once",
    "keep-directories": "customers/test_fetching.py::test_of_two_workers_one_reads",
    "close-lost-attempts": (
        "activity/test_recording.py::test_a_slow_process_does_not_write_a_second_entry"
    ),
    "tell-customers-by-email": "notices/test_sending.py::test_two_workers_do_not_send_at_once",
    "tell-customers-by-sms": "notices/test_sending.py::test_two_workers_do_not_send_at_once",
    "forget-old-gifts": "test_queues.py::test_two_may_delete_the_same_at_once",
    "forget-uploads": "test_queues.py::test_two_may_delete_the_same_at_once",
    "clear-sessions": "test_queues.py::test_two_may_delete_the_same_at_once",
}


@pytest.fixture(scope="module", autouse=True)
def _tasks_are_known() -> None:
    app.loader.import_default_modules()


@pytest.fixture
def sent() -> Iterator[list[tuple[str, str]]]:
    """Each message that is sent, by the end of its task's name and by its queue."""
    found: list[tuple[str, str]] = []

    def note(sender: str, routing_key: str, **kwargs: Any) -> None:
        found.append((sender.rpartition(".")[2], routing_key))

    before_task_publish.connect(note)
    yield found
    before_task_publish.disconnect(note)


def test_a_worker_takes_from_all_queues_unless_it_is_told_otherwise() -> None:
    assert set(app.amqp.queues.consume_from) == {"interactive", "bulk", "housekeeping"}
    # Each has a key of its own, or every message would lie in all of them.
    assert {queue.routing_key for queue in app.amqp.queues.values()} == set(app.amqp.queues)


def test_what_beat_sends_has_its_queue_but_for_what_takes_long(
    sent: list[tuple[str, str]],
) -> None:
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        app.tasks[entry["task"]].apply_async(entry.get("args"))

    slow = {
        "tell_customers",
        "check_stores",
        "refresh_tokens",
        "erase_data",
        "forget_old_lines",
    }
    assert {name for name, queue in sent if queue == "bulk"} == slow
    assert {queue for name, queue in sent if name not in slow} == {"housekeeping"}


def test_what_takes_long_is_told_to_the_workers_for_that(sent: list[tuple[str, str]]) -> None:
    for name in ("customers.tasks.fetch_some", "recurring_adjustments.tasks.make_run"):
        app.tasks[f"loyaltyadmin.{name}"].delay("1")

    assert sent == [("fetch_some", "bulk"), ("make_run", "bulk")]


def test_the_first_turn_is_somebodys_who_waits_and_the_rest_is_bulk(
    store: Store, sent: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "take_turn", lambda **_: True)  # and there is more to do

    tasks.take_turn.delay(store.id)
    tasks.take_turn(store.id)

    assert sent == [("take_turn", "interactive"), ("take_turn", "bulk")]


def test_what_the_sweep_finds_is_bulk(store: Store, sent: list[tuple[str, str]]) -> None:
    make_job(store)

    tasks.sweep()

    assert sent == [("take_turn", "bulk")]


def test_nobody_waits_behind_a_hundred_stores(store: Store) -> None:
    with app.connection_for_write() as broker:
        for queue in app.amqp.queues.values():
            queue(broker.default_channel).purge()
        for _ in range(100):
            tasks.take_turn.apply_async([store.id], queue="bulk")
        tasks.take_turn.delay(store.id)
        tasks.sweep.delay()
        taken: list[str] = []

        def take(body: Any, message: kombu.Message) -> None:
            taken.append(message.delivery_info["routing_key"])
            message.ack()

        with broker.Consumer(list(app.amqp.queues.values()), callbacks=[take]):
            while len(taken) < 3:
                broker.drain_events(timeout=1)

    assert set(taken) == {"interactive", "bulk", "housekeeping"}


def test_every_task_of_beat_is_shown_to_be_harmless_twice() -> None:
    assert HARMLESS_TWICE.keys() == settings.CELERY_BEAT_SCHEDULE.keys()
    for shown in HARMLESS_TWICE.values():
        file, name = shown.split("::")
        source = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\(", source, re.MULTILINE), shown


def old_sessions(store: Store) -> None:
    ended = timezone.now() - dt.timedelta(days=1)
    Session.objects.bulk_create(
        Session(session_key=f"old-{number}", session_data="", expire_date=ended)
        for number in range(200)
    )


def old_uploads(store: Store) -> None:
    created = timezone.now() - dt.timedelta(days=2)
    Upload.objects.bulk_create(
        Upload(store=store, content=b"1001,5", file_name="points.csv", created_at=created)
        for _ in range(200)
    )


def old_gifts(store: Store) -> None:
    given = timezone.now() - dt.timedelta(days=1000)
    Gift.objects.bulk_create(
        Gift(store=store, occasion="birthday-2020", customer_id=number, given_at=given)
        for number in range(200)
    )


def old_lines(store: Store) -> None:
    finished_job(store, customers=200, ended_at=timezone.now() - dt.timedelta(days=1000))


@pytest.mark.services
@pytest.mark.usefixtures("two_can_write")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("entry", "fill", "model"),
    [
        ("clear-sessions", old_sessions, Session),
        ("forget-uploads", old_uploads, Upload),
        ("forget-old-gifts", old_gifts, Gift),
        ("forget-old-lines", old_lines, Line),
    ],
    ids=["sessions", "uploads", "gifts", "lines"],
)
def test_two_may_delete_the_same_at_once(
    entry: str, fill: Callable[[Store], None], model: Any, store: Store
) -> None:
    fill(store)
    task = app.tasks[settings.CELERY_BEAT_SCHEDULE[entry]["task"]]
    at_the_start = threading.Barrier(2)
    failures: list[Exception] = []

    def work() -> None:
        try:
            at_the_start.wait()
            task()
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    both = [threading.Thread(target=work) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert failures == []
    assert not model.objects.exists()


def test_of_two_that_find_a_store_due_one_asks_zid(
    store: Store, zid: responses.RequestsMock
) -> None:
    profile = zid.get(edge.PROFILE, json=edge.profile())
    zid.get(edge.SUBSCRIPTION, status=404)
    checks.request_check(store_id=store.id)
    [first], [second] = checks.due_stores(), checks.due_stores()

    for found in (first, second):
        checks.check_store(store=found)

    assert profile.call_count == 1
