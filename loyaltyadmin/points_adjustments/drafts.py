"""Changes a draft before it is confirmed: lines are put right, dropped, or brought together."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action as Activity
from loyaltyadmin.activity.operations import Actor
from loyaltyadmin.points_adjustments import (
    joining,
    lines,
    matching,
    safeguards,
    sheet,
    writing,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What is done to a draft at one time, in this order. Ids of lines, none where nothing is."""

    typed: Mapping[int, Cells]  # what was typed into lines that were left out
    drop_all_left_out: bool = False
    drop_left_out: int | None = None
    drop_hidden: bool = False
    drop_line: int | None = None
    set_aside: int | None = None
    duplicates: Duplicates | None = None
    take_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hidden:
    """Lines that the spreadsheet hides: how many, what stands in them by position, what it says."""

    count: int
    cells: Mapping[int, tuple[str, str, str, str]]
    matched: Sheet


def edit_bulk_adjustment(*, job: BulkAdjustment, by: Actor, edits: Edits) -> None:
    """This will change a draft, and leave one entry that says all that was done, if anything was.

    With many hidden lines to take in it is no draft for a while, and the caller wakes a worker, who
    writes them.

    Raises: NotPossible.
    """
    hidden = _read_hidden(job) if edits.take_hidden else None
    with _editing(job):
        changes: Counter[str] = Counter()
        if edits.typed:
            changes["put_right"] = _put_right(job, edits.typed)
        if edits.drop_all_left_out:
            changes["dropped"] += job.left_out.all().delete()[0]
        elif edits.drop_left_out is not None:
            changes["dropped"] += job.left_out.filter(id=edits.drop_left_out).delete()[0]
        if edits.drop_hidden:
            changes["dropped"] += job.left_out.filter(code=sheet.HIDDEN).delete()[0]
        if edits.drop_line is not None:
            changes["dropped"] += job.lines.filter(id=edits.drop_line).delete()[0]
        if edits.set_aside is not None:
            changes["set_aside"] = _set_aside(job, edits.set_aside)
        policy = edits.duplicates
        is_joined = policy and joining.resolve_duplicates(job=job, policy=policy)
        if hidden is not None:
            changes["hidden"] = _take_in(job, hidden)
        after: activity.State = {name: count for name, count in changes.items() if count}
        if policy and is_joined:
            after["duplicates"] = policy.value
        if after:
            _note(job, by=by, changes=after)


def _put_right(job: BulkAdjustment, typed: Mapping[int, Cells]) -> int:
    """Read lines that were left out once more, as they were typed now; tells how many are right.

    Those that can be read and have a customer become lines of the draft; the others keep what was
    typed, with what is wrong with that.
    """
    left_out = list(job.left_out.filter(id__in=typed))
    matched = _match(job, [_read(it, typed[it.id], job=job) for it in left_out])
    again = {problem.line: problem for problem in matched.problems}
    for it in left_out:
        it.customer, it.points, it.action, it.reason = _cells(typed[it.id])
        if problem := again.get(it.position):
            it.code, it.value = problem.code, problem.value
    LeftOut.objects.bulk_update(
        left_out, ["customer", "points", "action", "reason", "code", "value"]
    )
    job.left_out.filter(position__in=[row.position for row in matched.rows]).delete()
    lines.add(job=job, lines=[lines.values_of(row, reason=job.reason) for row in matched.rows])
    return len(matched.rows)


def _read_hidden(job: BulkAdjustment) -> _Hidden:
    """Read the lines that the spreadsheet hides like all others; of 100,000 that takes seconds."""
    left_out = list(job.left_out.filter(code=sheet.HIDDEN))
    return _Hidden(
        count=len(left_out),
        cells={it.position: (it.customer, it.points, it.action, it.reason) for it in left_out},
        matched=_match(job, [_read(it, _as_it_is(it), job=job) for it in left_out]),
    )


def _take_in(job: BulkAdjustment, hidden: _Hidden) -> int:
    """Write them in place of what was left out, many by a worker; tells how many are right."""
    if job.left_out.filter(code=sheet.HIDDEN).delete()[0] != hidden.count:
        raise NotPossible  # somebody has dropped some meanwhile
    if not hidden.count:
        return 0
    job.move(to=JobStatus.WRITING)
    writing.put(
        job=job,
        rows=(lines.values_of(row, reason=job.reason) for row in hidden.matched.rows),
        left_out=(
            (it.line, it.code, it.value, *hidden.cells[it.line]) for it in hidden.matched.problems
        ),
    )
    return len(hidden.matched.rows)


def _set_aside(job: BulkAdjustment, line_id: int) -> int:
    """Take a line out and leave it where it can be changed and put back; tells how many."""
    found = list(job.lines.filter(id=line_id))
    lines.add(job=job, left_out=[lines.values_of_problem(_aside(line)) for line in found])
    for line in found:
        line.delete()
    return len(found)


@contextlib.contextmanager
def _editing(job: BulkAdjustment) -> Iterator[None]:
    """Nobody confirms a draft while it is edited; one that is confirmed is not edited any more.

    Nor is one that undoes or repeats another: each of its lines belongs to one of that one's.
    """
    with transaction.atomic():
        kept = BulkAdjustment.objects.select_for_update().get(id=job.id)
        if kept.status != JobStatus.DRAFT or kept.undoes_id or kept.retries_id:
            raise NotPossible
        job.status = kept.status
        yield


def _note(job: BulkAdjustment, *, by: Actor, changes: activity.State) -> None:
    if job.status == JobStatus.DRAFT:  # else a worker does so when it has written the last line
        job.lines_digest = lines.digest_of(job=job)
        job.save(update_fields=["lines_digest"])
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


def _match(job: BulkAdjustment, read: Sequence[sheet.ReadRow | Problem]) -> Sheet:
    return matching.match(
        store=job.store,
        reading=Reading(
            rows=[it for it in read if isinstance(it, sheet.ReadRow)],
            problems=[it for it in read if isinstance(it, Problem)],
        ),
    )


def _as_it_is(left_out: LeftOut) -> Cells:
    return Cells(
        customer=left_out.customer,
        points=left_out.points,
        action=left_out.action,
        reason=left_out.reason,
    )


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
