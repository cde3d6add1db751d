"""Small pictures of numbers, worked out here and drawn by `templates/_components/`.

Whole numbers only, so that no language's decimal comma gets into a drawing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone

WHOLE = 1000
FEWEST_DAYS = 3  # a line between two points shows nothing that the numbers do not


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A share of a whole, in thousandths, and where it starts."""

    label: str
    amount: int
    kind: str
    share: int
    start: int

    @property
    def rest(self) -> int:
        return WHOLE - self.share

    @property
    def offset(self) -> int:
        """Where a ring's dash starts: a ring begins at three o'clock, ours at twelve."""
        return WHOLE // 4 - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """A number over time that holds until it changes; 1000 wide, 100 high."""

    path: str
    area: str
    first: dt.datetime
    last: dt.datetime


def parts(amounts: Iterable[tuple[str, int, str]]) -> list[Part]:
    """This will share a whole among amounts (label, amount, kind), those of zero left out."""
    given = [(label, amount, kind) for label, amount, kind in amounts if amount > 0]
    whole = sum(amount for _, amount, _ in given)
    found: list[Part] = []
    before = 0
    for label, amount, kind in given:
        start = before * WHOLE // whole
        before += amount
        share = before * WHOLE // whole - start
        found.append(Part(label=label, amount=amount, kind=kind, share=share, start=start))
    return found


def step_line(points: Sequence[tuple[dt.datetime, int]]) -> StepLine | None:
    """This will draw (moment, value) pairs, the oldest first; None if they are of few days."""
    if len({timezone.localdate(moment) for moment, _ in points}) < FEWEST_DAYS:
        return None
    first, last = points[0][0], points[-1][0]
    seconds = (last - first).total_seconds()
    low = min(0, *(value for _, value in points))
    high = max(low + 1, *(value for _, value in points))

    def x(moment: dt.datetime) -> int:
        return round((moment - first).total_seconds() / seconds * 1000)

    def y(value: int) -> int:
        # A little room above, or the line's upper half is cut off.
        return 100 - round((value - low) / (high - low) * 96)

    path = f"M0 {y(points[0][1])}" + "".join(f"H{x(at)}V{y(value)}" for at, value in points[1:])
    return StepLine(path=path, area=f"{path}V100H0Z", first=first, last=last)
