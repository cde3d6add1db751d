"""Finding out whether a store still has the app, and what it pays for it.

Zid's app events carry no credentials, so what one announces is only a reason to ask Zid
(tests/zid_sandbox/NOTES.md, "Webhooks"). And as one may be lost, every store is asked about once a
day besides.
"""

from __future__ import annotations

import datetime as dt
import functools
import logging

from django.db.models import Q
from django.utils import timezone

from loyaltyadmin.stores import operations, pacer, subscriptions
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors

logger = logging.getLogger(__name__)

AGAIN = dt.timedelta(seconds=60)
ONCE_A_DAY = dt.timedelta(days=1)


def request_check(*, store_id: int) -> None:
    """This will have a store asked about soon, once in AGAIN however often this is called."""
    now = timezone.now()
    store = Store.objects.connected().filter(id=store_id).first()
    if store is None:
        return
    due_at = max(now, store.checked_at + AGAIN) if store.checked_at else now
    is_later = Q(check_due_at=None) | Q(check_due_at__gt=due_at)
    Store.objects.filter(is_later, id=store_id).update(check_due_at=due_at)


def due_stores() -> list[Store]:
    """This will give the stores that are to be asked about now, a hundred at most."""
    due = Store.objects.connected().filter(check_due_at__lte=timezone.now())
    return list(due.order_by("check_due_at")[:100])


def check_store(*, store: Store) -> None:
    """This will ask Zid about a due store: whether its tokens still work, and what it pays.

    The proof of an uninstall is that Zid refuses to refresh the tokens. Any other failure proves
    nothing, a 401 in between included: the store is asked about again later.
    """
    now = timezone.now()
    due = Store.objects.filter(id=store.id, check_due_at=store.check_due_at)
    if not due.update(check_due_at=now + ONCE_A_DAY, checked_at=now):
        return  # another process is at it
    pace = operations.pacer_for(store=store, asks=pacer.For.JOB)
    try:
        with operations.zid_client_for(store=store, language=store.language, pace=pace) as zid:
            zid.store.read_profile()
    except errors.ZidError as error:
        if isinstance(error, errors.TokenRejected) and error.endpoint == operations.REFRESHING:
            operations.disconnect_store(store=store)
            return
        logger.info("store %s could not be checked: %s", store.id, error)
        _check_again(store, claimed_for=now + ONCE_A_DAY, at=now + AGAIN)
        return
    store.refresh_from_db()  # perhaps with newer tokens
    _check_subscription(store, pace=pace)


def _check_subscription(store: Store, *, pace: pacer.Pacer) -> None:
    """Note what Zid says of the subscription; what it does not say, or not clearly, stays."""
    try:
        told = subscriptions.read(operations.read_subscription(store=store, pace=pace))
    except errors.ZidError as error:
        logger.info("subscription of store %s could not be read: %s", store.id, error)
        return
    if told.state is None:
        _say_once(told.word)
        return
    same = Store.objects.connected().filter(id=store.id, installed_at=store.installed_at)
    changed = same.exclude(subscription=told.state).update(subscription=told.state)
    same.update(subscription_ends_on=told.ends_on)
    if changed:
        logger.info("subscription of store %s is %s", store.id, told.state)


@functools.lru_cache(maxsize=100)
def _say_once(word: str) -> None:
    logger.warning("Zid calls a subscription %r, which changes nothing", word)


def _check_again(store: Store, *, claimed_for: dt.datetime, at: dt.datetime) -> None:
    """Unless an event has asked for it sooner."""
    Store.objects.filter(id=store.id, check_due_at=claimed_for).update(check_due_at=at)
