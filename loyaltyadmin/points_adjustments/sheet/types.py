"""What reading a file gives."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from loyaltyadmin.points_adjustments.states import Action

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 1_000
MOST_POINTS = 1_000_000
MOST_VALUE = 50


class Unreadable(Exception):
    """The file as a whole cannot be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unsure(Unreadable):
    """The file can be read, but which column is what has to be said by a person."""


class Holds(enum.StrEnum):
    """What a column names customers by. Each line of `ANY` is looked at by itself."""

    ANY = "any"
    NUMBER = "number"
    EMAIL = "email"
    MOBILE = "mobile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Whom a line is for, as it was written.

    Digits may be a customer's number or a mobile number; then both are given, and `holds` tells
    what the column is said to hold.
    """

    holds: Holds
    number: int | None = None
    email: str = ""
    mobile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRow:
    """One adjustment as it stands in the file.

    `position` is the line's number there. `amount` is what to add or take, or the balance to reach.
    """

    position: int
    key: Key
    action: Action
    amount: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One adjustment of a customer of the store."""

    position: int
    customer_id: int
    action: Action
    amount: int
    reason: str

    @property
    def signed(self) -> int:
        """The points that it moves; none for a balance to set, which depends on the moment."""
        return {Action.ADD: self.amount, Action.TAKE: -self.amount}.get(self.action, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A line that was left out: a code of ours, and what stood there.

    `cells` are the line's cells by what their columns hold: customer, points, action, reason.
    """

    line: int
    code: str
    value: str
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What stands in a file, before anybody looked up who the customers are.

    `hidden_columns` are the letters of those that were left out although they say something,
    because the spreadsheet hides them.
    """

    rows: list[ReadRow]
    problems: list[Problem]
    hidden_columns: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a file asks for, customer by customer; `hidden_columns` as in a reading."""

    rows: list[Row]
    problems: list[Problem]
    hidden_columns: Sequence[str] = ()

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
