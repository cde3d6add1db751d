"""What the measurements reckon with; `make bench` itself is run by hand."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys

import pytest

from tests.bench import clicks, watching
from tests.bench.__main__ import SECTIONS
from tests.bench.clicks import Click
from tests.bench.load import Phase


def click(**fields):
    values = {"page": "program", "at": 100.0, "seconds": 0.2, "status": 200, "is_ours": False}
    return Click(**values | fields)


@pytest.mark.parametrize(
    ("status", "is_ours", "what"),
    [
        (200, False, "shown"),
        (302, False, "shown"),
        (502, True, "told"),
        (503, True, "told"),
        (422, True, "told"),
        (502, False, "broken"),
        (500, True, "broken"),
        (404, True, "broken"),
        (0, False, "broken"),
    ],
)
def test_a_click_is_shown_or_told_of_zid_or_broken(status, is_ours, what):
    it = click(status=status, is_ours=is_ours)

    assert [it.is_shown, it.is_told, it.is_broken] == [
        what == "shown",
        what == "told",
        what == "broken",
    ]


def test_clicks_are_read_as_they_were_written(tmp_path):
    written = [click(), click(page="customers", status=503, is_ours=True)]
    file = tmp_path / "clicks"
    half_a_line = written[0].line()[:20]
    file.write_text("".join(f"{it.line()}\n" for it in written) + half_a_line, encoding="utf-8")

    assert clicks.read(file) == written


def test_clicks_belong_to_the_time_they_were_made_in():
    early, late = click(at=99.9), click(at=100)

    assert clicks.begun([early, late], since=100, until=101) == [late]


def test_half_and_95_of_100_are_told_in_milliseconds():
    its = [click(seconds=number / 1000) for number in range(1, 101)]

    assert clicks.milliseconds(its) == ("50", "95")
    assert clicks.milliseconds([]) == ("–", "–")


def test_a_page_is_fresh_when_one_that_was_asked_for_since_is_there():
    its = [
        click(at=99, seconds=3),  # asked for before
        click(at=101, seconds=0.5, status=502, is_ours=True),
        click(at=103, seconds=0.5),
        click(at=102, seconds=2.5),
    ]

    assert clicks.seconds_until_shown(its, page="program", since=100) == 3.5
    assert clicks.seconds_until_nothing_is_told(its, since=100) == 1.5
    assert clicks.seconds_until_shown(its, page="customers", since=100) is None
    assert clicks.seconds_until_nothing_is_told([], since=100) == 0


def test_the_age_of_the_oldest_message_begins_when_it_was_first_seen():
    ages = watching.Ages()

    assert [
        ages.oldest(ids, now=now)
        for ids, now in [([], 10), (["a"], 11), (["b", "a"], 13), (["b"], 14), ([], 15)]
    ] == [0, 0, 2, 1, 0]


def test_connections_to_a_port_are_counted():
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        for _ in range(3):
            stack.enter_context(socket.create_connection(server.getsockname()))

        assert watching.connections(pids=[os.getpid()], port=server.getsockname()[1]) == 3
        assert watching.connections(pids=[os.getppid()], port=server.getsockname()[1]) == 0


def test_a_phase_reckons_with_what_the_limit_lets_through():
    phase = Phase(name="", begin=0, end=60, calls={90001: 60, 90002: 30})

    assert phase.shares() == [1, 0.5]


def test_the_clicking_process_starts():
    """It cannot be imported here: locust changes the standard library."""
    done = subprocess.run(
        [sys.executable, "-c", "import tests.bench.clicking as it; print(len(it.Merchant.tasks))"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout) > 1
    assert "load" in SECTIONS
