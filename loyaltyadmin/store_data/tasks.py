from __future__ import annotations

from celery import shared_task

from loyaltyadmin.store_data import erasing, forgetting, operations
from loyaltyadmin.web.tasks import is_stopping


@shared_task
def erase_data() -> None:
    """This will end what stores that left may still do, and erase what is due; beat sends it."""
    operations.leave_stores()
    operations.end_sessions()
    erasing.erase_due(is_stopping=is_stopping)


@shared_task
def forget_old_lines() -> None:
    """This will remove lines of adjustments that were over long ago, and go on in another message.

    Beat sends it.
    """
    if forgetting.forget_old_lines(is_stopping=is_stopping):
        forget_old_lines.delay()
