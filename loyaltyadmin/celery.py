"""The Celery application: `celery -A loyaltyadmin worker`, `celery -A loyaltyadmin beat`.

The database is the truth and a message only a wake-up call (docs/adr/0004), so tasks take ids,
return nothing, and may be lost or delivered twice.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent, worker_init
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

TRANSPORT_ALIASES["files"] = "loyaltyadmin.file_broker:Transport"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "loyaltyadmin.settings")

app = Celery("loyaltyadmin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def let_threads_finish(**kwargs: Any) -> None:
    """Dozens of threads wait for the interpreter. Each of them wakes up and asks for it after so
    long: with Python's 5 ms that took a quarter of the processor, and none of them computes longer.
    """
    sys.setswitchinterval(0.05)


@heartbeat_sent.connect
def show_life(**kwargs: Any) -> None:
    """For the probe of a container: the worker comes round to it every two seconds, or is stuck."""
    Path(settings.DATA_DIR, "worker-alive").touch()
