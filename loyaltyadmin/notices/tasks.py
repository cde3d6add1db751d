from __future__ import annotations

import threading
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from loyaltyadmin.notices import turns
from loyaltyadmin.notices.channels import Channel

_stopping = threading.Event()


@worker_shutting_down.connect
def _stop_turns(**kwargs: Any) -> None:
    """A turn ends after the letter it is at, so a worker stops within seconds."""
    _stopping.set()


@shared_task
def tell_customers(channel: str) -> None:
    """This will tell customers on a channel for some seconds; beat sends it."""
    turns.take_turn(channel=Channel(channel), is_stopping=_stopping.is_set)
