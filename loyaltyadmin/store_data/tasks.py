from __future__ import annotations

from celery import shared_task

from loyaltyadmin.store_data import erasing, operations
from loyaltyadmin.web.tasks import is_stopping


@shared_task
def erase_data() -> None:
    """This will end what stores that left may still do, and erase what is due; beat sends it."""
    operations.leave_stores()
    operations.end_sessions()
    erasing.erase_due(is_stopping=is_stopping)
