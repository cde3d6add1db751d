"""The loyalty program of a Zid store, run from inside Zid's dashboard."""

from __future__ import annotations

# Loaded with Django, so that `task.delay()` in the web process finds the broker.
from loyaltyadmin.celery import app as celery_app

__all__ = ["celery_app"]
