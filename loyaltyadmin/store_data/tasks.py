from __future__ import annotations

from celery import shared_task

from loyaltyadmin.store_data import erasing, operations
from loyaltyadmin.web.tasks import is_stopping


@shared_task
def erase_data() -> None:
    """This will erase what is kept of stores whose time has come; beat sends it."""
    operations.leave_stores()
    erasing.erase_due(is_stopping=is_stopping)
