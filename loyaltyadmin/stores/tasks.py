from __future__ import annotations

from celery import shared_task

from loyaltyadmin.stores import checks, operations


@shared_task
def check_stores() -> None:
    """This will ask Zid about the stores whose turn it is; beat sends it."""
    for store in checks.due_stores():
        checks.check_store(store=store)


@shared_task
def refresh_tokens() -> None:
    """This will renew the tokens that are to end, well before they do; beat sends it."""
    for store in operations.stores_to_refresh():
        operations.refresh_early(store=store)
