from __future__ import annotations

import logging

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from loyaltyadmin.points_adjustments import holding, turns, uploads
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import JobStatus
from loyaltyadmin.web.tasks import is_stopping

logger = logging.getLogger(__name__)


def wake_worker(*, store_id: int) -> None:
    """This will tell a worker, once this transaction is committed, that a store has work.

    Without a broker nobody is told; the work waits for the sweep and is not lost.
    """

    def send() -> None:
        holding.expect(store_id=store_id)
        try:
            take_turn.delay(store_id)
        except OperationalError as error:
            logger.warning("no broker to wake a worker with: %s", type(error).__name__)
            holding.expect(store_id=store_id, nobody=True)

    transaction.on_commit(send)


def wake_worker_for(job: BulkAdjustment) -> None:
    """This will do so for a new bulk adjustment with lines that are still to be written."""
    if job.status == JobStatus.WRITING:
        wake_worker(store_id=job.store_id)


@shared_task
def take_turn(store_id: int) -> None:
    """This will work on a store's lines for some seconds, and ask for another turn if need be.

    A turn ends after the line it is at when the worker shuts down, so that takes seconds. The first
    one is for somebody who waits (`wake_worker`); the others have another queue (docs/adr/0024).
    """
    if turns.take_turn(store_id=store_id, is_stopping=is_stopping):
        take_turn.apply_async((store_id,), queue="bulk")


@shared_task
def sweep() -> None:
    """This will wake a worker for every store that has work and nobody at it; beat sends it."""
    for store_id in turns.sweep():
        take_turn.apply_async((store_id,), queue="bulk")


@shared_task
def forget_uploads() -> None:
    """This will delete the files that nobody came back to; beat sends it."""
    uploads.forget_old(now=timezone.now())
