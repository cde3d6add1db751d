"""Zid's two ways of writing a moment."""

from __future__ import annotations

import datetime

_stopped_at: datetime.datetime | None = None


def stop(moment: datetime.datetime | None) -> None:
    """Let it be `moment` from now on, so that two runs show the same dates; None goes on."""
    global _stopped_at  # one process is one sandbox
    _stopped_at = moment


def now() -> datetime.datetime:
    return _stopped_at or datetime.datetime.now(datetime.UTC)


def iso(moment: datetime.datetime) -> str:
    """2026-11-21T09:30:00.000000Z, as in rules and histories."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(moment: datetime.datetime) -> str:
    """2026-11-21 12:30:00 in store time, as in customers. The Gulf has no summer time."""
    return (moment + datetime.timedelta(hours=3)).strftime("%Y-%m-%d %H:%M:%S")
