"""Reads the lines of a file, one by one: nothing is guessed, and what cannot be read is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from loyaltyadmin.points_adjustments import reference
from loyaltyadmin.points_adjustments.sheet.actions import action_and_amount
from loyaltyadmin.points_adjustments.sheet.columns import Columns
from loyaltyadmin.points_adjustments.sheet.keys import key_of
from loyaltyadmin.points_adjustments.sheet.types import (
    MOST_ROWS,
    MOST_VALUE,
    Holds,
    Key,
    Problem,
    Reading,
    ReadRow,
    Unreadable,
)

MOST_CELL = 255
HIDDEN = "hidden_line"

# In our own files a text that looks like a formula has this mark before it.
_UNFORMULA = re.compile(r"^'(?=[=+\-@＝＋－＠−])")
_REST_OF_A_THOUSAND = re.compile(r"\d{3}")
_START_OF_A_THOUSAND = re.compile(r"[+\-−]?\d{1,3}")


def read_lines(
    lines: Iterable[tuple[int, list[str]]],
    *,
    columns: Columns,
    splits_at_comma: bool,
    is_hidden: Callable[[int], bool],
) -> Reading:
    """This will read all lines below the names; those that are hidden become problems.

    Raises: Unreadable with `too_many_rows`.
    """
    rows: list[ReadRow] = []
    problems: list[Problem] = []
    for position, cells in lines:
        if position < columns.first:
            continue
        if len(rows) + len(problems) >= MOST_ROWS:
            raise Unreadable("too_many_rows")
        if is_hidden(position):
            problems.append(_problem(position, HIDDEN, _named(cells, columns)[1]))
            continue
        row = _read_line(position, cells, columns, splits_at_comma=splits_at_comma)
        if isinstance(row, ReadRow):
            rows.append(row)
        else:
            problems.append(row)
    return Reading(rows=rows, problems=problems)


def read_row(
    *,
    position: int,
    customer: str,
    points: str,
    action: str = "",
    reason: str = "",
    holds: Holds = Holds.ANY,
) -> ReadRow | Problem:
    """This will read one line of clean cells, whether of a file or mended by hand."""
    key = key_of(customer, holds=holds)
    read = key if isinstance(key, str) else action_and_amount(points, action)
    if isinstance(key, Key) and not isinstance(read, str) and _is_too_long(reason):
        read = "long_reason"
    if isinstance(key, str) or isinstance(read, str):
        cells = {"customer": customer, "points": points, "action": action, "reason": reason}
        return _problem(position, str(read), cells)
    return ReadRow(position=position, key=key, action=read[0], amount=read[1], reason=reason)


# Which of a line's cells a problem is about; the points, where it is not here.
_ABOUT = {
    **dict.fromkeys(("bad_action", "sign_and_action"), "action"),
    **dict.fromkeys(
        ("no_customer", "bad_customer", "bad_customer_id", "bad_email", "bad_mobile"), "customer"
    ),
    "long_reason": "reason",
    HIDDEN: "customer",
}


def _problem(position: int, code: str, cells: Mapping[str, str]) -> Problem:
    about = _ABOUT.get(code, "points")
    if about == "points" and isinstance(key_of(cells["customer"], holds=Holds.ANY), str):
        about = "customer"  # a date or a formula stands there
    return Problem(
        line=position,
        code=code,
        value=cells[about][:MOST_VALUE],
        cells={name: cell[:MOST_CELL] for name, cell in cells.items() if cell},
    )


def _read_line(
    position: int, cells: list[str], columns: Columns, *, splits_at_comma: bool
) -> ReadRow | Problem:
    if len(cells) > columns.width and any(cells[columns.width :]):
        # A thousands separator or a comma in the reason has moved the cells.
        value = " ".join(filter(None, cells[columns.width :]))[:MOST_VALUE]
        return Problem(line=position, code="extra_cells", value=value)
    holds, named = _named(cells, columns)
    if splits_at_comma and _is_split(named["points"], cells, columns):
        value = f"{named['points']},{_cell(cells, columns.reason)}"
        return Problem(line=position, code="split_number", value=value)
    return read_row(position=position, holds=holds, **named)


def _named(cells: list[str], columns: Columns) -> tuple[Holds, dict[str, str]]:
    """The cells by what their columns hold, and what the customer's is said to hold."""
    holds, customer = _customer(cells, columns)
    return holds, {
        "customer": customer,
        "points": _cell(cells, columns.points),
        "action": _cell(cells, columns.action),
        "reason": _UNFORMULA.sub("", _cell(cells, columns.reason)),
    }


def _customer(cells: list[str], columns: Columns) -> tuple[Holds, str]:
    for holds, index in columns.customers:
        if index < len(cells) and cells[index]:
            return holds, cells[index]
    return columns.customers[0][0], ""


def _is_split(points: str, cells: list[str], columns: Columns) -> bool:
    """Whether `1,000` without quotation marks became 1 and a reason of 000."""
    return (
        columns.points is not None
        and columns.reason == columns.points + 1
        and bool(_REST_OF_A_THOUSAND.fullmatch(_cell(cells, columns.reason)))
        and bool(_START_OF_A_THOUSAND.fullmatch(points))
    )


def _cell(cells: list[str], index: int | None) -> str:
    return cells[index] if index is not None and index < len(cells) else ""


def _is_too_long(reason: str) -> bool:
    return len(reason) > reference.longest_text()
