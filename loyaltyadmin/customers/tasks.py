from __future__ import annotations

from celery import shared_task

from loyaltyadmin.customers import fetching
from loyaltyadmin.web.tasks import is_stopping


@shared_task
def fetch_some(store_id: int) -> None:
    """This will read some of a store's customers, and ask for another go if there are more."""
    if fetching.fetch_some(store_id=store_id, is_stopping=is_stopping):
        fetch_some.delay(store_id)


@shared_task
def keep_directories() -> None:
    """This will wake a worker for the stores whose customers are to be read; beat sends it."""
    for store_id in fetching.stores_to_serve():
        fetch_some.delay(store_id)
