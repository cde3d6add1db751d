"""The lines of a bulk adjustment, as plain values: that is how many thousands are written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from loyaltyadmin.points_adjustments import reference
from loyaltyadmin.points_adjustments.models import BulkAdjustment, LeftOut, Line
from loyaltyadmin.points_adjustments.sheet import Problem, Row
from loyaltyadmin.points_adjustments.states import Action
from loyaltyadmin.web import rows as many

# What one line differs from others in, as JSON can hold it.
LINE_FIELDS = (
    "position", "customer_id", "action", "target", "direction", "points", "reason", "undoes_id",
    "retries_id",
)  # fmt: skip
CELLS = ("customer", "points", "action", "reason")
LEFT_OUT_FIELDS = ("position", "code", "value", *CELLS)

Values = Sequence[Any]


def asked(*, action: Action, amount: int) -> dict[str, Any]:
    """This will give the fields of a line that asks for `action` with `amount`."""
    if action is Action.RESET:
        return {"action": action, "target": 0}
    if action is Action.SET:
        return {"action": action, "target": amount}
    return {"action": action, "direction": action.direction, "points": amount}


def values_of(
    row: Row, *, reason: str, undoes: int | None = None, retries: int | None = None
) -> Values:
    """This will give the LINE_FIELDS of a row; `reason` is for one that brings none.

    `undoes` and `retries` are the ids of lines.
    """
    of = asked(action=row.action, amount=row.amount)
    direction = of["direction"].value if "direction" in of else ""
    return (
        row.position, row.customer_id, row.action.value, of.get("target"), direction,
        of.get("points"), row.reason or reason, undoes, retries,
    )  # fmt: skip


def values_of_problem(problem: Problem) -> Values:
    """This will give the LEFT_OUT_FIELDS of what is not sent as it stands."""
    cells = (problem.cells.get(name, "")[:255] for name in CELLS)
    return (problem.line, problem.code, problem.value, *cells)


def add(
    *, job: BulkAdjustment, lines: Iterable[Values] = (), left_out: Iterable[Values] = ()
) -> None:
    """This will write lines, and what is not sent as it stands."""
    many.insert(
        Line,
        fields=(*LINE_FIELDS, "reference"),
        rows=((*values, reference.new()) for values in lines),
        store_id=job.store_id,
        job_id=job.id,
        created_at=timezone.now(),
    )
    many.insert(LeftOut, fields=LEFT_OUT_FIELDS, rows=left_out, job_id=job.id)


def digest_of(*, job: BulkAdjustment) -> str:
    """This will give what tells one list of lines from another, whatever their order.

    Whom, what and why; not the file's name, its line numbers or how anything was written.
    """
    lines = job.lines.values_list("customer_id", "action", "points", "target", "reason")
    total = 0
    for line in lines.iterator(chunk_size=many.AT_ONCE):
        total += int.from_bytes(hashlib.sha256(repr(line).encode()).digest())
    return f"{total % 2**256:064x}"
