"""What stands in front of Zid in this process: a breaker for each host, and room for those who wait
(docs/adr/0027).
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable

from loyaltyadmin.telemetry import metrics
from loyaltyadmin.zid.breaker import Breaker
from loyaltyadmin.zid.room import Room

_BREAKERS: dict[str, Breaker] = {}
_room = Room()


def breaker_of(url: str) -> Breaker:
    """This will give the one breaker for all calls to the host of `url`."""
    host = urllib.parse.urlsplit(url).netloc
    known = _BREAKERS.get(host)
    # Two threads may come here at once; both are given the one that was first.
    return known or _BREAKERS.setdefault(host, Breaker(host=host, on_move=_count(host)))


def room() -> Room:
    """This will give the places for calls that wait."""
    return _room


def limit_room(*, places: int) -> None:
    """This will let no more calls wait at once from now on: other threads have other things to do.

    For a web server, when it starts. A worker's threads are there to wait.
    """
    global _room
    _room = Room(places)


def forget_all() -> None:
    """This will begin anew, as a process does: all breakers closed, and room for everybody."""
    global _room
    _room = Room()
    _BREAKERS.clear()


def _count(host: str) -> Callable[[bool], None]:
    def count(is_open: bool) -> None:
        metrics.ZID_BREAKER_MOVES.labels(host=host, to="open" if is_open else "closed").inc()

    return count
