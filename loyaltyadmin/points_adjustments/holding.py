"""Who has a store's turn, and which stores wait for one (models.Turn)."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.utils import timezone

from loyaltyadmin.points_adjustments.models import Turn
from loyaltyadmin.points_adjustments.sharing import Shared
from loyaltyadmin.stores.models import Store

HOLD_SECONDS = 15  # a dead worker's turn is free again after this
RENEW_SECONDS = 5
WAKE_AGAIN_SECONDS = 10
LONGEST_WAIT_SECONDS = 60
# A store that was told to come and has not found a thread by then waits for one.
COMES_WITHIN_SECONDS = 1


def expect(*, store_id: int, nobody: bool = False) -> None:
    """This will note that a worker was told to come to a store, so that others make room for it.

    Or that `nobody` could be told: then the sweep tries at once.
    """
    woken_at = None if nobody else timezone.now()
    Turn.objects.update_or_create(store_id=store_id, defaults={"woken_at": woken_at})


def is_free(*, now: dt.datetime) -> Q:
    """Nobody has the turn; one that is held for too long was so before the clock was put back."""
    return (
        Q(held_until=None)
        | Q(held_until__lt=now)
        | Q(held_until__gt=now + 2 * dt.timedelta(seconds=HOLD_SECONDS))
    )


class Held:
    """The row that says whose turn it is, held by renewing it."""

    def __init__(self, *, store: Store) -> None:
        self._row = Turn.objects.get_or_create(store=store)[0]
        self._holder = uuid.uuid4()
        self._renewed = 0.0

    def take(self) -> bool:
        now = timezone.now()
        taken = Turn.objects.filter(is_free(now=now), store=self._row.store_id).update(
            holder=self._holder, held_until=now + dt.timedelta(seconds=HOLD_SECONDS)
        )
        self._renewed = time.monotonic()
        return taken == 1

    def is_mine(self) -> bool:
        """Renew when it is time to; False once another process has taken over."""
        if time.monotonic() - self._renewed < RENEW_SECONDS:
            return True
        self._renewed = time.monotonic()
        until = timezone.now() + dt.timedelta(seconds=HOLD_SECONDS)
        return self._mine().update(held_until=until) == 1

    def release(self, *, is_done: bool) -> None:
        # Whoever comes again is told so: a second message from the sweep would be one too many.
        # And after trouble the sweep waits. But a store that was done is woken when a line is due.
        woken_at = None if is_done else timezone.now()
        self._mine().update(holder=None, held_until=None, woken_at=woken_at)

    def _mine(self) -> QuerySet[Turn]:
        return Turn.objects.filter(store=self._row.store_id, holder=self._holder)


def wake(store_ids: Collection[int], *, now: dt.datetime) -> list[int]:
    """This will give those of the stores that a worker is to be told to come to now.

    A store is told once in WAKE_AGAIN_SECONDS, and not while somebody works on it.
    """
    again = dt.timedelta(seconds=WAKE_AGAIN_SECONDS)
    may_be_told = is_free(now=now) & (
        Q(woken_at=None) | Q(woken_at__lt=now - again) | Q(woken_at__gt=now + again)
    )
    # Nearly all of them are being worked on: one question for all of these.
    turns = Turn.objects.filter(store__in=store_ids)
    at_it = set(turns.exclude(may_be_told).values_list("store_id", flat=True))
    woken = []
    for store_id in set(store_ids) - at_it:
        Turn.objects.get_or_create(store_id=store_id)
        if Turn.objects.filter(may_be_told, store=store_id).update(woken_at=now):
            woken.append(store_id)
    return woken


def _stores_that_wait() -> set[int]:
    """Those that were told to come and have found no thread yet.

    Where there are threads enough they come at once. Making room for them all the same would tell
    one store more to come, for which others make room: all of them would change places for ever.
    """
    now = timezone.now()
    # Whoever was told longer ago than any wait lasts had no reason to come.
    told = Q(
        woken_at__gt=now - dt.timedelta(seconds=LONGEST_WAIT_SECONDS),
        woken_at__lte=now - dt.timedelta(seconds=COMES_WITHIN_SECONDS),
    )
    waiting = Turn.objects.filter(is_free(now=now), told)
    return set(waiting.values_list("store_id", flat=True))


STORES_THAT_WAIT = Shared(_stores_that_wait, seconds=COMES_WITHIN_SECONDS)


def makes_room() -> bool:
    """Tell whether a turn is to end so that a store that waits finds a thread.

    As many turns of this process as stores wait.
    """
    try:
        STORES_THAT_WAIT.get().pop()
    except KeyError:
        return False
    return True
