"""The states of a line and of a bulk adjustment, and every way from one to another.

Whatever is not in these tables cannot happen: `models.Line.move` and `models.BulkAdjustment.move`
look here, and both are conditional updates, so of two processes that try only one gets through.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LineStatus(models.TextChoices):
    PENDING = "pending", _("Waiting")
    CLAIMED = "claimed", _("Being sent")
    UNKNOWN = "unknown", _("Checking with Zid")
    UNSETTLED = "unsettled", _("For you to decide")
    APPLIED = "applied", _("Done")
    REJECTED = "rejected", _("Refused by Zid")
    SKIPPED = "skipped", _("Not sent")
    UNDONE = "undone", _("Undone")


LINE_ARROWS: dict[tuple[LineStatus, LineStatus], str] = {
    (LineStatus.PENDING, LineStatus.CLAIMED): "a process took it and is about to send it",
    (
        LineStatus.PENDING,
        LineStatus.SKIPPED,
    ): "it was cancelled or abandoned, or the balance is right",
    (LineStatus.PENDING, LineStatus.REJECTED): "its balance was asked for, and Zid refused to tell",
    (
        LineStatus.PENDING,
        LineStatus.UNKNOWN,
    ): "a backup was restored, and it may have been sent since that was made",
    (LineStatus.CLAIMED, LineStatus.APPLIED): "Zid answered with the entry it made",
    (LineStatus.CLAIMED, LineStatus.REJECTED): "Zid answered that it will not",
    (
        LineStatus.CLAIMED,
        LineStatus.PENDING,
    ): "it provably did not reach Zid, or Zid said later",
    (LineStatus.CLAIMED, LineStatus.SKIPPED): "as above, and nothing is there to send it again",
    (
        LineStatus.CLAIMED,
        LineStatus.UNKNOWN,
    ): "the answer was lost, or its process died",
    (LineStatus.UNKNOWN, LineStatus.APPLIED): "the points history shows its reference",
    (
        LineStatus.UNKNOWN,
        LineStatus.PENDING,
    ): "late enough, the history does not show it",
    (LineStatus.UNKNOWN, LineStatus.SKIPPED): "as above, and nothing is there to send it again",
    (
        LineStatus.UNKNOWN,
        LineStatus.UNSETTLED,
    ): "the history cannot tell, or Zid refuses us",
    (LineStatus.UNSETTLED, LineStatus.APPLIED): "the merchant says that it happened",
    (LineStatus.UNSETTLED, LineStatus.SKIPPED): "the merchant says that it did not happen",
    (
        LineStatus.UNSETTLED,
        LineStatus.UNKNOWN,
    ): "Zid takes the store's tokens again, or support asks: look again",
    (LineStatus.APPLIED, LineStatus.UNDONE): "the line that takes it back was applied",
}

# Lines whose outcome is written; the process that comes next leaves them alone.
LINE_DONE = frozenset(
    {LineStatus.APPLIED, LineStatus.REJECTED, LineStatus.SKIPPED, LineStatus.UNDONE}
)
LINE_IN_FLIGHT = frozenset({LineStatus.CLAIMED, LineStatus.UNKNOWN})
# Lines that a job cannot end without. An unsettled one waits for a person, perhaps for ever.
LINE_OPEN = frozenset({LineStatus.PENDING, *LINE_IN_FLIGHT})


class JobStatus(models.TextChoices):
    WRITING = "writing", _("Being prepared")
    DRAFT = "draft", _("Draft")
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    CANCELLING = "cancelling", _("Stopping")
    CANCELLED = "cancelled", _("Cancelled")
    FINISHED = "finished", _("Finished")


JOB_ARROWS: dict[tuple[JobStatus, JobStatus], str] = {
    (JobStatus.WRITING, JobStatus.DRAFT): "all of its lines are written",
    (JobStatus.WRITING, JobStatus.QUEUED): "they are, and its schedule had confirmed it",
    (JobStatus.WRITING, JobStatus.CANCELLING): "the merchant threw it away before it was complete",
    (JobStatus.DRAFT, JobStatus.QUEUED): "the merchant confirmed it",
    (JobStatus.DRAFT, JobStatus.WRITING): "the merchant takes in lines that the file hides",
    (JobStatus.DRAFT, JobStatus.CANCELLING): "the merchant threw it away before anything was sent",
    (JobStatus.QUEUED, JobStatus.RUNNING): "its turn came: the store has no other one running",
    (JobStatus.QUEUED, JobStatus.PAUSED): "the merchant paused it",
    (JobStatus.QUEUED, JobStatus.CANCELLING): "the merchant cancelled it, or Zid refuses us",
    (JobStatus.RUNNING, JobStatus.PAUSED): "the merchant paused it, or the app lacks a permission",
    (
        JobStatus.RUNNING,
        JobStatus.CANCELLING,
    ): "the merchant cancelled it, or Zid refuses us",
    (JobStatus.RUNNING, JobStatus.FINISHED): "every line has its outcome",
    (JobStatus.PAUSED, JobStatus.QUEUED): "the merchant resumed it",
    (JobStatus.PAUSED, JobStatus.CANCELLING): "the merchant cancelled it, or Zid refuses us",
    (JobStatus.CANCELLING, JobStatus.CANCELLED): "every line has its outcome, or is deleted",
}

JOB_STOPPABLE = frozenset({JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.PAUSED})
JOB_OVER = frozenset({JobStatus.CANCELLED, JobStatus.FINISHED})
JOB_NOT_OVER = tuple(status for status in JobStatus if status not in JOB_OVER)


class Direction(models.TextChoices):
    """Which way points move, as Zid writes it."""

    ADD = "+", _("Add")
    TAKE = "-", _("Take away")

    @property
    def opposite(self) -> Direction:
        return Direction.TAKE if self is Direction.ADD else Direction.ADD


class Action(models.TextChoices):
    """What a line asks for. The last two are worked out from the balance right before the call."""

    ADD = "add", _("Add points")
    TAKE = "take", _("Take points away")
    SET = "set", _("Set the balance to")
    RESET = "reset", _("Reset to zero")

    @property
    def direction(self) -> Direction | None:
        return {Action.ADD: Direction.ADD, Action.TAKE: Direction.TAKE}.get(self)
