"""Starts processes, starts them again when they die, and leaves none behind.

Every process gets a session of its own, so that it can be stopped together with whatever it
started. What must happen when this process is killed with no chance to clean up, is done by a
guard: a second, tiny process that knows the sessions and reads from a pipe which only this
process holds open. The pipe's end is the one sign that also comes after `kill -9`, on Linux and
macOS alike (prctl's PDEATHSIG exists on Linux alone, reaches no grandchildren, and cannot
escalate from SIGTERM to SIGKILL).

Standard library only, and no import of ours: the guard is this very file, run by its path.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO
from urllib.parse import urlsplit

GRACE_SECONDS = 8.0  # between SIGTERM and SIGKILL
STRAGGLER_SECONDS = 1.0  # for what a process left running when it ended
LAST_WORDS_SECONDS = 2.0  # for printing what a process wrote before it ended
FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 10.0
STEADY_SECONDS = 30.0  # who ran this long is started again after the first delay
STARTS_BEFORE_READY = 3
POLL_SECONDS = 0.1

Say = Callable[[str, str], None]


class Stopped(Exception):
    """Somebody asked us to stop; the text says who."""


class Failed(Exception):
    """A process that is needed does not run; the text says which."""


@dataclass(frozen=True, kw_only=True)
class Service:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    # Answers 200 as soon as the process does its work; None = running is enough.
    health_url: str | None = None


@dataclass
class _Child:
    service: Service
    runs_once: bool = False
    process: subprocess.Popen[bytes] | None = None
    relay: threading.Thread | None = None
    starts: int = 0
    started_at: float = 0.0
    start_at: float = 0.0
    delay: float = FIRST_DELAY_SECONDS
    is_ready: bool = False


class Supervisor:
    """Use as a context: leaving it stops everything that was started.

    `parent` is the process that started us (make, say): when it is gone, so are we.
    `keep_open` are file descriptors, locks perhaps, that end only when the last process has.
    """

    def __init__(
        self,
        *,
        directory: Path,
        say: Say,
        parent: int | None = None,
        keep_open: Sequence[int] = (),
    ) -> None:
        self._directory = directory
        self._say = say
        self._parent = parent
        self._keep_open = keep_open
        self._children: dict[str, _Child] = {}
        self._signals: list[int] = []
        self._handlers: dict[int, object] = {}

    def __enter__(self) -> Supervisor:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self._handlers[number] = signal.signal(number, self._on_signal)
        self._guard = Guard(keep_open=self._keep_open)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._stop_all()
        finally:
            self._guard.close()
            for number, handler in self._handlers.items():
                signal.signal(number, handler)  # type: ignore[arg-type]

    def start(self, service: Service) -> None:
        child = self._children[service.name] = _Child(service)
        self._start(child)

    def run(self, service: Service) -> None:
        """Run something to its end; Failed unless it ends well."""
        # Among the others while it lasts, so that a stop reaches it too.
        child = self._children[service.name] = _Child(service, runs_once=True)
        process = self._start(child)
        while process.poll() is None:
            self.check()
            time.sleep(POLL_SECONDS)
        self._bury(child)
        del self._children[service.name]
        if process.returncode:
            raise Failed(f"{service.name} ended with {_ending(process.returncode)}")

    def wait_until_ready(self, *, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while waiting := [child for child in self._children.values() if not child.is_ready]:
            self.check()
            for child in waiting:
                if child.starts > STARTS_BEFORE_READY:
                    raise Failed(f"{child.service.name} does not start")
                url = child.service.health_url
                child.is_ready = child.process is not None and (url is None or _answers(url))
            if time.monotonic() > deadline:
                names = ", ".join(child.service.name for child in waiting)
                raise Failed(f"{names}: not ready after {seconds:.0f} s")
            time.sleep(POLL_SECONDS)

    def watch(self) -> None:
        """Keep everything running until Stopped is raised."""
        while True:
            self.check()
            time.sleep(POLL_SECONDS)

    def check(self) -> None:
        """Do what is due; Stopped when we were asked to stop."""
        if self._signals:
            raise Stopped(signal.Signals(self._signals[0]).name)
        if self._parent is not None and os.getppid() != self._parent:
            raise Stopped("the process that started this one is gone")
        self._guard.ensure()
        now = time.monotonic()
        for child in self._children.values():
            if child.process is None:
                if child.start_at <= now:
                    self._start(child)
            elif child.process.poll() is not None and not child.runs_once:
                self._plan_restart(child, now)

    def request_stop(self) -> None:
        """Stop at the next check, as if by a signal; safe in any thread."""
        self._signals.append(signal.SIGTERM)

    def pids(self) -> dict[str, int]:
        return {
            name: child.process.pid
            for name, child in self._children.items()
            if child.process is not None
        }

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        # Only noted: a lock taken in a handler can be one that its own thread holds.
        self._signals.append(number)

    def _start(self, child: _Child) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(  # noqa: S603 (our own commands)
            child.service.command,
            cwd=self._directory,
            env=dict(child.service.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._guard.watch(process.pid)
        child.process = process
        child.starts += 1
        child.started_at = time.monotonic()
        assert process.stdout is not None  # noqa: S101 (for mypy: it is a pipe)
        child.relay = threading.Thread(
            target=self._relay, args=(child.service.name, process.stdout), daemon=True
        )
        child.relay.start()
        return process

    def _relay(self, name: str, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                self._say(name, line.decode(errors="replace").rstrip())

    def _plan_restart(self, child: _Child, now: float) -> None:
        assert child.process is not None  # noqa: S101 (for mypy: its caller looked)
        if now - child.started_at >= STEADY_SECONDS:
            child.delay = FIRST_DELAY_SECONDS
        ending = _ending(child.process.returncode)
        name = child.service.name
        self._say("", f"{name} ended with {ending}; it starts again in {child.delay:.0f} s")
        self._bury(child)
        child.start_at = now + child.delay
        child.delay = min(2 * child.delay, LONGEST_DELAY_SECONDS)

    def _bury(self, child: _Child) -> None:
        if child.process is None or child.relay is None:
            return
        # What it started may live on and hold its port, or our end of its output.
        _signal_group(child.process.pid, signal.SIGKILL)
        child.process.wait()
        child.relay.join(LAST_WORDS_SECONDS)
        self._guard.forget(child.process.pid)
        child.process = None

    def _stop_all(self) -> None:
        processes = {
            child.service.name: child.process
            for child in self._children.values()
            if child.process is not None
        }
        for process in processes.values():
            _signal_group(process.pid, signal.SIGTERM)
        asked = len(self._signals)
        deadline = time.monotonic() + GRACE_SECONDS
        while any(process.poll() is None for process in processes.values()):
            if time.monotonic() > deadline or len(self._signals) > asked:
                names = [name for name, process in processes.items() if process.poll() is None]
                self._say("", f"killing what does not stop: {', '.join(names)}")
                break
            time.sleep(POLL_SECONDS / 2)
        else:
            _wait_for_groups((process.pid for process in processes.values()), STRAGGLER_SECONDS)
        for child in self._children.values():
            self._bury(child)


@dataclass
class Guard:
    """Stops the process groups that it watches when the process that made it is no more."""

    keep_open: Sequence[int] = ()
    _groups: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._start()

    def watch(self, group: int) -> None:
        self._groups.add(group)
        self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        self._groups.discard(group)
        self._tell(f"-{group}\n")

    def ensure(self) -> None:
        if self._process.poll() is not None:
            self.close()
            self._start()
            self._tell("".join(f"+{group}\n" for group in self._groups))

    def close(self) -> None:
        assert self._process.stdin is not None  # noqa: S101 (for mypy: it is a pipe)
        self._process.stdin.close()
        self._process.wait()

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 (this very file)
            [sys.executable, "-I", "-S", __file__, str(GRACE_SECONDS / 2)],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # A `kill -9` of our whole process group must not reach it.
            start_new_session=True,
            pass_fds=self.keep_open,
            cwd="/",
        )

    def _tell(self, lines: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 (for mypy: it is a pipe)
        # A dead guard is replaced, and told everything, at the next `ensure`.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(lines.encode())


def guard(lines: IO[bytes], *, grace: float) -> None:
    """What the guard's own process does."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in lines:
        group = int(line[1:])
        if line.startswith(b"+"):
            groups.add(group)
        else:
            groups.discard(group)
    for group in groups:
        _signal_group(group, signal.SIGTERM)
    _wait_for_groups(groups, grace)
    for group in groups:
        _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: int) -> bool:
    """Signal a whole process group; False if it is no more."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        # macOS says so of a group that has only zombies left.
        return False
    return True


def _wait_for_groups(groups: Iterable[int], seconds: float) -> None:
    remaining = set(groups)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        remaining = {group for group in remaining if _signal_group(group, 0)}
        if not remaining:
            return
        time.sleep(POLL_SECONDS / 2)


def _ending(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"code {code}"


def _answers(url: str) -> bool:
    # Not urllib, which would ask a proxy named in the environment for 127.0.0.1.
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=2)
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    guard(sys.stdin.buffer, grace=float(sys.argv[1]))
