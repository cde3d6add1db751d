"""Finds out whose the lines of a file are, from the store's own list of its customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from loyaltyadmin.customers.operations import KnownBy, has_all_customers, match_customers
from loyaltyadmin.points_adjustments.sheet import (
    Holds,
    Key,
    Problem,
    Reading,
    ReadRow,
    Row,
    Sheet,
)
from loyaltyadmin.stores.models import Store

_Found = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the store's list has for everything that the rows name customers by."""

    numbers: _Found
    emails: _Found
    mobiles: _Found
    is_complete: bool


def match(*, store: Store, reading: Reading) -> Sheet:
    """This will give the rows with their customers; those without one become problems.

    While the store's list is not complete nobody can tell that a number is no customer's, and Zid
    will judge; a line with an address or a mobile number that is not on it yet is left out.
    """
    known = _look_up(store, reading.rows)
    rows: list[Row] = []
    problems = list(reading.problems)
    for read in reading.rows:
        customer_id = _customer_of(read.key, known)
        if isinstance(customer_id, str):
            problems.append(_problem(read, code=customer_id))
            continue
        row = Row(
            position=read.position,
            customer_id=customer_id,
            action=read.action,
            amount=read.amount,
            reason=read.reason,
        )
        rows.append(row)
    problems.sort(key=lambda problem: problem.line)
    return Sheet(rows=rows, problems=problems, hidden_columns=reading.hidden_columns)


def _look_up(store: Store, rows: Iterable[ReadRow]) -> _Known:
    is_complete = has_all_customers(store=store)
    numbers: set[str] = set()
    emails: set[str] = set()
    mobiles: set[str] = set()
    for row in rows:
        key = row.key
        if key.number is not None and (is_complete or key.mobile):
            numbers.add(str(key.number))
        if key.email:
            emails.add(key.email)
        if key.mobile:
            mobiles.add(key.mobile)
    return _Known(
        numbers=match_customers(store=store, by=KnownBy.ID, values=numbers),
        emails=match_customers(store=store, by=KnownBy.EMAIL, values=emails),
        mobiles=match_customers(store=store, by=KnownBy.MOBILE, values=mobiles),
        is_complete=is_complete,
    )


def _customer_of(key: Key, known: _Known) -> int | str:
    """A customer's number, or the code of why there is none."""
    is_number = key.number is not None and (key.holds is Holds.NUMBER or not key.mobile)
    own = known.numbers.get(str(key.number), ())
    if own and is_number:
        return own[0]
    others = (*known.emails.get(key.email, ()), *known.mobiles.get(key.mobile, ()))
    candidates = {*own, *others}
    if len(candidates) == 1:
        return candidates.pop()
    if candidates:
        return "ambiguous_customer"
    if known.is_complete:
        return "unknown_customer"
    return key.number if is_number and key.number is not None else "customer_not_known_yet"


def _problem(read: ReadRow, *, code: str) -> Problem:
    key = read.key
    value = key.email or key.mobile or str(key.number)
    cells = {"customer": value, "points": str(read.amount), "action": read.action.value}
    return Problem(
        line=read.position, code=code, value=value[:50], cells=cells | {"reason": read.reason}
    )
