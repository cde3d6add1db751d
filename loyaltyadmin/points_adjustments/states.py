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
    APPLIED = "applied", _("Done")
    REJECTED = "rejected", _("Refused by Zid")
    SKIPPED = "skipped", _("Not sent")


LINE_ARROWS: dict[tuple[LineStatus, LineStatus], str] = {
    (LineStatus.PENDING, LineStatus.CLAIMED): "a process took it and is about to send it",
    (LineStatus.PENDING, LineStatus.SKIPPED): "its bulk adjustment was cancelled before its turn",
    (LineStatus.CLAIMED, LineStatus.APPLIED): "Zid answered with the entry it made",
    (LineStatus.CLAIMED, LineStatus.REJECTED): "Zid answered that it will not",
    (
        LineStatus.CLAIMED,
        LineStatus.PENDING,
    ): "it provably did not reach Zid, or was refused for now",
    (
        LineStatus.CLAIMED,
        LineStatus.SKIPPED,
    ): "as above, and there is nothing that would send it again",
    (
        LineStatus.CLAIMED,
        LineStatus.UNKNOWN,
    ): "the answer was lost, or the process that took it died",
    (LineStatus.UNKNOWN, LineStatus.APPLIED): "the points history shows its reference",
    (
        LineStatus.UNKNOWN,
        LineStatus.PENDING,
    ): "asked late enough, the points history does not show it",
    (
        LineStatus.UNKNOWN,
        LineStatus.SKIPPED,
    ): "as above, and there is nothing that would send it again",
}

LINE_DONE = frozenset({LineStatus.APPLIED, LineStatus.REJECTED, LineStatus.SKIPPED})
LINE_IN_FLIGHT = frozenset({LineStatus.CLAIMED, LineStatus.UNKNOWN})


class JobStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    CANCELLING = "cancelling", _("Stopping")
    CANCELLED = "cancelled", _("Cancelled")
    FINISHED = "finished", _("Finished")


JOB_ARROWS: dict[tuple[JobStatus, JobStatus], str] = {
    (JobStatus.DRAFT, JobStatus.QUEUED): "the merchant confirmed it",
    (JobStatus.DRAFT, JobStatus.CANCELLED): "the merchant threw it away before anything was sent",
    (JobStatus.QUEUED, JobStatus.RUNNING): "its turn came: the store has no other one running",
    (JobStatus.QUEUED, JobStatus.PAUSED): "the merchant paused it",
    (JobStatus.QUEUED, JobStatus.CANCELLING): "the merchant cancelled it",
    (
        JobStatus.RUNNING,
        JobStatus.PAUSED,
    ): "the merchant paused it, or Zid refused the store's tokens",
    (JobStatus.RUNNING, JobStatus.CANCELLING): "the merchant cancelled it",
    (JobStatus.RUNNING, JobStatus.FINISHED): "every line has its outcome",
    (JobStatus.PAUSED, JobStatus.QUEUED): "the merchant resumed it",
    (JobStatus.PAUSED, JobStatus.CANCELLING): "the merchant cancelled it",
    (JobStatus.CANCELLING, JobStatus.CANCELLED): "every line has its outcome, sent or not",
}

JOB_OVER = frozenset({JobStatus.CANCELLED, JobStatus.FINISHED})
JOB_WAITING_OR_RUNNING = frozenset({JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.CANCELLING})


class Direction(models.TextChoices):
    ADD = "+", _("Add")
    TAKE = "-", _("Take away")
