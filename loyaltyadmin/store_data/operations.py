"""What a merchant can do with all that the app keeps of the store: take it along, and end it."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action
from loyaltyadmin.activity.operations import Actor
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import JOB_STOPPABLE, JobStatus
from loyaltyadmin.store_data import erasing
from loyaltyadmin.stores import operations as stores
from loyaltyadmin.stores.models import Store
from loyaltyadmin.web import sessions

# Anybody who opens the app can ask for it, so the others get time to see it and to say no.
MOST_DAYS_TO_WAIT = 7
JUST_NOW = dt.timedelta(minutes=5)  # beat comes once a minute, and may miss a few


class NotPossible(Exception):
    """What is asked for cannot be done as things are."""


def days_to_wait() -> int:
    """How many days lie between a wish and its fulfilment."""
    return min(MOST_DAYS_TO_WAIT, settings.ERASE_AFTER_DAYS)


def is_at_work(*, store: Store) -> bool:
    """This will tell whether a bulk adjustment of the store is still to move points."""
    under_way = [*JOB_STOPPABLE, JobStatus.CANCELLING]
    return BulkAdjustment.objects.filter(store=store, status__in=under_way).exists()


@transaction.atomic
def ask_for_erasure(*, store: Store, by: Actor) -> None:
    """This will have the app leave the store in `days_to_wait`, and all its data erased then.

    Asked for already, the first date stays.

    Raises: NotPossible while a bulk adjustment is still to move points.
    """
    if is_at_work(store=store):
        raise NotPossible
    due_at = timezone.now() + dt.timedelta(days=days_to_wait())
    asked = Store.objects.connected().filter(id=store.id, erasure_due_at=None)
    if asked.update(erasure_due_at=due_at):
        after: activity.State = {"ends_on": timezone.localdate(due_at).isoformat()}
        activity.record(store=store, by=by, action=Action.ASK_FOR_ERASURE, after=after)


@transaction.atomic
def cancel_erasure(*, store: Store, by: Actor) -> None:
    """This will take that wish back; without one it does nothing."""
    asked = Store.objects.connected().filter(id=store.id, erasure_due_at__isnull=False)
    if asked.update(erasure_due_at=None):
        activity.record(store=store, by=by, action=Action.CANCEL_ERASURE)


def end_sessions() -> None:
    """This will end the sessions of stores that have just removed the app.

    They open nothing as long as the store has not got it; nor are they to when it comes back.
    """
    just_now = timezone.now() - JUST_NOW
    for store in Store.objects.filter(uninstalled_at__gt=just_now):
        sessions.end_all(store_id=store.id)


def leave_stores() -> None:
    """This will take the app off the stores that wished so, when the day has come.

    What then still runs stops as after an uninstall, with every line accounted for.
    """
    for store in erasing.stores_to_leave():
        stores.leave_store(store=store)
