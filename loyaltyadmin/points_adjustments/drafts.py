"""Changes a draft before it is confirmed: lines are put right, dropped, or brought together."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, QuerySet

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action as Activity
from loyaltyadmin.activity.operations import Actor
from loyaltyadmin.points_adjustments import (
    duplicates,
    lines,
    matching,
    operations,
    safeguards,
    sheet,
)
from loyaltyadmin.points_adjustments.duplicates import Duplicates
from loyaltyadmin.points_adjustments.models import BulkAdjustment, LeftOut, Line
from loyaltyadmin.points_adjustments.operations import NotPossible
from loyaltyadmin.points_adjustments.sheet import Problem, Reading, Row, Sheet
from loyaltyadmin.points_adjustments.states import Action, JobStatus

NO_REASON = "no_reason"
SET_ASIDE = "set_aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """What somebody typed in place of a line that was left out."""

    customer: str
    points: str
    action: str
    reason: str


def put_right(*, job: BulkAdjustment, by: Actor, typed: Mapping[int, Cells]) -> int:
    """This will read lines that were left out once more, as they were typed now, by their ids.

    Those that can be read and have a customer become lines of the draft; the others keep what was
    typed, with what is wrong with that. Tells how many became lines.

    Raises: NotPossible.
    """
    with _editing(job) as changes:
        left_out = list(job.left_out.filter(id__in=typed))
        read = [_read(it, typed[it.id], job=job) for it in left_out]
        matched = matching.match(
            store=job.store,
            reading=Reading(
                rows=[it for it in read if isinstance(it, sheet.ReadRow)],
                problems=[it for it in read if isinstance(it, Problem)],
            ),
        )
        again = {problem.line: problem for problem in matched.problems}
        for it in left_out:
            it.customer, it.points, it.action, it.reason = _cells(typed[it.id])
            if problem := again.get(it.position):
                it.code, it.value = problem.code, problem.value
        LeftOut.objects.bulk_update(
            left_out, ["customer", "points", "action", "reason", "code", "value"]
        )
        job.left_out.filter(position__in=[row.position for row in matched.rows]).delete()
        lines.add_rows(job=job, rows=matched.rows, reason=job.reason)
        if matched.rows:
            changes["put_right"] = len(matched.rows)
        _note(job, by=by, changes=changes)
    return len(matched.rows)


def drop_left_out(*, job: BulkAdjustment, by: Actor, ids: list[int] | None = None) -> int:
    """This will drop lines that were left out, or without `ids` all of them; tells how many.

    Raises: NotPossible.
    """
    with _editing(job) as changes:
        dropped = job.left_out.all() if ids is None else job.left_out.filter(id__in=ids)
        count, _ = dropped.delete()
        if count:
            changes["dropped"] = count
        _note(job, by=by, changes=changes)
    return count


def drop_line(*, job: BulkAdjustment, by: Actor, line_id: int) -> None:
    """This will take a line out of a draft.

    Raises: NotPossible.
    """
    with _editing(job) as changes:
        count, _ = job.lines.filter(id=line_id).delete()
        if count:
            changes["dropped"] = count
        _note(job, by=by, changes=changes)


def set_aside(*, job: BulkAdjustment, by: Actor, line_id: int) -> None:
    """This will take a line out of a draft and leave it where it can be changed and put back.

    Raises: NotPossible.
    """
    with _editing(job) as changes:
        for line in job.lines.filter(id=line_id):
            lines.add_left_out(job=job, problems=[_aside(line)])
            line.delete()
            changes["set_aside"] = 1
        _note(job, by=by, changes=changes)


def resolve_duplicates(*, job: BulkAdjustment, by: Actor, policy: Duplicates) -> None:
    """This will do what `policy` says with customers who have several lines in a draft.

    Lines that it leaves out can be put right or dropped like others.

    Raises: NotPossible.
    """
    with _editing(job) as changes:
        twice = lines_of_duplicates(job=job)
        found = Sheet(rows=[_row(line) for line in twice], problems=[])
        resolved = duplicates.resolve(sheet=found, policy=policy)
        if resolved is not found:
            job.lines.filter(id__in=[line.id for line in twice]).delete()
            lines.add_rows(job=job, rows=resolved.rows, reason=job.reason)
            lines.add_left_out(job=job, problems=resolved.problems)
            changes["duplicates"] = policy.value
        _note(job, by=by, changes=changes)


def lines_of_duplicates(*, job: BulkAdjustment) -> QuerySet[Line]:
    """This will give the lines of customers who have several."""
    several = job.lines.order_by().values("customer_id").annotate(count=Count("id"))
    return job.lines.filter(
        customer_id__in=several.filter(count__gt=1).values("customer_id")
    ).order_by("position")


@contextlib.contextmanager
def _editing(job: BulkAdjustment) -> Iterator[dict[str, object]]:
    """Nobody confirms a draft while it is edited; one that is confirmed is not edited any more.

    Nor is one that undoes or repeats another: each of its lines belongs to one of that one's.
    """
    with transaction.atomic():
        kept = BulkAdjustment.objects.select_for_update().get(id=job.id)
        if kept.status != JobStatus.DRAFT or kept.undoes_id or kept.retries_id:
            raise NotPossible
        yield {}


def _note(job: BulkAdjustment, *, by: Actor, changes: dict[str, object]) -> None:
    if not changes:
        return
    operations.note_lines(job)
    safeguards.withdraw_approval(job=job)
    activity.record(
        store=job.store, by=by, action=Activity.EDIT_BULK_ADJUSTMENT, after=changes, job_id=job.id
    )


def _read(left_out: LeftOut, typed: Cells, *, job: BulkAdjustment) -> sheet.ReadRow | Problem:
    customer, points, action, reason = _cells(typed)
    read = sheet.read_row(
        position=left_out.position, customer=customer, points=points, action=action, reason=reason
    )
    if isinstance(read, sheet.ReadRow) and not read.reason and not job.reason:
        return Problem(line=left_out.position, code=NO_REASON, value="")
    return read


def _cells(typed: Cells) -> tuple[str, str, str, str]:
    customer, points, action, reason = (
        cell.strip()[:255] for cell in (typed.customer, typed.points, typed.action, typed.reason)
    )
    return customer, points, action, reason


def _row(line: Line) -> Row:
    amount = line.points if line.target is None else line.target
    return Row(
        position=line.position,
        customer_id=line.customer_id,
        action=Action(line.action),
        amount=amount or 0,
        reason=line.reason,
    )


def _aside(line: Line) -> Problem:
    row = _row(line)
    cells = {
        "customer": str(row.customer_id),
        "points": str(row.amount) if row.action is not Action.RESET else "",
        "action": row.action.value,
        "reason": row.reason,
    }
    return Problem(line=row.position, code=SET_ASIDE, value="", cells=cells)
