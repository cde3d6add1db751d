from __future__ import annotations

import uuid

from celery import shared_task

from loyaltyadmin.points_adjustments.tasks import wake_worker
from loyaltyadmin.recurring_adjustments import runs


@shared_task
def start_due_runs() -> None:
    """This will send a message for every recurring adjustment that is due; beat sends it."""
    for recurring_adjustment_id in runs.due_ids():
        make_run.delay(str(recurring_adjustment_id))


@shared_task
def make_run(recurring_adjustment_id: str) -> None:
    """This will make a run that is due, and wake a worker for its job."""
    job = runs.make_run(recurring_adjustment_id=uuid.UUID(recurring_adjustment_id))
    if job is not None:
        wake_worker(store_id=job.store_id)


@shared_task
def forget_old_gifts() -> None:
    """This will delete what tells of occasions long past; beat sends it."""
    runs.forget_old_gifts()
