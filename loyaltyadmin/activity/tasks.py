from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from loyaltyadmin.activity import operations


@shared_task
def close_lost_attempts() -> None:
    """This will write down the changes whose process died before it could; beat sends it."""
    operations.close_lost_attempts(now=timezone.now())
