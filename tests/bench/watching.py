"""Looks once a second, while others use the product: who waits for Zid, and what for a worker."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import redis

from tests.processes import Product

QUEUES = ("interactive", "bulk", "housekeeping")
EVERY_SECONDS = 1
ESTABLISHED = "01"  # as /proc/net/tcp writes it


@dataclass(frozen=True, kw_only=True)
class Sight:
    at: float
    waiting: int  # calls to Zid that the web processes have under way
    message_seconds: float  # how long the oldest message has been there
    health_seconds: float  # until /healthz answered


class Ages:
    """How old the oldest message of a queue is; messages do not say it themselves."""

    def __init__(self) -> None:
        self._first_seen: dict[str, float] = {}

    def oldest(self, ids: Iterable[str], *, now: float) -> float:
        """`ids` are those that are there now."""
        self._first_seen = {id_: self._first_seen.get(id_, now) for id_ in ids}
        return now - min(self._first_seen.values(), default=now)


class Watch(threading.Thread):
    def __init__(self, product: Product) -> None:
        super().__init__(name="watch", daemon=True)
        self.sights: list[Sight] = []
        self._product = product
        self._is_over = threading.Event()
        self._ages = Ages()

    def during(self, *, since: float, until: float) -> Sequence[Sight]:
        return [sight for sight in self.sights if since <= sight.at < until]

    def stop(self) -> None:
        self._is_over.set()
        self.join()

    def run(self) -> None:
        port = urlsplit(self._product.sandbox.url).port or 0
        web = self._product.processes.pid("web")
        with redis.Redis.from_url(self._product.environment["REDIS_URL"]) as server:
            while not self._is_over.wait(EVERY_SECONDS):
                self.sights.append(
                    Sight(
                        at=time.time(),
                        waiting=connections(pids=children(web), port=port),
                        message_seconds=self._ages.oldest(_messages(server), now=time.time()),
                        health_seconds=self._ask_for_health(),
                    )
                )

    def _ask_for_health(self) -> float:
        began = time.monotonic()
        # Whether it is well is not the question, only whether it says so.
        with (
            contextlib.suppress(OSError),
            urllib.request.urlopen(f"{self._product.url}/healthz", timeout=60),  # noqa: S310
        ):
            pass
        return time.monotonic() - began


@contextlib.contextmanager
def watching(product: Product) -> Iterator[Watch]:
    watch = Watch(product)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(it) for it in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def connections(*, pids: Iterable[int], port: int) -> int:
    """How many connections to a port of this machine these processes have."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    sockets = {
        f"socket:[{line[9]}]"
        for line in lines
        if line[2].endswith(f":{port:04X}") and line[3] == ESTABLISHED
    }
    return sum(_links_to(fd) in sockets for pid in pids for fd in _files_of(pid))


def _files_of(pid: int) -> list[Path]:
    try:
        return list(Path(f"/proc/{pid}/fd").iterdir())
    except FileNotFoundError:  # it has ended
        return []


def _links_to(file: Path) -> str:
    try:
        return os.readlink(file)  # noqa: PTH115  # what it names is no path
    except FileNotFoundError:  # it was closed meanwhile
        return ""


def _messages(server: redis.Redis) -> list[str]:
    return [
        json.loads(message)["properties"]["delivery_tag"]
        for queue in QUEUES
        for message in server.lrange(queue, 0, -1)
    ]
