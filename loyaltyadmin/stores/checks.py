"""Finding out whether a store still has the app.

Zid's app events carry no credentials, so an uninstall that is announced is only a reason to ask
Zid (tests/zid_sandbox/NOTES.md, "Webhooks").
"""

from __future__ import annotations

import datetime as dt
import logging

from django.utils import timezone

from loyaltyadmin.stores import operations, pacer
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors

logger = logging.getLogger(__name__)

AGAIN = dt.timedelta(seconds=60)


def request_check(*, store_id: int) -> None:
    """This will have a store asked about soon, once in AGAIN however often this is called."""
    now = timezone.now()
    store = Store.objects.connected().filter(id=store_id, check_due_at=None).first()
    if store is None:
        return
    due_at = max(now, store.checked_at + AGAIN) if store.checked_at else now
    Store.objects.filter(id=store_id, check_due_at=None).update(check_due_at=due_at)


def due_stores() -> list[Store]:
    """This will give the stores that are to be asked about now, a hundred at most."""
    return list(Store.objects.connected().filter(check_due_at__lte=timezone.now())[:100])


def check_installation(*, store: Store) -> None:
    """This will ask Zid whether a due store's tokens still work, and disconnect it if they do not.

    The proof is that Zid refuses to refresh them. Any other failure proves nothing, a 401 in
    between included: the store is asked about again later.
    """
    now = timezone.now()
    due = Store.objects.filter(id=store.id, check_due_at=store.check_due_at)
    if not due.update(check_due_at=None, checked_at=now):
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
        Store.objects.filter(id=store.id, check_due_at=None).update(check_due_at=now + AGAIN)
