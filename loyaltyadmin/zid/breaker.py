"""Holds calls back while Zid does not answer, so that nobody waits for nothing (docs/adr/0027)."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

logger = logging.getLogger("loyaltyadmin.zid")

# So many calls in a row, of so many stores, that got no answer: then it is not one store's trouble.
FAILURES, STORES = 5, 2
# Then one call tries whether Zid is there again, and so long after each one that failed. A change
# only where nobody reads: what becomes of it would have to be looked up.
READ_AFTER_SECONDS = 5.0
CHANGE_AFTER_SECONDS = 15.0
# An answer that trickles in for ever must not hold all others back for ever.
TRIAL_SECONDS = 60.0


@dataclass(slots=True, kw_only=True)
class Attempt:
    """A call that was let through. Whoever makes it notes what came of it, or has learned nothing.

    `store` is whose call was not answered, None if that was nobody's in particular.
    """

    period: int
    began_at: float
    is_answered: bool | None = None
    store: int | str | None = None

    def note(self, *, is_answered: bool, store: int | str | None) -> None:
        """Keep whether an answer came, be it a refusal."""
        self.is_answered, self.store = is_answered, store


class Breaker:
    """In front of one host of Zid's, for all threads of a process.

    Closed, it lets every call through and looks at what comes of it. Open, it lets none through but
    one from time to time, alone; the first that is answered closes it. No lock is held meanwhile.
    """

    def __init__(
        self,
        *,
        host: str = "Zid",
        clock: Callable[[], float] = time.monotonic,
        on_move: Callable[[bool], None] | None = None,
    ) -> None:
        """`clock` counts seconds; `on_move` is told whether it is open now."""
        self._host = host
        self._clock = clock
        self._on_move = on_move
        self._lock = threading.Lock()
        # A call that began before it opened or closed says nothing of now.
        self._period = 0
        self._failures = 0
        self._stores: set[object] = set()
        self._failed_at: float | None = None  # when the last one failed, while it is open
        self._trial: Attempt | None = None

    def lets_through(self, *, is_read: bool) -> bool:
        """Tell whether a call would be let through now."""
        with self._lock:
            return self._lets_through(is_read=is_read)

    @contextlib.contextmanager
    def attempt(self, *, is_read: bool) -> Iterator[Attempt | None]:
        """Give the attempt that the block makes, or None if it may make no call."""
        attempt = self._begin(is_read=is_read)
        try:
            yield attempt
        finally:
            if attempt is not None:
                self._end(attempt)

    def _lets_through(self, *, is_read: bool) -> bool:
        if self._failed_at is None:
            return True
        now = self._clock()
        if self._trial is not None and now < self._trial.began_at + TRIAL_SECONDS:
            return False
        return now >= self._failed_at + (READ_AFTER_SECONDS if is_read else CHANGE_AFTER_SECONDS)

    def _begin(self, *, is_read: bool) -> Attempt | None:
        with self._lock:
            if not self._lets_through(is_read=is_read):
                return None
            attempt = Attempt(period=self._period, began_at=self._clock())
            if self._failed_at is not None:
                self._trial = attempt
            return attempt

    def _end(self, attempt: Attempt) -> None:
        with self._lock:
            if attempt.period != self._period:
                return
            if self._trial is attempt:
                self._trial = None
            was_open = self._failed_at is not None
            if attempt.is_answered:
                self._failures, self._stores, self._failed_at = 0, set(), None
            elif attempt.is_answered is not None:
                self._fail(store=attempt.store)
            is_open = self._failed_at is not None
            if is_open == was_open:
                return
            self._period += 1
            self._trial = None
        self._tell(is_open=is_open)

    def _fail(self, *, store: int | str | None) -> None:
        if self._failed_at is None:
            self._failures += 1
            # What is nobody's in particular counts as another one's each time.
            self._stores.add(object() if store is None else store)
            if self._failures < FAILURES or len(self._stores) < STORES:
                return
        self._failed_at = self._clock()

    def _tell(self, *, is_open: bool) -> None:
        if is_open:
            logger.warning("%s does not answer: calls are held back", self._host)
        else:
            logger.info("%s answers again", self._host)
        if self._on_move is not None:
            self._on_move(is_open)
