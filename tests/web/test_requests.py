"""A request has a name, which its answer, its lines in the log and its tasks carry."""

from __future__ import annotations

import logging
import re

import pytest
from django.test import Client

from loyaltyadmin.celery import app as celery_app
from loyaltyadmin.points_adjustments import tasks
from loyaltyadmin.telemetry import context
from tests.telemetry.numbers import counting

pytestmark = pytest.mark.django_db
LOGGER = "loyaltyadmin.web.middleware"


def test_an_answer_names_its_request(client):
    first, second = (client.get("/session")["X-Request-ID"] for _ in range(2))

    assert re.fullmatch(r"[0-9a-f]{16}", first)
    assert first != second


def test_a_name_that_the_proxy_gave_is_kept(client):
    response = client.get("/session", headers={"X-Request-ID": "0f8fad5b-d9cb-469f.1_A"})

    assert response["X-Request-ID"] == "0f8fad5b-d9cb-469f.1_A"


@pytest.mark.parametrize("given", ["", "a b", "a\tb", 'x"}', "نورة"[:1], "x" * 65, "a;b", "<b>"])
def test_a_name_that_could_do_harm_is_not(client, given):
    response = client.get("/session", headers={"X-Request-ID": given})

    assert re.fullmatch(r"[0-9a-f]{16}", response["X-Request-ID"])


def test_a_line_tells_how_a_request_was_answered(merchant, caplog):
    caplog.set_level(logging.INFO, logger=LOGGER)

    merchant.get("/customers/?text=noura")

    [said] = [record.getMessage() for record in caplog.records if record.name == LOGGER]
    assert re.fullmatch(r"GET /customers/ 200 \d+ ms", said)


def test_what_is_logged_meanwhile_names_request_and_store(merchant, monkeypatch):
    seen = {}
    monkeypatch.setattr(
        "loyaltyadmin.customers.views.render",
        lambda *args, **kwargs: seen.update(context.current()),
    )
    merchant.raise_request_exception = False

    merchant.get("/customers/", headers={"X-Request-ID": "r1"})

    assert seen == {"request": "r1", "store": "90001"}
    assert context.current() == {}


def test_requests_are_counted_by_how_they_ended(merchant):
    with counting("loyaltyadmin_requests_total", status="4xx") as missing:
        merchant.get("/no-such-page")
        Client().get("/no-such-page")

    assert missing.more == 2


def test_a_task_carries_the_name_of_the_request_that_asked_for_it():
    with context.about(request="r1"):
        tasks.sweep.apply_async(queue="seen")
    tasks.sweep.apply_async(queue="seen")

    with celery_app.connection_for_read() as connection:
        queue = connection.SimpleQueue("seen")
        first, second = (queue.get(block=False).headers for _ in range(2))
        queue.clear()
    assert first["request_id"] == "r1"
    assert "request_id" not in second
