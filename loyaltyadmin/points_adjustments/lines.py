"""Writes the rows of a bulk adjustment, some at a time, so that 100,000 take no more memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Model
from django.utils import timezone

from loyaltyadmin.points_adjustments.models import BulkAdjustment, LeftOut, Line
from loyaltyadmin.points_adjustments.sheet import Problem, Row
from loyaltyadmin.points_adjustments.states import Action

ROWS_PER_INSERT = 1000

_Row = TypeVar("_Row", bound=Model)


def asked(*, action: Action, amount: int) -> dict[str, Any]:
    """This will give the fields of a line that asks for `action` with `amount`."""
    if action is Action.RESET:
        return {"action": action, "target": 0}
    if action is Action.SET:
        return {"action": action, "target": amount}
    return {"action": action, "direction": action.direction, "points": amount}


def write(rows: Iterator[_Row]) -> None:
    """This will insert rows. `bulk_create` alone would first make a list of all of them."""
    while some := list(islice(rows, ROWS_PER_INSERT)):
        type(some[0])._default_manager.bulk_create(some)


def add_rows(*, job: BulkAdjustment, rows: Iterable[Row], reason: str) -> None:
    """This will add what was read to a draft; `reason` is for rows that bring none."""
    now = timezone.now()
    write(
        Line(
            store_id=job.store_id,
            job=job,
            position=row.position,
            customer_id=row.customer_id,
            reason=row.reason or reason,
            created_at=now,
            **asked(action=row.action, amount=row.amount),
        )
        for row in rows
    )


def add_left_out(*, job: BulkAdjustment, problems: Iterable[Problem]) -> None:
    """This will keep with a draft what is not sent as it stands."""
    write(
        LeftOut(
            job=job,
            position=problem.line,
            code=problem.code,
            value=problem.value,
            **{name: cell[:255] for name, cell in problem.cells.items()},
        )
        for problem in problems
    )
