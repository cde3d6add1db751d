"""How a line of the log looks, and what is left out of it."""

from __future__ import annotations

import json
import logging

import pytest
from django.test import Client

from loyaltyadmin.telemetry import context
from loyaltyadmin.telemetry.logs import JsonFormatter, LineFormatter
from loyaltyadmin.zid import errors

logger = logging.getLogger("loyaltyadmin.somewhere")


class Kept(logging.Handler):
    """Keeps the lines that would be written."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    @property
    def last(self) -> dict[str, str]:
        return json.loads(self.lines[-1])


@pytest.fixture
def kept():
    """What a server writes."""
    handler = Kept(JsonFormatter())
    for name in ("", "django"):
        logging.getLogger(name).addHandler(handler)
    yield handler
    for name in ("", "django"):
        logging.getLogger(name).removeHandler(handler)


def fail(error: Exception) -> None:
    try:
        raise error
    except Exception:
        logger.exception("store %s failed", 90001)


def test_a_line_is_an_object_that_names_what_was_worked_on(kept):
    with context.about(request="r1"), context.about(store=90001, job=None):
        logger.warning("%d lines\nin two", 3)

    assert kept.last.pop("at").endswith("+00:00")
    assert kept.last | {"at": ""} == {
        "at": "",
        "level": "WARNING",
        "logger": "loyaltyadmin.somewhere",
        "message": "3 lines\nin two",
        "request": "r1",
        "store": "90001",
    }
    assert len(kept.lines[-1].splitlines()) == 1


def test_what_is_noted_ends_with_the_block_around_it():
    with context.about(request="r1"):
        context.note(store=90001)
        assert context.current() == {"request": "r1", "store": "90001"}

    assert context.current() == {}


def test_an_errors_type_and_place_are_told_and_not_its_words(kept):
    fail(ValueError("".join(["no number: 05", "01234567"])))

    assert kept.last["message"] == "store 90001 failed"
    assert kept.last["error"] == "ValueError"
    assert "in fail" in kept.last["trace"]
    assert "0501234567" not in kept.lines[-1]


def test_the_words_of_an_error_that_promises_to_be_safe_are_told(kept):
    fail(errors.Unavailable(endpoint="GET /v1/things", status=502))

    assert kept.last["error"].endswith("GET /v1/things could not be read (status 502)")


def test_what_an_error_came_from_is_told_as_carefully(kept):
    try:
        try:
            raise KeyError("".join(["no", "ura"]))
        except KeyError as error:
            raise errors.NotSent(endpoint="POST /v1/things") from error
    except errors.NotSent:
        logger.exception("failed")

    assert "KeyError\n\nTraceback" in kept.last["trace"]
    assert "noura" not in kept.lines[-1]


def test_an_error_among_the_values_of_a_line_is_told_as_carefully(kept):
    logger.warning("line %s: %s", "#rrcc4t2mp7", ValueError("0501234567"))

    assert kept.last["message"] == "line #rrcc4t2mp7: ValueError"


def test_celerys_line_about_a_failed_task_is_told_as_carefully(kept):
    try:
        raise ValueError("".join(["05", "01234567"]))
    except ValueError as error:
        said = {"name": "sweep", "id": "t1", "exc": repr(error), "traceback": str(error)}
        logging.getLogger("celery.app.trace").error(
            "Task %(name)s[%(id)s] raised: %(exc)s", said, exc_info=True
        )

    assert kept.last["message"] == "Task sweep[t1] raised: ValueError"
    assert "0501234567" not in kept.lines[-1]


@pytest.mark.django_db
def test_an_address_is_told_with_placeholders(kept, merchant):
    merchant.post("/customers/370001/points/")
    Client().get("/no/such/370001")

    said = [json.loads(line)["message"] for line in kept.lines]
    assert said == [
        "Method Not Allowed (POST): /customers/<int:customer_id>/points/",
        "Not Found: (no such address)",
    ]


def test_a_line_for_people_names_the_same():
    handler = Kept(LineFormatter())
    logger.addHandler(handler)
    try:
        with context.about(request="r1", store=90001):
            fail(ValueError("".join(["05", "01234567"])))
    finally:
        logger.removeHandler(handler)

    first, *trace = handler.lines[-1].splitlines()
    assert first.endswith(
        "ERROR loyaltyadmin.somewhere: store 90001 failed [request=r1 store=90001]"
    )
    assert trace[-1] == "ValueError"


def test_a_developer_sees_an_errors_words():
    handler = Kept(LineFormatter(is_discreet=False))
    logger.addHandler(handler)
    try:
        fail(ValueError("what went wrong"))
    finally:
        logger.removeHandler(handler)

    assert handler.lines[-1].endswith("ValueError: what went wrong")
