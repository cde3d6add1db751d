"""Which of the metrics' files are this process's: those of the first number that nobody alive has.

Prometheus' client names them after process ids. Then web processes that are replaced leave files
behind for ever, and two containers that share a folder write to the same ones.
"""

from __future__ import annotations

import fcntl
import itertools
import os
from pathlib import Path


class Slots:
    """A process keeps its number while it lives; a later one goes on counting in the same files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = 0
        self._number = 0

    def mine(self) -> int:
        """This will give the number of this process, another one than its parent's."""
        if self._process != os.getpid():
            self._number = self._take()
            self._process = os.getpid()
        return self._number

    def _take(self) -> int:
        for number in itertools.count(1):
            # Left open: the lock is held until the process ends, however it does.
            lock = os.open(self._folder / f"{number}.lock", os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(lock)
            else:
                return number
        raise AssertionError  # there is always another number
