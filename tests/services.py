"""Throw-away servers for the tests, and where to find a browser.

Each server is private: a temporary folder, a free port on loopback, gone when its context is left
(or, should the tests be killed, when their process is). From the command line:

    python -m tests.services -- pytest -m services

runs a command with DATABASE_URL and REDIS_URL set to a PostgreSQL and a Redis of its own.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import TypedDict

import psycopg

from loyaltyadmin.web import supervisor

START_SECONDS = 30
STOP_SECONDS = 10
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class NotFound(Exception):
    """A program is not on this machine."""


def find_chromium() -> str | None:
    """The browser for the browser tests; CHROMIUM names another one."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


def find_redis() -> str | None:
    return shutil.which("redis-server") or shutil.which("valkey-server")


def find_nginx() -> str | None:
    """Debian keeps it where only root's PATH leads."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def find_postgresql() -> Path | None:
    """The folder of `initdb` and `postgres`: Debian keeps them off the PATH, by version."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres"):
        return Path(on_path).parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: _as_number(path.parent.parent.name), default=None)
    return newest.parent if newest else None


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL server; gives its DATABASE_URL."""
    with killable_postgresql() as server:
        yield server.url


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """A Redis server; gives its REDIS_URL."""
    with killable_redis() as server:
        yield server.url


class Server:
    """A server that its test may kill and start again, on the same port and the same files."""

    def __init__(
        self,
        *,
        url: str,
        command: Sequence[str],
        answers: Callable[[], bool],
        stop: signal.Signals,
        log: Path,
        owner: pwd.struct_passwd | None,
    ) -> None:
        self.url = url
        self._command, self._answers, self._stop = command, answers, stop
        self._log, self._owner = log, owner
        self._guard = supervisor.Guard()
        self._has_answered = False

    def __enter__(self) -> Server:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *failure: object) -> None:
        self._process.send_signal(self._stop)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        self.kill()
        self._guard.close()

    def start(self) -> None:
        """This will start it, or start it again after `kill`, and return when it answers."""
        deadline = time.monotonic() + START_SECONDS
        self._launch()
        while not self._answers():
            has_ended = self._process.poll() is not None
            if time.monotonic() > deadline or (has_ended and not self._has_answered):
                raise RuntimeError(f"{self._command[0]} does not start:\n{self._log.read_text()}")
            if has_ended:
                # PostgreSQL does not start beside what a kill left of it. That goes by itself.
                self._guard.forget(self._process.pid)
                self._launch()
            time.sleep(0.02)
        self._has_answered = True

    def kill(self) -> None:
        """This will `kill -9` it, with no warning; killing it twice does nothing more."""
        self._process.kill()
        self._process.wait()
        self._guard.forget(self._process.pid)

    def _launch(self) -> None:
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **_running_as(self._owner),
            )
        self._guard.watch(self._process.pid)


@contextlib.contextmanager
def killable_postgresql() -> Iterator[Server]:
    """A PostgreSQL server of the test's own; it keeps what was committed when it is killed."""
    programs = find_postgresql()
    if programs is None:
        raise NotFound("PostgreSQL (initdb and postgres)")
    port = free_port()
    owner = _owner()
    # /tmp rather than pytest's own folder, which the server's user may not enter.
    with tempfile.TemporaryDirectory(prefix="loyaltyadmin-pg-", dir="/tmp") as name:
        folder = Path(name)
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = folder / "data"
        initdb = [f"{programs}/initdb", "-D", f"{data}", "-U", "tests", "-A", "trust",
                  "-E", "UTF8", "--locale=C", "--no-sync"]  # fmt: skip
        subprocess.run(initdb, check=True, cwd="/", stdout=subprocess.DEVNULL, **_running_as(owner))
        # Nothing here has to survive a power cut, so nothing waits for the disk; but a commit is
        # with the operating system before it is answered, and so survives a `kill -9`.
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(folder),
            "fsync": "off",
            "synchronous_commit": "on",
            "full_page_writes": "off",
            "max_connections": "50",
        }
        options = [f"--{key}={value}" for key, value in settings.items()]
        command = [f"{programs}/postgres", "-D", f"{data}", "-p", f"{port}", *options]
        url = f"postgres://tests@127.0.0.1:{port}/postgres"

        def answers() -> bool:
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(url):
                return True
            return False

        log = folder / "log"
        with Server(
            url=url, command=command, answers=answers, stop=signal.SIGINT, log=log, owner=owner
        ) as server:
            yield server


@contextlib.contextmanager
def killable_redis() -> Iterator[Server]:
    """A Redis server of the test's own; it keeps nothing when it is killed."""
    program = find_redis()
    if program is None:
        raise NotFound("Redis (redis-server)")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="loyaltyadmin-redis-") as name:
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", name,
                   "--save", "", "--appendonly", "no"]  # fmt: skip

        def answers() -> bool:
            with contextlib.suppress(OSError), _connect(port) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            return False

        url, log = f"redis://127.0.0.1:{port}/0", Path(name, "log")
        with Server(
            url=url, command=command, answers=answers, stop=signal.SIGTERM, log=log, owner=None
        ) as server:
            yield server


def _owner() -> pwd.struct_passwd | None:
    """Whom to run PostgreSQL as, which refuses to be root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NotFound("an account that PostgreSQL can run as: it refuses root")


class _RunningAs(TypedDict):
    user: int | None
    group: int | None
    extra_groups: list[str | int] | None


def _running_as(owner: pwd.struct_passwd | None) -> _RunningAs:
    if owner is None:
        return {"user": None, "group": None, "extra_groups": None}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=1)


def _as_number(version: str) -> float:
    try:
        return float(version)
    except ValueError:
        return 0.0


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def main(arguments: Sequence[str]) -> int:
    command = list(arguments[1:] if arguments[:1] == ["--"] else arguments)
    if not command:
        print("usage: python -m tests.services -- command…", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _leave)
    try:
        with postgresql() as database_url, redis_server() as redis_url:
            addresses = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
            return subprocess.run(command, env={**os.environ, **addresses}, check=False).returncode
    except NotFound as missing:
        print(f"Not found on this machine: {missing}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
