"""Whether what we wrote down about a customer's adjustments is what stands in Zid's points history.

Every adjustment of ours ends its reason with a reference of its own, and Zid keeps the reason as it
was sent. So an adjustment that was made twice stands there twice under one reference, and nothing
else can look like that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loyaltyadmin.points_adjustments import reference
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import LineStatus
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid.types import PointsEntry

MADE = frozenset({LineStatus.APPLIED, LineStatus.UNDONE})
NOT_MADE = frozenset({LineStatus.PENDING, LineStatus.REJECTED, LineStatus.SKIPPED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One adjustment of ours, and Zid's entries that carry its reference, the newest first."""

    line: Line
    entries: tuple[PointsEntry, ...]

    @property
    def agrees(self) -> bool:
        """Whether Zid has it once if it was made, and not at all if it was not.

        One that is under way, or waits for the merchant's word, may be there or not.
        """
        times = len(self.entries)
        if self.line.status in MADE:
            return times == 1
        return times == 0 if self.line.status in NOT_MADE else times <= 1


def compare(*, store: Store, customer_id: int, history: Sequence[PointsEntry]) -> list[Compared]:
    """This will put a customer's adjustments, the oldest first, beside Zid's points history."""
    lines = Line.objects.filter(store=store, customer_id=customer_id).order_by("created_at", "id")
    return [
        Compared(
            line=line,
            entries=tuple(
                entry
                for entry in history
                if reference.is_in(entry.reason, reference=line.reference)
            ),
        )
        for line in lines
    ]


def without_a_line(
    *, compared: Sequence[Compared], history: Sequence[PointsEntry]
) -> list[PointsEntry]:
    """This will give the entries with a reference like ours, of an adjustment that is not here.

    It was removed when it was old enough, erased with the store, or lost with a restored backup.
    """
    known = [entry for it in compared for entry in it.entries]
    return [it for it in history if it not in known and reference.is_in_any_form(it.reason)]
