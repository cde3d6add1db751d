"""What the cells of a column look like, whatever it is called."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Sequence

from loyaltyadmin.points_adjustments.sheet import actions, keys, numbers
from loyaltyadmin.points_adjustments.sheet.types import MOST_POINTS

# A few cells of a column may be wrong; they are named when its lines are read.
MOST_OF_THEM = 0.8


class Kind(enum.Enum):
    EMAIL = enum.auto()
    MOBILE = enum.auto()
    LARGE_NUMBER = enum.auto()  # more than anybody gives in points
    SMALL_NUMBER = enum.auto()
    SIGNED = enum.auto()
    ACTION = enum.auto()
    TEXT = enum.auto()


def of_columns(lines: Sequence[Sequence[str]]) -> dict[int, Kind]:
    """This will give the kind of each column that has one."""
    width = max((len(cells) for cells in lines), default=0)
    found = {}
    for index in range(width):
        cells = [cells[index] for cells in lines if index < len(cells) and cells[index]]
        if cells and (kind := _of_column(cells)):
            found[index] = kind
    return found


def is_name(cell: str) -> bool:
    """Whether a cell may be a column's name: it is no value of any kind, or nothing at all."""
    return not cell or (_of_cell(cell) in {Kind.TEXT, Kind.ACTION} and not numbers.oddity_of(cell))


def _of_column(cells: Sequence[str]) -> Kind | None:
    counts = Counter(map(_of_cell, cells))
    # A column of points has a sign here and there; one sign is enough, for customers have none.
    if counts[Kind.SIGNED]:
        counts[Kind.SIGNED] += counts.pop(Kind.SMALL_NUMBER, 0)
    kind, count = counts.most_common(1)[0]
    return kind if count >= MOST_OF_THEM * len(cells) and kind is not Kind.TEXT else None


def _of_cell(cell: str) -> Kind:
    if keys.is_email(cell):
        return Kind.EMAIL
    if keys.is_surely_mobile(cell):
        return Kind.MOBILE
    if actions.is_named(cell):
        return Kind.ACTION
    number = numbers.whole(cell)
    if isinstance(number, str):
        return Kind.TEXT
    sign, amount = number
    if amount > MOST_POINTS:
        return Kind.LARGE_NUMBER
    return Kind.SIGNED if sign else Kind.SMALL_NUMBER
