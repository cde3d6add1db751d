"""Zid's two ways of writing a moment."""

from __future__ import annotations

import datetime


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def iso(moment: datetime.datetime) -> str:
    """2026-11-21T09:30:00.000000Z, as in rules and histories."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(moment: datetime.datetime) -> str:
    """2026-11-21 12:30:00 in store time, as in customers. The Gulf has no summer time."""
    return (moment + datetime.timedelta(hours=3)).strftime("%Y-%m-%d %H:%M:%S")
