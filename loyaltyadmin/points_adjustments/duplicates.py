"""What becomes of several lines for one customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from django.db import models
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.points_adjustments.sheet import MOST_POINTS, Problem, Row, Sheet
from loyaltyadmin.points_adjustments.states import Action

# Why lines are left out.
SEVERAL_LINES = "duplicate_customer"
SETS_THE_BALANCE = "duplicate_balance"
ADDS_UP_TO_NOTHING = "adds_up_to_nothing"
TOO_MANY_POINTS = "too_many_points"


class Duplicates(models.TextChoices):
    """Each line by itself is what a file says as it stands; the others are asked for."""

    EACH = "each", _("Send each of their lines")
    SUM = "sum", _("Add their lines up to one")
    FIRST = "first", _("Send only the first of their lines")
    REFUSE = "refuse", _("Send none of their lines")


def resolve(*, sheet: Sheet, policy: Duplicates) -> Sheet:
    """This will give the sheet with the policy applied; lines that it leaves out become problems.

    A sum stands on the customer's first line, with the first reason that was given. Lines that add
    up to nothing are left out, and so are all of a customer whose balance one of them sets: what
    comes first would matter.
    """
    if policy is Duplicates.EACH or not sheet.duplicates:
        return sheet
    rows: list[Row] = []
    problems = list(sheet.problems)
    for group in _by_customer(sheet.rows):
        kept, left_out, code = _decide(group, policy)
        rows += kept
        problems += [_problem(row, code=code) for row in left_out]
    rows.sort(key=lambda row: row.position)
    problems.sort(key=lambda problem: problem.line)
    return replace(sheet, rows=rows, problems=problems)


def _by_customer(rows: Iterable[Row]) -> Iterable[list[Row]]:
    groups: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.customer_id].append(row)
    return groups.values()


def _decide(group: list[Row], policy: Duplicates) -> tuple[list[Row], list[Row], str]:
    """The rows to keep, those to leave out, and why."""
    if len(group) == 1:
        return group, [], ""
    if policy is Duplicates.REFUSE:
        return [], group, SEVERAL_LINES
    if policy is Duplicates.FIRST:
        return group[:1], group[1:], SEVERAL_LINES
    if any(row.action in {Action.SET, Action.RESET} for row in group):
        return [], group, SETS_THE_BALANCE
    total = sum(row.signed for row in group)
    if not total:
        return [], group, ADDS_UP_TO_NOTHING
    if abs(total) > MOST_POINTS:
        return [], group, TOO_MANY_POINTS
    reason = next((row.reason for row in group if row.reason), "")
    action = Action.ADD if total > 0 else Action.TAKE
    return [replace(group[0], action=action, amount=abs(total), reason=reason)], [], ""


def _problem(row: Row, *, code: str) -> Problem:
    cells = {
        "customer": str(row.customer_id),
        "points": str(row.amount),
        "action": row.action.value,
        "reason": row.reason,
    }
    return Problem(line=row.position, code=code, value=str(row.customer_id), cells=cells)
