"""Answers that all threads of a process share.

At Zid's pace a store sends a line a second, and dozens of stores do so at once. What each of them
asked by itself between two lines took a worker more time than the lines.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Shared(Generic[Answer]):
    """What `ask` says, asked again when it is so many seconds old."""

    def __init__(self, ask: Callable[[], Answer], *, seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._lock = threading.Lock()
        self._answer: Answer | None = None
        self._until = 0.0

    def get(self) -> Answer:
        with self._lock:
            if self._answer is None or time.monotonic() >= self._until:
                self._answer = self._ask()
                self._until = time.monotonic() + self._seconds
            return self._answer

    def forget(self) -> None:
        self._answer = None
