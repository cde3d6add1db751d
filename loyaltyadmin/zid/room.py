"""Keeps threads free: so many calls of a process may wait for Zid at once (docs/adr/0027)."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator


class Room:
    """Places for calls that wait. Whoever finds none does not wait for one; without a number there
    is no end of them.
    """

    def __init__(self, places: int | None = None) -> None:
        self._free = threading.BoundedSemaphore(places) if places else None

    @contextlib.contextmanager
    def place(self) -> Iterator[bool]:
        """Tell whether the block has a place."""
        if self._free is None:
            yield True
            return
        has_one = self._free.acquire(blocking=False)
        try:
            yield has_one
        finally:
            if has_one:
                self._free.release()
