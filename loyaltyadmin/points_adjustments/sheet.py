"""Reads an uploaded file into rows: which customer, how many points, why.

The first line names the columns, in any order: `customer_id, points` and, if wanted, `reason` and
`action`. Points are whole, with a minus sign to take some away. An action says `add`, `take`, `set`
(the balance to that number) or `reset` (to zero) instead of the sign. Digits may be Arabic-Indic.
Lines that cannot be read are named and left out; nothing is guessed.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from loyaltyadmin.points_adjustments import reference
from loyaltyadmin.points_adjustments.states import Action

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_POINTS = 1_000_000
COLUMNS = {
    "customer_id": {
        "customer_id",
        "customer id",
        "customer",
        "id",
        "رقم العميل",
        "العميل",
        "معرف العميل",
    },
    "points": {"points", "النقاط", "نقاط", "عدد النقاط"},
    "reason": {"reason", "السبب", "سبب"},
    "action": {"action", "الإجراء", "اجراء", "إجراء", "العملية"},
}
ACTIONS = {
    **dict.fromkeys(("add", "plus", "إضافة", "اضافة"), Action.ADD),
    **dict.fromkeys(("take", "minus", "deduct", "خصم", "سحب"), Action.TAKE),
    **dict.fromkeys(("set", "تعيين", "ضبط"), Action.SET),
    **dict.fromkeys(("reset", "تصفير"), Action.RESET),
}
MINUS_SIGNS = {"-", "−"}
_DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_WHOLE_NUMBER = re.compile(r"([+\-−]?)\s*(\d{1,15})")


class Unreadable(Exception):
    """The file as a whole cannot be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One adjustment. `position` is the line's number in the file, the header being 1.

    `amount` is what to add or take, or the balance to reach.
    """

    position: int
    customer_id: int
    action: Action
    amount: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A line that was left out: a code of ours, and what stood there."""

    line: int
    code: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    rows: list[Row]
    problems: list[Problem]

    @property
    def duplicates(self) -> int:
        """How many rows are for a customer who has an earlier row."""
        counts = Counter(row.customer_id for row in self.rows)
        return sum(count - 1 for count in counts.values())

    @property
    def points_added(self) -> int:
        return sum(row.amount for row in self.rows if row.action is Action.ADD)

    @property
    def points_taken(self) -> int:
        return sum(row.amount for row in self.rows if row.action is Action.TAKE)


def read(*, content: bytes) -> Sheet:
    """This will read a CSV file.

    UTF-8 with or without a byte order mark, UTF-16 and Windows-1256; comma, semicolon or tab.

    Raises: Unreadable with `too_large`, `empty`, `not_text`, `no_header`, `double_header`,
    `bad_quotes` or `too_many_rows`.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable("too_large")
    text = _decode(content)
    if not text.strip():
        raise Unreadable("empty")
    # Strict: else a quotation mark that nobody closed swallows the lines that follow it.
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    written = ((at, cells) for at, cells in enumerate(lines, start=1) if any(map(_clean, cells)))
    try:
        _, header = next(written, (0, []))
    except csv.Error:
        raise Unreadable("not_text") from None
    columns = _columns(header)
    try:
        return _read_lines(written, columns=columns, width=len(header))
    except csv.Error:
        raise Unreadable("bad_quotes") from None


def _read_lines(
    lines: Iterator[tuple[int, list[str]]], *, columns: dict[str, int], width: int
) -> Sheet:
    rows: list[Row] = []
    problems: list[Problem] = []
    for position, cells in lines:
        if len(rows) + len(problems) >= MOST_ROWS:
            raise Unreadable("too_many_rows")
        read_row = (
            # A thousands separator or a comma in the reason has moved the cells.
            Problem(line=position, code="extra_cells", value=" ".join(cells[width:])[:50])
            if any(map(_clean, cells[width:]))
            else _row(position, {name: _cell(cells, at) for name, at in columns.items()})
        )
        if isinstance(read_row, Row):
            rows.append(read_row)
        else:
            problems.append(read_row)
    return Sheet(rows=rows, problems=problems)


def _row(position: int, cells: dict[str, str]) -> Row | Problem:
    customer = _WHOLE_NUMBER.fullmatch(cells["customer_id"])
    if customer is None or customer[1] or int(customer[2]) == 0:
        return Problem(line=position, code="bad_customer_id", value=cells["customer_id"][:50])
    read = _action_and_amount(cells["points"], cells.get("action", ""))
    if isinstance(read, str):
        value = cells["points"] if read != "bad_action" else cells["action"]
        return Problem(line=position, code=read, value=value[:50])
    action, amount = read
    reason = cells.get("reason", "")
    if len(reason) > reference.longest_text():
        return Problem(line=position, code="long_reason", value=f"{reason[:40]}…")
    return Row(
        position=position,
        customer_id=int(customer[2]),
        action=action,
        amount=amount,
        reason=reason,
    )


def _action_and_amount(points: str, named: str) -> tuple[Action, int] | str:
    """What a line asks for, or the code of what is wrong with it."""
    action = ACTIONS.get(named.casefold()) if named else None
    if named and action is None:
        return "bad_action"
    if action is Action.RESET and points in {"", "0"}:
        return Action.RESET, 0
    number = _WHOLE_NUMBER.fullmatch(points)
    if number is None or (action is not None and number[1] in MINUS_SIGNS):
        return "bad_points"
    amount = int(number[2])
    if action is Action.RESET or (amount == 0 and action is not Action.SET):
        return "no_points" if amount == 0 else "bad_points"
    if amount > MOST_POINTS:
        return "too_many_points"
    signed = Action.TAKE if number[1] in MINUS_SIGNS else Action.ADD
    return action or signed, amount


def _columns(header: list[str]) -> dict[str, int]:
    names = [_clean(name).casefold() for name in header]
    found = {
        column: [index for index, name in enumerate(names) if name in aliases]
        for column, aliases in COLUMNS.items()
    }
    if not found["customer_id"] or not found["points"]:
        raise Unreadable("no_header")
    if any(len(indexes) > 1 for indexes in found.values()):
        raise Unreadable("double_header")
    return {column: indexes[0] for column, indexes in found.items() if indexes}


def _cell(cells: list[str], index: int) -> str:
    return _clean(cells[index]) if index < len(cells) else ""


def _clean(cell: str) -> str:
    # Direction marks come along when Arabic text is copied from a web page or a spreadsheet.
    return _DIRECTION_MARKS.sub("", cell).strip()


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1256"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unreadable("not_text")


def _delimiter(text: str) -> str:
    header = text.strip().splitlines()[0]
    return max(",;\t", key=header.count)
