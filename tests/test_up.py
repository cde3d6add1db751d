"""`make run` as a whole, with its real processes."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from loyaltyadmin.web import supervisor

ROOT = Path(__file__).resolve().parent.parent
MADE_FOR_OTHER_TESTS = re.compile(
    "ZID_|DEBUG|SECRET_KEY|PUBLIC_URL|ALLOWED_HOSTS|DATABASE_URL|REDIS_URL"
)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "a folder"


@pytest.fixture
def product(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    settings = {
        name: value for name, value in os.environ.items() if not MADE_FOR_OTHER_TESTS.match(name)
    }
    command = ["-m", "loyaltyadmin.web.development", "--port=18000", "--zid-port=18100"]
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={**settings, "DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()
            process.communicate()


def read_until(process: subprocess.Popen[str], pattern: str) -> re.Match[str]:
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(pattern, line):
            return found
    raise AssertionError("".join(said))


def wait_for_the_last_to_end(data_dir: Path) -> None:
    # Whoever guards the processes keeps this lock until the last of them is gone.
    deadline = time.monotonic() + 15
    with (data_dir / "run.lock").open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                assert time.monotonic() < deadline, "something goes on running"
                time.sleep(0.1)


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_it_opens_and_stops_and_leaves_nothing_even_when_killed(
    product: subprocess.Popen[str], data_dir: Path
) -> None:
    web = int(read_until(product, r"web server on port (\d+)")[1])
    address = read_until(product, r"^ +(http://127\.0\.0\.1:(\d+)/)$")
    assert supervisor._answers(address[1])
    assert supervisor._answers(f"http://localhost:{web}/healthz")
    assert supervisor._answers(f"http://localhost:{web}/readyz")
    read_until(product, "worker.* ready")

    os.killpg(product.pid, signal.SIGKILL)
    wait_for_the_last_to_end(data_dir)

    assert not is_listening(web)
    assert not is_listening(int(address[2]))


def test_it_says_that_it_stopped(product: subprocess.Popen[str]) -> None:
    read_until(product, "Ctrl-C stops everything")

    product.send_signal(signal.SIGINT)

    read_until(product, "nothing is left running")
    assert product.wait(10) == 0
