"""What a person is shown who has to say which column is what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loyaltyadmin.points_adjustments.sheet.columns import Guess

LINES_SHOWN = 5
COLUMNS_SHOWN = 12
MOST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The first lines of a file, each with its position, and what they look like.

    `hidden` are the columns that the spreadsheet hides; `first_column` is that of the first cell.
    """

    guess: Guess
    lines: Sequence[tuple[int, list[str]]]
    hidden: frozenset[int] = frozenset()
    first_column: int = 0

    @property
    def width(self) -> int:
        return max(len(cells) for _, cells in self.lines)

    @property
    def columns_named(self) -> list[tuple[int, str, str, bool]]:
        """Each column: index, letter, name or the first that stands in it, if hidden."""
        return [
            (at, self._letter_of(at), self._name_of(at), at in self.hidden)
            for at in range(self.width)
        ]

    @property
    def sample(self) -> list[tuple[int, list[tuple[str, str]]]]:
        """The first lines with their positions: of each cell its column's letter and its text."""
        width = min(self.width, COLUMNS_SHOWN)
        return [
            (position, [(self._letter_of(at), _cell(cells, at)) for at in range(width)])
            for position, cells in self.lines[:LINES_SHOWN]
        ]

    def first_line(self, *, has_names: bool) -> int:
        """The position from which lines are read."""
        if not has_names:
            return self.lines[0][0]
        return self.guess.columns.first if self.guess.names else self.lines[0][0] + 1

    def _letter_of(self, at: int) -> str:
        return letter_of(self.first_column + at)

    def _name_of(self, at: int) -> str:
        if self.guess.names:
            return _cell(self.guess.names, at)[:MOST_NAME]
        return next((it[1][at] for it in self.lines if _cell(it[1], at)), "")[:MOST_NAME]


def letter_of(at: int) -> str:
    """This will give what spreadsheets call a column: A for 0, AA for 26."""
    letters = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _cell(cells: Sequence[str], at: int) -> str:
    return cells[at] if at < len(cells) else ""
