"""Keeps the store's own copy of its customers in step with Zid, in the background.

A fetch reads the list page by page, then asks about whoever was on none: a page may shift while
others are read, so that proves nothing yet. It begins after the installation and once a day while
shops sleep. Between fetches single customers are looked at again, when an event or an adjustment of
ours hints at them.

The database knows how far it is (models.Directory), so a worker that dies loses one page at most.
All of it takes only what merchants and jobs leave of Zid's limit.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from loyaltyadmin.customers import directory
from loyaltyadmin.customers.models import Customer, Directory, Hint
from loyaltyadmin.stores import checks, pacer
from loyaltyadmin.stores import operations as stores
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client

logger = logging.getLogger(__name__)

PER_PAGE = 100
# Then others have the thread: jobs come first.
SLICE_SECONDS = 5
# Who was on no page is asked about one by one, so many in one fetch; the rest in the next ones.
MOST_CHECKED = 500
# More hints than these are dearer than to read the pages, which tell the same.
FEW_HINTS = 20
FETCH_FOR_HINTS_EVERY = dt.timedelta(hours=1)
# Stores of one time zone begin their fetch at different minutes from here on.
QUIET_HOUR = 2
QUIET_MINUTES = 180
NOT_AGAIN_BEFORE = dt.timedelta(minutes=10)
WHILE_BUSY = dt.timedelta(seconds=15)
AFTER_TROUBLE = dt.timedelta(minutes=1)
AFTER_REFUSAL = dt.timedelta(minutes=30)


def never() -> bool:
    return False


def stores_to_serve() -> list[int]:
    """This will tell which stores' customers have something to be read now.

    Not more at once than a few of a worker's threads.
    """
    now, most = timezone.now(), max(1, settings.CELERY_WORKER_CONCURRENCY // 8)
    unknown = Store.objects.connected().filter(directory=None).values_list("id", flat=True)
    for store_id in unknown[:most]:
        Directory.objects.get_or_create(store_id=store_id, defaults={"due_at": now})
    held = Directory.objects.filter(held_until__gt=now).count()
    hints = Hint.objects.filter(store=OuterRef("store"))
    due = Directory.objects.filter(
        _is_free(now),
        Q(started_at__isnull=False) | Q(due_at__lte=now) | Exists(hints),
        Q(wait_until=None) | Q(wait_until__lte=now),
        store__uninstalled_at=None,
    )
    ids = due.order_by("due_at").values_list("store_id", flat=True)
    return list(ids[: max(0, most - held)])


def fetch_some(
    *,
    store_id: int,
    is_stopping: Callable[[], bool] = never,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """This will read some of a store's customers; tells whether there is more to do at once.

    Does nothing while another process is at it. Trouble with Zid puts it off.
    """
    store = Store.objects.connected().filter(id=store_id).first()
    held = _hold(store) if store else None
    if store is None or held is None:
        return False
    wait: dt.timedelta | None = None
    try:
        return _fetch(store=store, held=held, is_stopping=is_stopping, sleep=sleep)
    except (errors.RateLimited, errors.NotSent):
        wait = WHILE_BUSY
    except errors.Unavailable as error:
        logger.info("%s: %s", store, error)
        wait = AFTER_TROUBLE
    except errors.TokenRejected as error:
        logger.warning("%s: %s", store, error)
        checks.request_check(store_id=store.id)
        wait = AFTER_REFUSAL
    except errors.ZidError as error:
        logger.warning("%s: %s", store, error)
        wait = AFTER_REFUSAL
    finally:
        held.release(wait=wait)
    return False


def ask_to_fetch(*, store: Store) -> None:
    """This will have all customers read soon, unless that is under way or was done just now."""
    now = timezone.now()
    Directory.objects.get_or_create(store=store, defaults={"due_at": now})
    is_old = Q(fetched_at=None) | Q(fetched_at__lt=now - NOT_AGAIN_BEFORE)
    Directory.objects.filter(is_old, store=store, started_at=None).update(due_at=now)


def next_quiet_hour(*, store: Store, after: dt.datetime) -> dt.datetime:
    """This will give the minute of the following night at which a store's fetch begins."""
    day = timezone.localdate(after, timezone=store.time_zone) + dt.timedelta(days=1)
    begin = dt.datetime.combine(day, dt.time(QUIET_HOUR), tzinfo=store.time_zone)
    return begin + dt.timedelta(minutes=store.id % QUIET_MINUTES)


def _is_free(now: dt.datetime) -> Q:
    return Q(held_until=None) | Q(held_until__lt=now)


class _Held:
    """A directory that this process alone works on."""

    def __init__(self, *, row: Directory, holder: uuid.UUID) -> None:
        self.row = row
        self._holder = holder

    def change(self, **fields: Any) -> bool:
        """Write where the fetch is; False once another process has taken over."""
        changed = self._rows().update(**fields) == 1
        if changed:
            self.row.refresh_from_db()
        return changed

    def release(self, *, wait: dt.timedelta | None) -> None:
        wait_until = timezone.now() + wait if wait else None
        self._rows().update(holder=None, held_until=None, wait_until=wait_until)

    def _rows(self) -> QuerySet[Directory]:
        return Directory.objects.filter(store=self.row.store_id, holder=self._holder)


def _hold(store: Store) -> _Held | None:
    now = timezone.now()
    Directory.objects.get_or_create(store=store, defaults={"due_at": now})
    holder = uuid.uuid4()
    # Longer than a slice whose last call fails slowly and is repeated.
    until = now + dt.timedelta(seconds=SLICE_SECONDS + 6 * settings.ZID_TIMEOUT_SECONDS)
    free = Directory.objects.filter(_is_free(now), store=store)
    if not free.update(holder=holder, held_until=until):
        return None
    return _Held(row=Directory.objects.get(store=store), holder=holder)


def _fetch(
    *,
    store: Store,
    held: _Held,
    is_stopping: Callable[[], bool],
    sleep: Callable[[float], None],
) -> bool:
    began = time.monotonic()
    pace = stores.pacer_for(store=store, asks=pacer.For.HOUSEKEEPING, sleep=sleep)
    with stores.zid_client_for(store=store, language=store.language, pace=pace) as zid:
        for _ in _steps(store=store, held=held, zid=zid):
            if is_stopping() or time.monotonic() - began > SLICE_SECONDS:
                return True
    return False


def _steps(*, store: Store, held: _Held, zid: Client) -> Iterator[None]:
    """One call after another, as long as there is something to read."""
    while True:
        hinted = list(Hint.objects.filter(store=store).order_by("hinted_at")[: FEW_HINTS + 1])
        if 0 < len(hinted) <= FEW_HINTS:
            _look_again(store=store, hinted=hinted[0], zid=zid)
        elif not held.row.is_under_way:
            if not _is_due(held.row, has_many_hints=bool(hinted)):
                return
            if not held.change(**_from_the_first_page()):
                return
            _subscribe(store=store, zid=zid)
        elif not held.row.are_pages_read:
            if not _read_page(store=store, held=held, zid=zid):
                return
        elif not _check_missing(store=store, held=held, zid=zid):
            return
        yield


def _is_due(row: Directory, *, has_many_hints: bool) -> bool:
    now = timezone.now()
    is_long_ago = row.fetched_at is None or row.fetched_at < now - FETCH_FOR_HINTS_EVERY
    return row.due_at <= now or (has_many_hints and is_long_ago)


def _from_the_first_page() -> dict[str, Any]:
    return {
        "started_at": timezone.now(),
        "page": 1,
        "are_pages_read": False,
        "seen_count": 0,
        "checked_count": 0,
        "total_count": None,
    }


def _subscribe(*, store: Store, zid: Client) -> None:
    """Events make the copy newer; without them it is as new as the last fetch."""
    try:
        stores.subscribe_to_customers(store=store, zid=zid)
    except (errors.TokenRejected, errors.RateLimited, errors.NotSent):
        raise
    except errors.ZidError as error:
        logger.warning("%s: %s", store, error)


def _look_again(*, store: Store, hinted: Hint, zid: Client) -> None:
    _read_one(store=store, customer_id=hinted.customer_id, zid=zid)
    # A hint that came meanwhile is another one.
    Hint.objects.filter(id=hinted.id, hinted_at=hinted.hinted_at).delete()


def _read_one(*, store: Store, customer_id: int, zid: Client) -> None:
    asked_at = timezone.now()
    try:
        customer = zid.customers.read_customer(customer_id=customer_id)
    except errors.NotFound:
        directory.mark_gone(store=store, customer_id=customer_id, asked_at=asked_at)
    except (errors.UnexpectedPayload, errors.Rejected) as error:
        # Nothing that we can read: leave it to the pages, or it would be asked for for ever.
        logger.warning("%s: %s", store, error)
        Customer.objects.filter(store=store, customer_id=customer_id).update(read_at=asked_at)
    else:
        directory.keep(store=store, customers=[customer], asked_at=asked_at)


def _read_page(*, store: Store, held: _Held, zid: Client) -> bool:
    """Read the next page and note that, both or neither; False when another process took over."""
    row, asked_at = held.row, timezone.now()
    page = zid.customers.list_customers(page=row.page, per_page=PER_PAGE)
    seen = row.seen_count + page.listed_count
    if page.total_count is None:
        is_last = page.listed_count < PER_PAGE
    else:
        # Zid may give fewer on a page than were asked for.
        is_last = page.listed_count == 0 or seen >= page.total_count
    with transaction.atomic():
        directory.keep(store=store, customers=page.customers, asked_at=asked_at)
        return held.change(
            page=F("page") + 1,
            seen_count=seen,
            total_count=max(0, page.total_count) if page.total_count is not None else None,
            are_pages_read=is_last,
        )


def _check_missing(*, store: Store, held: _Held, zid: Client) -> bool:
    """Ask about one customer whom no page had; with none left, the fetch is finished."""
    started_at = held.row.started_at or timezone.now()
    missing = (
        Customer.objects.present()
        .filter(store=store, read_at__lt=started_at)
        .order_by("read_at")
        .first()
    )
    if missing is not None and held.row.checked_count < MOST_CHECKED:
        _read_one(store=store, customer_id=missing.customer_id, zid=zid)
        return held.change(checked_count=F("checked_count") + 1)
    # What was hinted at before it began has been read since.
    Hint.objects.filter(store=store, hinted_at__lt=started_at).delete()
    return held.change(
        fetched_at=started_at,
        started_at=None,
        due_at=next_quiet_hour(store=store, after=timezone.now()),
    )
