"""Erases all that is kept of a store: some time after it removed the app, or when it wished so.

In parts of a thousand rows, each in a transaction of its own, those that name others first. So
nobody waits for the database, and whoever dies in between has left less for the next beat. It is
over when the store's own row is gone (docs/adr/0021).
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.db.models import F, Model, Q
from django.utils import timezone

from loyaltyadmin.activity.models import Attempt
from loyaltyadmin.notices.models import Recipient
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import JOB_STOPPABLE, LINE_IN_FLIGHT, JobStatus
from loyaltyadmin.store_data.tables import Table, tables_of_stores
from loyaltyadmin.stores.models import Store
from loyaltyadmin.web import sessions
from loyaltyadmin.web.rows import AT_ONCE

logger = logging.getLogger(__name__)

TURN_SECONDS = 30.0
# A worker that was at the store when it left is done by then, whatever it was doing.
SETTLED_AFTER = dt.timedelta(minutes=15)
# What is kept for ever: a hash that tells nothing without NOTICES_KEY, for the address that it was
# made of not to be written to again should the store come back.
KEPT: dict[type[Model], Q] = {Recipient: Q(opted_out_at__isnull=False)}


def stores_to_leave() -> list[Store]:
    """This will give the stores that wished to be erased by now and still have the app."""
    return list(Store.objects.connected().filter(erasure_due_at__lte=timezone.now()))


def erase_due(*, is_stopping: Callable[[], bool]) -> None:
    """This will erase some of what is due, for about TURN_SECONDS."""
    until = time.monotonic() + TURN_SECONDS

    def is_over() -> bool:
        return is_stopping() or time.monotonic() > until

    for store in _due_stores():
        if store.erasing_since is None and not (_is_settled(store) and _begin(store)):
            continue
        if not _erase(store.id, is_over=is_over):
            return


def _due_stores() -> list[Store]:
    now = timezone.now()
    grace = dt.timedelta(days=settings.ERASE_AFTER_DAYS)
    return list(
        Store.objects.filter(
            Q(erasing_since__isnull=False)
            | Q(uninstalled_at__lte=now - grace)
            | Q(uninstalled_at__lte=now - SETTLED_AFTER, erasure_due_at__lte=now)
        ).order_by("uninstalled_at")[:100]
    )


def _is_settled(store: Store) -> bool:
    """Whether nothing of the store is under way: every job has ended, with each line's outcome."""
    jobs = BulkAdjustment.objects.filter(
        store=store, status__in=[*JOB_STOPPABLE, JobStatus.CANCELLING]
    )
    lines = Line.objects.filter(store=store, status__in=LINE_IN_FLIGHT)
    attempts = Attempt.objects.filter(store=store)
    return not (jobs.exists() or lines.exists() or attempts.exists())


def _begin(store: Store) -> bool:
    """Pass the point of no return, unless the app was installed again since the store was read."""
    as_known = Store.objects.filter(
        id=store.id,
        tokens_version=store.tokens_version,
        uninstalled_at__isnull=False,
        erasing_since=None,
    )
    begun = as_known.update(erasing_since=timezone.now(), tokens_version=F("tokens_version") + 1)
    return begun == 1


def _erase(store_id: int, *, is_over: Callable[[], bool]) -> bool:
    """Tells whether all is gone."""
    sessions.end_all(store_id=store_id)
    for table in tables_of_stores():
        while _erase_some(table, store_id):
            if is_over():
                return False
    _forget_on_the_disk()
    logger.info("store %s erased", store_id)
    return True


def _erase_some(table: Table, store_id: int) -> int:
    rows = table.unneeded_rows_of(store_id)
    if kept := KEPT.get(table.model):
        rows = rows.exclude(kept)
    ids = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    if ids:
        table.model._base_manager.filter(pk__in=ids).delete()
    return len(ids)


def _forget_on_the_disk() -> None:
    """SQLite overwrites what is deleted (settings), and has it in its journal until this."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
