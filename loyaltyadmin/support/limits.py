"""How often somebody may try to sign in to the console."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.utils import timezone

from loyaltyadmin.support.models import FailedSignIn

WITHIN = dt.timedelta(minutes=15)
FOR_A_NAME = 5
# Whoever tries many names: the door is closed to everybody for a while.
FOR_ALL = 50


def is_closed(*, name: str) -> bool:
    """This will tell whether nobody may sign in under `name` now, not even with the password."""
    recent = FailedSignIn.objects.filter(at__gt=timezone.now() - WITHIN)
    of_name = recent.filter(name_sha256=_hash(name))
    return of_name.count() >= FOR_A_NAME or recent.count() >= FOR_ALL


def note_failure(*, name: str) -> None:
    """This will count a failed attempt, and forget those that count no more."""
    now = timezone.now()
    FailedSignIn.objects.filter(at__lt=now - WITHIN).delete()
    FailedSignIn.objects.create(name_sha256=_hash(name), at=now)


def _hash(name: str) -> str:
    return hashlib.sha256(name.lower().encode()).hexdigest()
