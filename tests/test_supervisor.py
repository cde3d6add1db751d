"""The supervisor with real processes: what dies comes back, what is stopped is gone."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loyaltyadmin.web import supervisor

ROOT = Path(__file__).resolve().parent.parent

# A process with a child of its own, both in one group; both write their ids into a file each.
PARENT_AND_CHILD = """
import os, pathlib, sys, time
child = os.fork()
pathlib.Path(sys.argv[1], f"{os.getpid()}.pid").touch()
print("started", flush=True)
time.sleep(600)
"""
STUBBORN = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
pathlib.Path(sys.argv[1], f"{os.getpid()}.pid").touch()
time.sleep(600)
"""
HEALTHY_AFTER_A_WHILE = """
import http.server, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()
    def log_message(self, *args):
        pass
time.sleep(0.5)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
# A whole supervisor in a process of its own, to be killed.
SUPERVISOR = """
import pathlib, sys
from loyaltyadmin.web import supervisor
supervisor.GRACE_SECONDS = 1.0
folder, parent, script = pathlib.Path(sys.argv[1]), int(sys.argv[2]) or None, sys.argv[3]
say = lambda name, line: print(name, line, flush=True)
service = supervisor.Service(
    name="both", command=[sys.executable, "-c", script, str(folder)], environment={}
)
with supervisor.Supervisor(directory=folder, say=say, parent=parent) as up:
    up.start(service)
    up.watch()
"""

# What stands between a terminal and a supervisor.
LIKE_MAKE = """
import os, subprocess, sys
source, folder, script = sys.argv[1:]
subprocess.run([sys.executable, "-c", source, folder, str(os.getpid()), script])
"""


class Heard(list[tuple[str, str]]):
    def __call__(self, name: str, line: str) -> None:
        self.append((name, line))

    def has(self, words: str) -> bool:
        return any(words in line for _, line in self)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def up(tmp_path: Path, heard: Heard) -> Iterator[supervisor.Supervisor]:
    with supervisor.Supervisor(directory=tmp_path, say=heard) as up:
        yield up


def python(script: str, *arguments: object, name: str = "program") -> supervisor.Service:
    return supervisor.Service(
        name=name,
        command=[sys.executable, "-c", script, *map(str, arguments)],
        environment={"PATH": os.environ["PATH"]},
    )


def wait_for(
    condition: Callable[[], object], *, up: supervisor.Supervisor | None = None, seconds: float = 15
) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        if up:
            up.check()
        time.sleep(0.05)


def started_pids(folder: Path) -> set[int]:
    return {int(path.stem) for path in folder.glob("*.pid")}


def is_running(pid: int) -> bool:
    # Not os.kill(pid, 0), which also finds what has ended and waits to be reaped by init.
    if Path("/proc/self/stat").exists():
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
        except (FileNotFoundError, ProcessLookupError):
            return False
    else:
        command = ["ps", "-o", "stat=", "-p", str(pid)]
        state = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return state.strip()[:1] not in {"", "Z"}


def test_it_passes_on_every_line_with_the_name_of_its_process(
    up: supervisor.Supervisor, heard: Heard
) -> None:
    up.run(python("print('one'); import sys; print('two', file=sys.stderr)"))

    assert sorted(heard) == [("program", "one"), ("program", "two")]


def test_it_fails_when_a_step_fails_and_shows_its_last_words(
    up: supervisor.Supervisor, heard: Heard
) -> None:
    with pytest.raises(supervisor.Failed, match="program ended with code 3"):
        up.run(python("print('because'); raise SystemExit(3)"))

    assert heard == [("program", "because")]


def test_it_starts_a_dead_process_again_and_kills_what_that_left_running(
    up: supervisor.Supervisor, heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_DELAY_SECONDS", 0.2)
    up.start(python(PARENT_AND_CHILD, tmp_path))
    wait_for(lambda: len(started_pids(tmp_path)) == 2, up=up)
    first = started_pids(tmp_path)

    os.kill(up.pids()["program"], signal.SIGKILL)
    wait_for(lambda: len(started_pids(tmp_path)) == 4, up=up)

    assert heard.has("program ended with SIGKILL; it starts again in")
    wait_for(lambda: not any(is_running(pid) for pid in first))


def test_it_waits_longer_each_time_but_never_longer_than_the_longest(
    up: supervisor.Supervisor,
) -> None:
    delays: list[float] = []
    child = supervisor._Child(python("raise SystemExit(1)"))

    for _ in range(6):
        up._start(child).wait()
        up._plan_restart(child, child.started_at)
        delays.append(child.start_at - child.started_at)

    assert delays == pytest.approx([1, 2, 4, 8, 10, 10])


def test_it_forgives_a_process_that_ran_for_long(up: supervisor.Supervisor, heard: Heard) -> None:
    child = supervisor._Child(python("raise SystemExit(1)"), delay=8)
    up._start(child).wait()

    now = child.started_at + supervisor.STEADY_SECONDS
    up._plan_restart(child, now)

    assert child.start_at - now == supervisor.FIRST_DELAY_SECONDS


def test_it_is_ready_when_every_address_answers(
    up: supervisor.Supervisor, unused_port: int
) -> None:
    service = python(HEALTHY_AFTER_A_WHILE, unused_port)
    url = f"http://127.0.0.1:{unused_port}/healthz"

    up.start(dataclasses.replace(service, health_url=url))
    up.wait_until_ready(seconds=15)

    assert supervisor._answers(url)
    assert not supervisor._answers(url.replace("healthz", "elsewhere"))


def test_it_gives_up_on_a_process_that_never_starts(
    up: supervisor.Supervisor, monkeypatch: pytest.MonkeyPatch, unused_port: int
) -> None:
    monkeypatch.setattr(supervisor, "LONGEST_DELAY_SECONDS", 0.1)
    monkeypatch.setattr(supervisor, "FIRST_DELAY_SECONDS", 0.1)
    service = python("raise SystemExit(1)")
    url = f"http://127.0.0.1:{unused_port}/healthz"

    up.start(dataclasses.replace(service, health_url=url))

    with pytest.raises(supervisor.Failed, match="program does not start"):
        up.wait_until_ready(seconds=15)


def test_it_says_who_is_not_ready_in_time(up: supervisor.Supervisor, unused_port: int) -> None:
    service = python("import time; time.sleep(60)")
    url = f"http://127.0.0.1:{unused_port}/healthz"

    up.start(dataclasses.replace(service, health_url=url))

    with pytest.raises(supervisor.Failed, match="program: not ready after 1 s"):
        up.wait_until_ready(seconds=1)


def test_it_stops_everything_when_it_is_left(tmp_path: Path, heard: Heard) -> None:
    with supervisor.Supervisor(directory=tmp_path, say=heard) as up:
        up.start(python(PARENT_AND_CHILD, tmp_path))
        wait_for(lambda: len(started_pids(tmp_path)) == 2)
        began = time.monotonic()

    assert not any(is_running(pid) for pid in started_pids(tmp_path))
    assert time.monotonic() - began < 3


def test_it_kills_what_ignores_a_polite_request(
    tmp_path: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "GRACE_SECONDS", 0.5)

    with supervisor.Supervisor(directory=tmp_path, say=heard) as up:
        up.start(python(STUBBORN, tmp_path))
        wait_for(lambda: len(started_pids(tmp_path)) == 2)

    assert heard.has("killing what does not stop: program")
    assert not any(is_running(pid) for pid in started_pids(tmp_path))


def test_it_stops_when_somebody_asks(up: supervisor.Supervisor) -> None:
    threading.Timer(0.2, up.request_stop).start()

    with pytest.raises(supervisor.Stopped):
        up.watch()


def test_it_replaces_its_guard(up: supervisor.Supervisor, tmp_path: Path) -> None:
    up.start(python(PARENT_AND_CHILD, tmp_path))
    wait_for(lambda: len(started_pids(tmp_path)) == 2)
    old = up._guard._process

    old.kill()
    old.wait()
    up.check()

    assert up._guard._process.pid != old.pid
    assert up._guard._process.poll() is None


@contextlib.contextmanager
def own_process(
    folder: Path, script: str = PARENT_AND_CHILD, *, under: str | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A supervisor in another process; with `under`, that process is its parent's parent."""
    command = [sys.executable, "-c", SUPERVISOR, str(folder), "0", script]
    if under:
        command = [sys.executable, "-c", under, SUPERVISOR, str(folder), script]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(lambda: len(started_pids(folder)) == 2)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("script", [PARENT_AND_CHILD, STUBBORN], ids=["polite", "stubborn"])
def test_it_leaves_nothing_behind_when_its_whole_group_is_killed(
    tmp_path: Path, script: str
) -> None:
    with own_process(tmp_path, script) as process:
        os.killpg(process.pid, signal.SIGKILL)

        wait_for(lambda: not any(is_running(pid) for pid in started_pids(tmp_path)))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_within_seconds_of_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    with own_process(tmp_path) as process:
        process.send_signal(number)
        process.wait(5)

        assert not any(is_running(pid) for pid in started_pids(tmp_path))


def test_it_ends_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    with own_process(tmp_path, under=LIKE_MAKE) as make:
        make.kill()

        wait_for(lambda: not any(is_running(pid) for pid in started_pids(tmp_path)))
