"""Reads an uploaded file, or pasted lines, into rows: which customer, how many points, why.

The first lines name the columns, in any order and in Arabic or English: a customer's number,
e-mail address or mobile number, the points and, if wanted, a reason and an action. Points are
whole, with a minus sign to take some away. An action says `add`, `take`, `set` (the balance to that
number) or `reset` (to zero) instead of the sign. Lines that cannot be read are named and left out;
nothing is guessed, and where a person has to say which column is what, they are asked. Lines and
columns that the spreadsheet hides are left out and named too: whoever looked at the file has not
seen them.

No module here knows the database: who the customers are is looked up by `matching`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, islice

from loyaltyadmin.points_adjustments.sheet import columns as _columns
from loyaltyadmin.points_adjustments.sheet.columns import LOOKED_AT, Columns
from loyaltyadmin.points_adjustments.sheet.files import open_file
from loyaltyadmin.points_adjustments.sheet.looks import Look, letter_of
from loyaltyadmin.points_adjustments.sheet.rows import HIDDEN, read_lines, read_row
from loyaltyadmin.points_adjustments.sheet.types import (
    MOST_BYTES,
    MOST_POINTS,
    MOST_ROWS,
    Holds,
    Key,
    Problem,
    Reading,
    ReadRow,
    Row,
    Sheet,
    Unreadable,
    Unsure,
)

__all__ = [
    "HIDDEN",
    "MOST_BYTES",
    "MOST_POINTS",
    "MOST_ROWS",
    "Columns",
    "Holds",
    "Key",
    "Look",
    "Problem",
    "ReadRow",
    "Reading",
    "Row",
    "Sheet",
    "Unreadable",
    "Unsure",
    "look",
    "read",
    "read_row",
]


def read(*, content: bytes, columns: Columns | None = None) -> Reading:
    """This will read a CSV, TSV or XLSX file.

    `columns` are what a person said; without them they are found.

    Raises: Unsure (`no_header`, `double_header`, `hidden_action`) when a person has to say which
    column is what; Unreadable with any other code of `words.UNREADABLE`.
    """
    file = open_file(content)
    head = list(islice(file.lines, LOOKED_AT))
    if not head:
        raise Unreadable("empty")
    hidden = file.hidden_columns
    reading = read_lines(
        chain(head, file.lines),
        columns=columns or _columns.find(head, hidden=hidden),
        splits_at_comma=file.splits_at_comma,
        is_hidden=file.is_hidden,
    )
    if columns or not hidden:
        return reading
    left_out = _columns.hidden_with_a_meaning(head, hidden=hidden)
    return replace(reading, hidden_columns=[letter_of(file.first_column + at) for at in left_out])


def look(*, content: bytes) -> Look:
    """This will give the first lines, and what they look like, for a person to say.

    Raises: Unreadable.
    """
    file = open_file(content)
    head = list(islice(file.lines, LOOKED_AT))
    if not head:
        raise Unreadable("empty")
    return Look(
        guess=_columns.guess_from(head, hidden=file.hidden_columns),
        lines=head,
        hidden=file.hidden_columns,
        first_column=file.first_column,
    )
