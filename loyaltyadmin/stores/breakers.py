"""This process's breakers: one in front of each of Zid's hosts (docs/adr/0027)."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable

from loyaltyadmin.telemetry import metrics
from loyaltyadmin.zid.breaker import Breaker

_BREAKERS: dict[str, Breaker] = {}


def breaker_of(url: str) -> Breaker:
    """This will give the one breaker for all calls to the host of `url`."""
    host = urllib.parse.urlsplit(url).netloc
    known = _BREAKERS.get(host)
    # Two threads may come here at once; both are given the one that was first.
    return known or _BREAKERS.setdefault(host, Breaker(host=host, on_move=_count(host)))


def forget_all() -> None:
    """This will begin anew, as a process does: all of them closed."""
    _BREAKERS.clear()


def _count(host: str) -> Callable[[bool], None]:
    def count(is_open: bool) -> None:
        metrics.ZID_BREAKER_MOVES.labels(host=host, to="open" if is_open else "closed").inc()

    return count
