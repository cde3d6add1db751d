from __future__ import annotations

from celery import shared_task

from loyaltyadmin.stores import checks


@shared_task
def check_installations() -> None:
    """This will ask Zid about the stores that were said to have removed the app; beat sends it."""
    for store in checks.due_stores():
        checks.check_installation(store=store)
