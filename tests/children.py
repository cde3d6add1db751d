"""Processes that a test starts, may kill and start again, and that never outlive it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from loyaltyadmin.web import development, supervisor

START_SECONDS = 60
STOP_SECONDS = 15


class Children:
    """Not a Supervisor: that one takes pytest's signals, and starts again what a test may kill."""

    def __init__(self, *, environment: Mapping[str, str], log_dir: Path) -> None:
        self._environment = environment
        self._log_dir = log_dir
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._commands: dict[str, Sequence[str]] = {}
        self._headless: dict[str, int] = {}  # process groups whose first process is gone

    def __enter__(self) -> Children:
        self._guard = supervisor.Guard()
        return self

    def __exit__(self, *failure: object) -> None:
        try:
            for process in self._running.values():
                _signal_group(process.pid, signal.SIGTERM)
            for process in self._running.values():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(STOP_SECONDS)
                _signal_group(process.pid, signal.SIGKILL)
                process.wait()
                self._guard.forget(process.pid)
        finally:
            self._guard.close()

    def start(self, name: str, command: Sequence[str], **settings: str) -> subprocess.Popen[bytes]:
        with (self._log_dir / f"{name}.log").open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=development.ROOT,
                env={**self._environment, **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._guard.watch(process.pid)
        self._running[name], self._commands[name] = process, command
        return process

    def run(self, name: str, command: Sequence[str]) -> None:
        process = self.start(name, command)
        if process.wait(START_SECONDS):
            raise RuntimeError(f"{name} failed:\n{self.words_of(name)}")
        self._guard.forget(process.pid)
        del self._running[name]

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def children_of(self, name: str) -> list[int]:
        """The ids of the processes that this one has started itself (Linux)."""
        pid = self.pid(name)
        return [int(it) for it in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def kill(self, *names: str) -> None:
        killed = [self._running.pop(name) for name in names]
        for process in killed:
            # The group: what it started, beat, must not outlive it, as under `make run`.
            _signal_group(process.pid, signal.SIGKILL)
        for process in killed:
            process.wait()
            self._guard.forget(process.pid)

    def behead(self, name: str) -> None:
        """`kill -9` to the process alone. What it started lives on until this is started again,
        when it is killed too, as by systemd or with a container.
        """
        process = self._running.pop(name)
        process.kill()
        process.wait()
        self._headless[name] = process.pid

    def stop(self, name: str) -> None:
        process = self._running.pop(name)
        process.terminate()
        process.wait(STOP_SECONDS)
        _signal_group(process.pid, signal.SIGKILL)  # nothing is left, or it failed to end
        self._guard.forget(process.pid)

    def start_again(self, name: str) -> None:
        if group := self._headless.pop(name, 0):
            _signal_group(group, signal.SIGKILL)
            self._guard.forget(group)
        self.start(name, self._commands[name])

    def wait_for(self, address: str) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + START_SECONDS
        while True:
            for name, process in self._running.items():
                if process.poll() is not None:
                    raise RuntimeError(f"{name} ended:\n{self.words_of(name)}")
            try:
                with opener.open(address, timeout=5):
                    return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def words_of(self, name: str) -> str:
        """What it has written so far."""
        return (self._log_dir / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
