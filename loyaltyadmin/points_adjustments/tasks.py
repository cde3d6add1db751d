from __future__ import annotations

import logging
import threading
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.db import transaction
from kombu.exceptions import OperationalError

from loyaltyadmin.points_adjustments import turns

logger = logging.getLogger(__name__)

_stopping = threading.Event()


def wake_worker(*, store_id: int) -> None:
    """This will tell a worker, once this transaction is committed, that a store has work.

    Without a broker nobody is told; the work waits for the sweep and is not lost.
    """

    def send() -> None:
        turns.expect(store_id=store_id)
        try:
            take_turn.delay(store_id)
        except OperationalError as error:
            logger.warning("no broker to wake a worker with: %s", type(error).__name__)
            turns.expect(store_id=store_id, nobody=True)

    transaction.on_commit(send)


@worker_shutting_down.connect
def _stop_turns(**kwargs: Any) -> None:
    """A turn ends after the line it is at, so a worker stops within seconds."""
    _stopping.set()


@shared_task
def take_turn(store_id: int) -> None:
    """This will work on a store's lines for some seconds, and ask for another turn if need be."""
    if turns.take_turn(store_id=store_id, is_stopping=_stopping.is_set):
        take_turn.delay(store_id)


@shared_task
def sweep() -> None:
    """This will wake a worker for every store that has work and nobody at it; beat sends it."""
    for store_id in turns.sweep():
        take_turn.delay(store_id)
