from __future__ import annotations

import threading
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.core import management

_stopping = threading.Event()


@worker_shutting_down.connect
def _stop(**kwargs: Any) -> None:
    _stopping.set()


def is_stopping() -> bool:
    """This will tell whether the worker shuts down: what can go on later ends after this step."""
    return _stopping.is_set()


@shared_task
def clear_sessions() -> None:
    """This will delete the sessions that have ended, once a day."""
    management.call_command("clearsessions")
