"""Lines and cells of a workbook (XLSX)."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from loyaltyadmin.points_adjustments.sheet.numbers import clean
from loyaltyadmin.points_adjustments.sheet.types import MOST_COLUMNS, Unreadable
from loyaltyadmin.points_adjustments.sheet.unpacking import Hidden, checked_copy

# From here on a spreadsheet's numbers have holes, so the last digits are made up.
EXACT_BELOW = 10**15

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


class Opened:
    """The first sheet of a workbook that can be seen and is not empty.

    `first_column` is where its lines begin, 0 being A; `hidden_columns` are indexes of their cells.
    """

    def __init__(self, content: bytes) -> None:
        """Raises: Unreadable with `damaged_workbook`, `encrypted`, `old_excel`, `other_zip`,
        `too_large_inside`, `too_wide` or `too_many_columns`.
        """
        copy = checked_copy(content)
        sheet = _first_sheet(copy.file)
        hidden = copy.hidden.get(sheet.name, Hidden()) if sheet else Hidden()
        self.lines = _lines_of(sheet) if sheet else iter(())
        self.first_column = sheet.start[1] if sheet and sheet.start else 0
        self.hidden_columns = self._hidden_columns(hidden, width=sheet.width if sheet else 0)
        self._hidden_rows = hidden.rows

    def is_hidden(self, position: int) -> bool:
        """Whether nobody who opens the file sees this line."""
        at = bisect_left(self._hidden_rows, position)
        return at < len(self._hidden_rows) and self._hidden_rows[at] == position

    def _hidden_columns(self, hidden: Hidden, *, width: int) -> frozenset[int]:
        """The cells of a line that stand in hidden columns; the table may begin right of A."""
        first = self.first_column + 1
        return frozenset(
            at - first
            for start, end in hidden.columns
            for at in range(max(start, first), min(end, first + width - 1) + 1)
        )


def _lines_of(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """Each with its position, the first being 1, and clean cells. Empty ones are left out.

    A formula is what it came to when the file was saved.
    """
    for position, cells in enumerate(sheet.iter_rows(), start=1):
        cleaned = [_text(cell) for cell in cells]
        if any(cleaned):
            yield position, cleaned


def _first_sheet(file: object) -> CalamineSheet | None:
    try:
        book = CalamineWorkbook.from_filelike(file)  # type: ignore[arg-type]
        for about in book.sheets_metadata:
            if about.visible is SheetVisibleEnum.Visible and about.typ is SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_name(about.name)
                if sheet.height:
                    if sheet.width > MOST_COLUMNS:
                        raise Unreadable("too_many_columns")
                    return sheet
    except (CalamineError, ValueError):
        raise Unreadable("damaged_workbook") from None
    except BaseException as error:
        # A bug in the library's Rust is no Exception, for all that it did no harm.
        if type(error).__name__ == "PanicException":
            raise Unreadable("damaged_workbook") from None
        raise
    return None


def _text(cell: Cell) -> str:
    """What a cell says. A number has no leading zeros here, for the file has none."""
    if isinstance(cell, str):
        return clean(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT_BELOW else str(cell)
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)
