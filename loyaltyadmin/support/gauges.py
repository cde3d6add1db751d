"""What is counted in the database, when somebody asks: four small queries, no store named.

Each reads an index or a table that stays small; the millions of lines that are done are not read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from django.db import Error
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import JOB_OVER, JobStatus, LineStatus
from loyaltyadmin.stores.models import Store

SOON = dt.timedelta(days=14)


class DatabaseCollector(Collector):
    """The gauges; without a database only the one that says so."""

    def collect(self) -> Iterable[GaugeMetricFamily]:
        up = GaugeMetricFamily("loyaltyadmin_database_up", "Whether the database answers")
        try:
            gauges = [*_jobs(), *_unknowns(), *_stores()]
        except Error:
            up.add_metric([], 0)
            return [up]
        up.add_metric([], 1)
        return [up, *gauges]


def _jobs() -> Iterator[GaugeMetricFamily]:
    counts = dict(
        BulkAdjustment.objects.exclude(status__in=JOB_OVER)
        .values_list("status")
        .annotate(count=Count("id"))
        .order_by()
    )
    jobs = GaugeMetricFamily(
        "loyaltyadmin_jobs", "Bulk adjustments that are not over", labels=["status"]
    )
    for status in JobStatus:
        if status not in JOB_OVER:
            jobs.add_metric([status.value], counts.get(status.value, 0))
    yield jobs
    now = timezone.now()
    running = BulkAdjustment.objects.filter(store=OuterRef("store"), status=JobStatus.RUNNING)
    oldest = (
        BulkAdjustment.objects.filter(~Exists(running), status=JobStatus.QUEUED)
        .annotate(due_at=Coalesce("starts_at", "confirmed_at"))
        .aggregate(since=Min("due_at", filter=Q(due_at__lte=now)))
    )
    yield _gauge(
        "loyaltyadmin_queue_age_seconds",
        "How long the oldest bulk adjustment has waited for nothing but a worker",
        _age(oldest["since"], now=now),
    )


def _unknowns() -> Iterator[GaugeMetricFamily]:
    found = Line.objects.filter(status=LineStatus.UNKNOWN).aggregate(
        count=Count("id"), oldest=Min("unknown_at")
    )
    yield _gauge(
        "loyaltyadmin_unknown_outcomes", "Lines whose outcome is being looked up", found["count"]
    )
    yield _gauge(
        "loyaltyadmin_unknown_outcome_age_seconds",
        "How long the oldest of them has been unknown",
        _age(found["oldest"], now=timezone.now()),
    )


def _stores() -> Iterator[GaugeMetricFamily]:
    now = timezone.now()
    found = Store.objects.connected().aggregate(
        count=Count("id"),
        first_end=Min("tokens_expire_at"),
        ending=Count("id", filter=Q(tokens_expire_at__lte=now + SOON)),
    )
    yield _gauge("loyaltyadmin_stores", "Stores that have the app", found["count"])
    yield _gauge(
        "loyaltyadmin_tokens_ending_stores",
        "Stores whose tokens end within 14 days, or have ended",
        found["ending"],
    )
    if found["first_end"]:
        yield _gauge(
            "loyaltyadmin_tokens_first_end_seconds",
            "Seconds until the first store's tokens end; below zero when they have",
            (found["first_end"] - now).total_seconds(),
        )


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=value)


def _age(since: dt.datetime | None, *, now: dt.datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
