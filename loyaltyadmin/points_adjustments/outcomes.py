"""What became of a bulk adjustment's lines, as its page shows it. Counts of rows."""

from __future__ import annotations

from collections.abc import Mapping

from loyaltyadmin.points_adjustments import progress
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.progress import Progress
from loyaltyadmin.points_adjustments.states import LineStatus
from loyaltyadmin.web import plots

# Lines of a cancelled bulk adjustment that nobody got to. Others were skipped with good reason.
NEVER_REACHED = ("cancelled", "access_lost")
# Which colour stands for what.
KINDS = {
    LineStatus.APPLIED: "good",
    LineStatus.REJECTED: "bad",
    LineStatus.SKIPPED: "skipped",
    LineStatus.UNDONE: "2",
    LineStatus.UNSETTLED: "wait",
    LineStatus.UNKNOWN: "wait",
}


def processed_of(*, job: BulkAdjustment, counts: Progress) -> int:
    """This will count the lines that had their turn: not those that the job ended before."""
    if not job.cancel_reason or not counts.skipped:
        return counts.done
    return counts.done - _never_reached(job)


def counts_to_keep(*, job: BulkAdjustment) -> dict[str, int]:
    """This will give what is to be known of a bulk adjustment once its lines are removed."""
    numbers = progress.numbers_of_each(jobs=[job])[job.id]
    return {**numbers, "never_reached": _never_reached(job)}


def _never_reached(job: BulkAdjustment) -> int:
    if job.counts is not None:
        return int(job.counts["never_reached"])
    return job.lines.filter(problem__in=NEVER_REACHED).count()


def parts_of(*, counts: Progress) -> list[plots.Part]:
    """This will share a bulk adjustment's lines among their outcomes, for its bar."""
    amounts = [(str(it.label), getattr(counts, it.value), kind) for it, kind in KINDS.items()]
    return plots.parts([*amounts, (str(LineStatus.PENDING.label), counts.waiting, "rest")])


def tabs_of(*, counts: Mapping[str, int], chosen: str) -> list[tuple[str, str, int]]:
    """This will list the outcomes that lines have: value, label, how many."""
    return [
        (status.value, str(status.label), counts.get(status, 0))
        for status in LineStatus
        if counts.get(status) or status == chosen
    ]
