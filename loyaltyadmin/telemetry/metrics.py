"""What the processes count. What is a count of rows is read when somebody asks (`support.gauges`).

No label names a store, a customer or anything that grows with them. With METRICS_TOKEN each process
keeps its numbers in files of DATA_DIR/metrics, and whoever is asked adds up all that are there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from prometheus_client import CollectorRegistry, Counter, Histogram, Summary, values
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from loyaltyadmin.telemetry.slots import Slots
from loyaltyadmin.zid import errors

FOLDER = Path(settings.DATA_DIR) / "metrics"
SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20)

IS_SHARED = bool(settings.METRICS_TOKEN)
if IS_SHARED:
    # Before the first metric is made: a metric's value is of the class that stands here then.
    FOLDER.mkdir(exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(FOLDER)
    values.ValueClass = values.MultiProcessValue(Slots(FOLDER).mine)  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()

ZID_CALLS = Counter(
    "loyaltyadmin_zid_calls",
    "Requests to Zid, repeated ones too, by endpoint and by what came of them; held_back and"
    " crowded_out were not made",
    ["endpoint", "outcome"],
    registry=REGISTRY,
)
ZID_CALL_SECONDS = Histogram(
    "loyaltyadmin_zid_call_seconds",
    "How long Zid took to answer, or we to give up",
    ["endpoint"],
    buckets=SECONDS,
    registry=REGISTRY,
)
ZID_BREAKER_MOVES = Counter(
    "loyaltyadmin_zid_breaker_moves",
    "How often a process stopped calling a host of Zid's, since none of its calls was answered,"
    " and how often it began again: open, closed",
    ["host", "to"],
    registry=REGISTRY,
)
PACE_SECONDS = Summary(
    "loyaltyadmin_zid_pace_seconds",
    "How long calls waited for a place below Zid's limit, by who asks",
    ["asks"],
    registry=REGISTRY,
)
PACE_REFUSALS = Counter(
    "loyaltyadmin_zid_pace_refusals",
    "Calls that were not made because their place was too far off, by who asks",
    ["asks"],
    registry=REGISTRY,
)
TOKEN_REFRESHES = Counter(
    "loyaltyadmin_token_refreshes",
    "Attempts to renew a store's tokens: renewed, refused, or failed in any other way",
    ["outcome"],
    registry=REGISTRY,
)
LINES = Counter(
    "loyaltyadmin_lines",
    "Lines that came to a status; claimed is sent, pending is given back to be sent again",
    ["to"],
    registry=REGISTRY,
)
JOBS_MOVED = Counter(
    "loyaltyadmin_jobs_moved",
    "Bulk adjustments that came to a status",
    ["to"],
    registry=REGISTRY,
)
TASKS = Counter(
    "loyaltyadmin_tasks", "Tasks that a worker ended", ["task", "outcome"], registry=REGISTRY
)
TASK_SECONDS = Summary(
    "loyaltyadmin_task_seconds", "How long tasks took", ["task"], registry=REGISTRY
)
REQUESTS = Counter(
    "loyaltyadmin_requests",
    "Requests that were answered, without static files and probes",
    ["status"],
    registry=REGISTRY,
)
REQUEST_SECONDS = Histogram(
    "loyaltyadmin_request_seconds",
    "How long requests took",
    buckets=SECONDS,
    registry=REGISTRY,
)


class ZidCalls:
    """Counts what Zid's client does; given to `zid.client.Client`."""

    def exchanged(
        self, *, endpoint: str, status: int | None, is_sent: bool, seconds: float
    ) -> None:
        """Count one request."""
        outcome = _outcome(status=status, is_sent=is_sent)
        ZID_CALLS.labels(endpoint=endpoint, outcome=outcome).inc()
        ZID_CALL_SECONDS.labels(endpoint=endpoint).observe(seconds)

    def not_made(self, *, endpoint: str, why: type[errors.NotSent]) -> None:
        """Count one that was not made."""
        outcome = "held_back" if why is errors.HeldBack else "crowded_out"
        ZID_CALLS.labels(endpoint=endpoint, outcome=outcome).inc()


def collectors() -> Iterable[Collector]:
    """This will give what knows the numbers of all processes that share this one's folder."""
    if IS_SHARED:
        return [MultiProcessCollector(None, path=str(FOLDER))]  # type: ignore[no-untyped-call]
    return [REGISTRY]


def _outcome(*, status: int | None, is_sent: bool) -> str:
    if status is None:
        return "lost" if is_sent else "not_sent"
    if status < 300:
        return "answered"
    if status < 400 or status == 401:  # a redirect is the way to a login page
        return "tokens_refused"
    named = {403: "scope_missing", 404: "not_found", 429: "limited"}
    return named.get(status, "refused" if status < 500 else "failed")
