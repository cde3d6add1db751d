from __future__ import annotations

from celery import shared_task
from django.core import management


@shared_task
def clear_sessions() -> None:
    """This will delete the sessions that have ended, once a day."""
    management.call_command("clearsessions")
