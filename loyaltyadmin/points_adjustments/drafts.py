"""Changes a draft before it is confirmed: lines are put right, dropped, or brought together."""

from __future__ import annotations

import contextlib
from collections import Counter
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
LINES_AT_ONCE = 1000


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
    take_hidden: bool = False
    drop_line: int | None = None
    set_aside: int | None = None
    duplicates: Duplicates | None = None


def edit_bulk_adjustment(*, job: BulkAdjustment, by: Actor, edits: Edits) -> None:
    """This will change a draft, and leave one entry that says all that was done, if anything was.

    Raises: NotPossible.
    """
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
        if edits.take_hidden:
            changes["hidden"] = _take_hidden(job)
        if edits.drop_line is not None:
            changes["dropped"] += job.lines.filter(id=edits.drop_line).delete()[0]
        if edits.set_aside is not None:
            changes["set_aside"] = _set_aside(job, edits.set_aside)
        after: activity.State = {name: count for name, count in changes.items() if count}
        if edits.duplicates is not None and _resolve_duplicates(job, edits.duplicates):
            after["duplicates"] = edits.duplicates.value
        if after:
            _note(job, by=by, changes=after)


def _put_right(job: BulkAdjustment, typed: Mapping[int, Cells]) -> int:
    """Read lines that were left out once more, as they were typed now; tells how many are right.

    Those that can be read and have a customer become lines of the draft; the others keep what was
    typed, with what is wrong with that.
    """
    left_out = list(job.left_out.filter(id__in=typed))
    return _read_again(job, left_out, typed=[typed[it.id] for it in left_out])


def _take_hidden(job: BulkAdjustment) -> int:
    """Read the lines that the spreadsheet hides like all others; tells how many are right."""
    count = 0
    hidden = job.left_out.filter(code=sheet.HIDDEN).order_by("position")
    while some := list(hidden[:LINES_AT_ONCE]):  # once read, none is that any more
        as_they_are = [
            Cells(customer=it.customer, points=it.points, action=it.action, reason=it.reason)
            for it in some
        ]
        count += _read_again(job, some, typed=as_they_are)
    return count


def _set_aside(job: BulkAdjustment, line_id: int) -> int:
    """Take a line out and leave it where it can be changed and put back; tells how many."""
    found = list(job.lines.filter(id=line_id))
    lines.add(job=job, left_out=[lines.values_of_problem(_aside(line)) for line in found])
    for line in found:
        line.delete()
    return len(found)


def _resolve_duplicates(job: BulkAdjustment, policy: Duplicates) -> bool:
    """Do what `policy` says with customers who have several lines; tells whether any has.

    Lines that it leaves out can be put right or dropped like others.
    """
    twice = lines_of_duplicates(job=job)
    found = Sheet(rows=[_row(line) for line in twice], problems=[])
    resolved = duplicates.resolve(sheet=found, policy=policy)
    if resolved is found:
        return False
    job.lines.filter(id__in=[line.id for line in twice]).delete()
    lines.add(
        job=job,
        lines=[lines.values_of(row, reason=job.reason) for row in resolved.rows],
        left_out=map(lines.values_of_problem, resolved.problems),
    )
    return True


def lines_of_duplicates(*, job: BulkAdjustment) -> QuerySet[Line]:
    """This will give the lines of customers who have several."""
    several = job.lines.order_by().values("customer_id").annotate(count=Count("id"))
    return job.lines.filter(
        customer_id__in=several.filter(count__gt=1).values("customer_id")
    ).order_by("position")


@contextlib.contextmanager
def _editing(job: BulkAdjustment) -> Iterator[None]:
    """Nobody confirms a draft while it is edited; one that is confirmed is not edited any more.

    Nor is one that undoes or repeats another: each of its lines belongs to one of that one's.
    """
    with transaction.atomic():
        kept = BulkAdjustment.objects.select_for_update().get(id=job.id)
        if kept.status != JobStatus.DRAFT or kept.undoes_id or kept.retries_id:
            raise NotPossible
        yield


def _note(job: BulkAdjustment, *, by: Actor, changes: activity.State) -> None:
    job.lines_digest = lines.digest_of(job=job)
    job.save(update_fields=["lines_digest"])
    safeguards.withdraw_approval(job=job)
    activity.record(
        store=job.store, by=by, action=Activity.EDIT_BULK_ADJUSTMENT, after=changes, job_id=job.id
    )


def _read_again(job: BulkAdjustment, left_out: list[LeftOut], *, typed: list[Cells]) -> int:
    """Make lines of those that can be read as they were typed; tell how many."""
    read = [_read(it, cells, job=job) for it, cells in zip(left_out, typed, strict=True)]
    matched = matching.match(
        store=job.store,
        reading=Reading(
            rows=[it for it in read if isinstance(it, sheet.ReadRow)],
            problems=[it for it in read if isinstance(it, Problem)],
        ),
    )
    again = {problem.line: problem for problem in matched.problems}
    for it, cells in zip(left_out, typed, strict=True):
        it.customer, it.points, it.action, it.reason = _cells(cells)
        if problem := again.get(it.position):
            it.code, it.value = problem.code, problem.value
    LeftOut.objects.bulk_update(
        left_out, ["customer", "points", "action", "reason", "code", "value"]
    )
    job.left_out.filter(position__in=[row.position for row in matched.rows]).delete()
    lines.add(job=job, lines=[lines.values_of(row, reason=job.reason) for row in matched.rows])
    return len(matched.rows)


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
