"""What a store pays for the app, as Zid tells it, and what the app still does in each state.

Zid's answer has not been seen live (tests/zid_sandbox/NOTES.md, "Webhooks"), so it is read
tolerantly, and a state that nobody has described changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import models


class Subscription(models.TextChoices):
    ACTIVE = "active"
    WARNING = "warning"  # paid for, and about to end
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allows:
    """What a store may do beside reading, stopping what it started, and taking its data along."""

    changes: bool  # of settings and of points, by whoever is at the screen
    starts: bool  # of what waits: queued bulk adjustments, runs of recurring ones


# The one table. In every state pages can be read and the store's data downloaded; and a bulk
# adjustment that runs goes on to its end, because half of one is worse than either: it was paid for
# when it began, and some of the customers would have got what others were promised too.
ALLOWS = {
    Subscription.ACTIVE: Allows(changes=True, starts=True),
    Subscription.WARNING: Allows(changes=True, starts=True),
    Subscription.SUSPENDED: Allows(changes=False, starts=False),
    Subscription.EXPIRED: Allows(changes=False, starts=False),
    Subscription.REFUNDED: Allows(changes=False, starts=False),
}
# Before Zid was asked for the first time, and while it says nothing that we understand.
UNKNOWN = Allows(changes=True, starts=True)
# Those that keep what waits from starting; an unknown one is none of them.
HELD_BACK = [state for state, allows in ALLOWS.items() if not allows.starts]
LONGEST_STATE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What Zid said: its own word for the state, and the last day, if it named one."""

    word: str
    ends_on: dt.date | None

    @property
    def state(self) -> Subscription | None:
        """None for a word that nobody has described."""
        return Subscription(self.word) if self.word in Subscription.values else None


def read(answer: Mapping[str, object]) -> Told:
    """This will find state and last day in Zid's answer, wherever they stand in it.

    The envelope has a `status` of its own, which is about the answer and not about the
    subscription ("Calls"): so what stands inside goes first, and outside only a word that we know
    is taken for a state.
    """
    *inner, outer = _objects(answer)
    words = [word for it in inner if (word := _word(it))]
    if not words and _word(outer) in Subscription.values:
        words = [_word(outer)]
    days = [day for it in (*inner, outer) if (day := _day(it.get("end_date")))]
    return Told(word=words[0] if words else "", ends_on=days[0] if days else None)


def _objects(answer: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """The objects that may be the subscription, the innermost first."""
    for name in ("subscription", "data"):
        inside = answer.get(name)
        if isinstance(inside, list) and inside:
            inside = inside[0]
        if isinstance(inside, Mapping):
            yield from _objects(inside)
    yield answer


def _word(it: Mapping[str, object]) -> str:
    said = it.get("status")
    return said.strip().lower()[:LONGEST_STATE] if isinstance(said, str) else ""


def _day(said: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(said)[:10])
    except ValueError:
        return None
