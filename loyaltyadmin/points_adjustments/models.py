from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from loyaltyadmin.points_adjustments import reference
from loyaltyadmin.points_adjustments.states import (
    JOB_ARROWS,
    JOB_NOT_OVER,
    JOB_OVER,
    LINE_ARROWS,
    LINE_DONE,
    LINE_IN_FLIGHT,
    LINE_OPEN,
    Action,
    Direction,
    JobStatus,
    LineStatus,
)
from loyaltyadmin.stores.models import Store
from loyaltyadmin.telemetry import metrics

# A scheduled start is missed when it is later than this; a queue's wait is shown as such.
LATE = dt.timedelta(minutes=10)
_ENDING = [JobStatus.CANCELLING, JobStatus.CANCELLED]
_MAY_BE_UNCONFIRMED = [JobStatus.WRITING, JobStatus.DRAFT, *_ENDING]
_HAPPENED = [LineStatus.APPLIED, LineStatus.UNDONE]
_SENT = [
    LineStatus.CLAIMED,
    LineStatus.UNKNOWN,
    LineStatus.UNSETTLED,
    LineStatus.APPLIED,
    LineStatus.UNDONE,
]


class JobQuerySet(models.QuerySet["BulkAdjustment"]):
    def kept(self) -> JobQuerySet:
        """Without the drafts that were thrown away."""
        return self.exclude(status__in=_ENDING, confirmed_at=None)


class BulkAdjustment(models.Model):
    """A job: many customers' points changed one after another, and how far that is.

    It holds no counts and no cursor. Progress is what its lines say, so it cannot drift. Only when
    they are so old that they are removed are their counts kept in their place.
    """

    class Source(models.TextChoices):
        PAGE = "page"
        COMMAND = "command"
        CHOSEN = "chosen"  # customers of the store's own list, without a file
        RECURRING = "recurring"  # made by itself, because its time had come

    class PauseReason(models.TextChoices):
        MERCHANT = "merchant"
        SCOPE = "scope"  # the app lacks a permission that the merchant can give

    class CancelReason(models.TextChoices):
        MERCHANT = "merchant"
        ACCESS = "access"  # Zid no longer takes the store's tokens: the app was removed

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="bulk_adjustments")
    status = models.CharField(max_length=10, choices=JobStatus, default=JobStatus.DRAFT)
    source = models.CharField(max_length=9, choices=Source)
    file_name = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=255, blank=True)
    pause_reason = models.CharField(max_length=8, choices=PauseReason, blank=True)
    cancel_reason = models.CharField(max_length=8, choices=CancelReason, blank=True)
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="undone_by"
    )
    retries = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="retried_by"
    )
    corrects = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="corrected_by",
        help_text="whose lines that were not made came back in a file",
    )
    content_digest = models.CharField(
        max_length=64, blank=True, help_text="tells the file from others, letter by letter"
    )
    lines_digest = models.CharField(
        max_length=64, blank=True, help_text="tells the list from others, whatever its order"
    )
    approval_asked_at = models.DateTimeField(
        null=True, help_text="since when a draft waits for a second manager"
    )
    approval_asked_by = models.CharField(
        max_length=8, blank=True, help_text="the session that asked, as the activity knows it"
    )
    hidden_columns = models.JSONField(
        default=list, help_text="letters of columns that the file hides and that were not read"
    )
    balances_checked_at = models.DateTimeField(
        null=True, help_text="when the draft of an undo was held against today's balances"
    )
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    starts_at = models.DateTimeField(null=True, help_text="not before; null is at once")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    lines_removed_at = models.DateTimeField(
        null=True, help_text="when its lines were old enough to go"
    )
    counts = models.JSONField(
        null=True, help_text="what its lines had come to, once they are removed"
    )

    # A manager with all of the queryset's methods, whatever its class is called.
    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["store"],
                condition=Q(status=JobStatus.RUNNING),
                name="one_bulk_adjustment_runs_per_store",
            ),
            models.CheckConstraint(
                name="bulk_adjustment_confirmed_before_it_runs",
                condition=Q(status__in=_MAY_BE_UNCONFIRMED) | Q(confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="bulk_adjustment_over_has_an_end",
                condition=Q(status__in=JOB_OVER, ended_at__isnull=False)
                | (~Q(status__in=JOB_OVER) & Q(ended_at=None)),
            ),
            models.CheckConstraint(
                name="bulk_adjustment_paused_has_a_reason",
                condition=(Q(status=JobStatus.PAUSED) & ~Q(pause_reason=""))
                | (~Q(status=JobStatus.PAUSED) & Q(pause_reason="")),
            ),
            models.CheckConstraint(
                name="bulk_adjustment_cancelled_has_a_reason",
                condition=(Q(status__in=_ENDING) & ~Q(cancel_reason=""))
                | (~Q(status__in=_ENDING) & Q(cancel_reason="")),
            ),
            models.CheckConstraint(
                name="bulk_adjustment_without_lines_has_counts",
                condition=Q(lines_removed_at=None, counts__isnull=True)
                | Q(status__in=JOB_OVER, lines_removed_at__isnull=False, counts__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["store", "status", "confirmed_at"]),
            # What the sweep looks through every two seconds, of all stores.
            models.Index(
                fields=["status"],
                name="jobs_not_over",
                condition=Q(status__in=JOB_NOT_OVER),
            ),
            models.Index(fields=["store", "content_digest"], name="jobs_by_content"),
            models.Index(fields=["store", "lines_digest"], name="jobs_by_lines"),
        ]

    def __str__(self) -> str:
        return f"bulk adjustment {self.id} of store {self.store_id}"

    def get_status_display(self) -> str:  # type: ignore[no-redef]  # mypy's plugin adds Django's
        """Django's own would work out all labels for every row of a list."""
        return str(JobStatus(self.status).label)

    def move(self, *, to: JobStatus, **fields: Any) -> bool:
        """This will change the status unless another process did so first; tells whether it has.

        Raises: ValueError for a way that the table does not have.
        """
        origin = JobStatus(self.status)
        if (origin, to) not in JOB_ARROWS:
            raise ValueError(f"no bulk adjustment goes from {origin} to {to}")
        fields.setdefault("pause_reason", "")
        moved = BulkAdjustment.objects.filter(id=self.id, status=origin).update(status=to, **fields)
        if moved:
            metrics.JOBS_MOVED.labels(to=to).inc()
            self.status = to
            for name, value in fields.items():
                setattr(self, name, value)
        return moved == 1

    @property
    def is_over(self) -> bool:
        return self.status in JOB_OVER

    @property
    def has_lines_to_follow(self) -> bool:
        """Whether it is over and its lines are there, to be taken back or sent again."""
        return self.is_over and self.lines_removed_at is None

    @property
    def is_discarded(self) -> bool:
        """Whether it was thrown away before anybody had confirmed it: no page lists it any more."""
        return self.confirmed_at is None and self.status in _ENDING

    @property
    def why_skipped(self) -> str:
        """The problem of the lines that it was cancelled before; empty if it was not."""
        if not self.cancel_reason:
            return ""
        return "access_lost" if self.cancel_reason == self.CancelReason.ACCESS else "cancelled"

    @property
    def is_scheduled(self) -> bool:
        """Whether it waits for its hour."""
        return (
            self.status == JobStatus.QUEUED
            and self.starts_at is not None
            and self.starts_at > timezone.now()
        )

    @property
    def is_paused_before_its_hour(self) -> bool:
        """Whether it was paused while it waited: resumed, it waits again."""
        return (
            self.status == JobStatus.PAUSED
            and self.starts_at is not None
            and self.starts_at > timezone.now()
        )

    @property
    def started_late(self) -> bool:
        """Whether it missed its hour, because nothing was running then."""
        return (
            self.starts_at is not None
            and self.started_at is not None
            and self.started_at - self.starts_at > LATE
        )


class LeftOut(models.Model):
    """A line that is not sent as it stands: what was wrong with it, and what it said.

    Not a Line: those move points, and what nobody could read cannot. Put right in the draft it
    becomes one; otherwise it stays as an account of what was left out.
    """

    job = models.ForeignKey(
        BulkAdjustment, on_delete=models.CASCADE, related_name="left_out", db_index=False
    )
    position = models.PositiveIntegerField(help_text="the line's number in the file")
    code = models.CharField(max_length=32, help_text="why, of `words.FILE_PROBLEMS`")
    value = models.CharField(max_length=64, blank=True, help_text="what the code is about")
    customer = models.CharField(max_length=255, blank=True)
    points = models.CharField(max_length=255, blank=True)
    action = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=255, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["job", "position"], name="one_left_out_line_per_position"
            )
        ]

    def __str__(self) -> str:
        return f"line {self.position} left out of {self.job_id}"


class Unwritten(models.Model):
    """A thousand lines that a bulk adjustment is to have and has not yet, as they were read.

    It goes in the transaction that writes them (`writing`).
    """

    job = models.ForeignKey(BulkAdjustment, on_delete=models.CASCADE, related_name="unwritten")
    lines = models.JSONField(default=list, help_text="values of `lines.LINE_FIELDS`")
    left_out = models.JSONField(default=list, help_text="values of `lines.LEFT_OUT_FIELDS`")
    rows_count = models.PositiveIntegerField(help_text="how many these are together")

    def __str__(self) -> str:
        return f"{self.rows_count} lines to be written of {self.job_id}"


class Upload(models.Model):
    """A file of which a person has to say which column is what.

    It is full of customers' data, so it is kept no longer than it can be asked about: until its
    draft is confirmed or thrown away, and a day at most (`uploads.forget_old`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="uploads")
    job = models.OneToOneField(
        BulkAdjustment, on_delete=models.CASCADE, null=True, related_name="upload"
    )
    file_name = models.CharField(max_length=255, blank=True)
    content = models.BinaryField()
    reason = models.CharField(max_length=255, blank=True)
    choice = models.JSONField(default=dict, help_text="which column is what, as it was said last")
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"upload {self.id} of store {self.store_id}"


class LineQuerySet(models.QuerySet["Line"]):
    def due_for_a_look(self, *, now: dt.datetime) -> LineQuerySet:
        """Unknown lines whose customer's points history is to be read now."""
        return self.filter(status=LineStatus.UNKNOWN, look_at__lte=now)

    def kept(self) -> LineQuerySet:
        """Without those of drafts that were thrown away."""
        return self.exclude(job__status__in=_ENDING, job__confirmed_at=None)

    def in_flight_for(self, *, store_id: Any, customer_id: Any) -> LineQuerySet:
        """Lines that may be changing a customer's balance at this moment, or may yet have."""
        return self.filter(store_id=store_id, customer_id=customer_id, status__in=LINE_IN_FLIGHT)


class Line(models.Model):
    """One change of one customer's points: the row comes first, then the call, then the outcome.

    Every point that this app moves has its line, whether of a bulk adjustment or, with `job` null,
    of a single one.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="lines")
    job = models.ForeignKey(
        BulkAdjustment, on_delete=models.CASCADE, null=True, related_name="lines"
    )
    position = models.PositiveIntegerField(default=1, help_text="the line's number in the file")
    customer_id = models.BigIntegerField()
    action = models.CharField(max_length=5, choices=Action)
    target = models.PositiveIntegerField(
        null=True, help_text="the balance to reach, for `set` and `reset`"
    )
    balance_before = models.IntegerField(
        null=True, help_text="the balance that Zid showed when `points` was worked out"
    )
    # What is sent. Null while a `set` or a `reset` has not been worked out.
    direction = models.CharField(max_length=1, choices=Direction, blank=True)
    points = models.PositiveIntegerField(null=True)
    reason = models.CharField(max_length=255, blank=True, help_text="the merchant's own text")
    reference = models.CharField(max_length=16, unique=True, default=reference.new, editable=False)

    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="undone_by"
    )
    retries = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="retried_by"
    )
    submission = models.UUIDField(
        null=True, unique=True, help_text="which form sent it, so that a double click adjusts once"
    )
    status = models.CharField(max_length=9, choices=LineStatus, default=LineStatus.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="how often it was sent")
    claim = models.UUIDField(null=True, help_text="which process is sending it")
    claimed_at = models.DateTimeField(null=True)
    unknown_at = models.DateTimeField(null=True, help_text="since when the outcome is unknown")
    look_at = models.DateTimeField(null=True, help_text="when to read the points history next")
    applied_at = models.DateTimeField(null=True, help_text="the date of Zid's own entry")
    ended_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=32, blank=True, help_text="a code of ours")
    zid_message = models.TextField(blank=True, help_text="why not, in Zid's own words")
    created_at = models.DateTimeField()

    objects: ClassVar[LineQuerySet] = LineQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "position"], name="one_line_per_position"),
            models.CheckConstraint(
                name="line_moves_points",
                condition=Q(points__gt=0, direction__in=Direction.values)
                | Q(points=None, direction=""),
            ),
            models.CheckConstraint(
                name="line_says_what_it_asks_for",
                condition=Q(action__in=[Action.ADD, Action.TAKE], target=None, points__isnull=False)
                | Q(action=Action.SET, target__isnull=False)
                | Q(action=Action.RESET, target=0),
            ),
            models.CheckConstraint(
                name="line_sent_moved_points",
                condition=~Q(status__in=_SENT) | Q(points__isnull=False),
            ),
            models.CheckConstraint(
                name="line_claimed_by_somebody",
                condition=Q(
                    status=LineStatus.CLAIMED, claim__isnull=False, claimed_at__isnull=False
                )
                | (~Q(status=LineStatus.CLAIMED) & Q(claim=None)),
            ),
            models.CheckConstraint(
                name="line_unknown_will_be_looked_at",
                condition=Q(
                    status=LineStatus.UNKNOWN, unknown_at__isnull=False, look_at__isnull=False
                )
                | (~Q(status=LineStatus.UNKNOWN) & Q(look_at=None)),
            ),
            models.CheckConstraint(
                name="line_applied_has_zids_date",
                condition=Q(status__in=_HAPPENED, applied_at__isnull=False)
                | (~Q(status__in=_HAPPENED) & Q(applied_at=None)),
            ),
            models.CheckConstraint(
                name="line_done_has_an_end",
                condition=Q(status__in=LINE_DONE, ended_at__isnull=False)
                | (~Q(status__in=LINE_DONE) & Q(ended_at=None)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["job", "status", "position"]),
            models.Index(
                fields=["store", "look_at"],
                name="line_unknown",
                condition=Q(status=LineStatus.UNKNOWN),
            ),
            models.Index(
                fields=["created_at"],
                name="line_single_pending",
                condition=Q(status=LineStatus.PENDING, job=None),
            ),
            # Every sweep looks for those of stores that came back.
            models.Index(
                fields=["store"],
                name="line_unsettled",
                condition=Q(status=LineStatus.UNSETTLED),
            ),
            models.Index(
                fields=["ended_at"],
                name="line_single_ended",
                condition=Q(job=None, ended_at__isnull=False),
            ),
            models.Index(
                fields=["claimed_at"], name="line_claimed", condition=Q(status=LineStatus.CLAIMED)
            ),
            models.Index(fields=["store", "customer_id", "-created_at"]),
        ]

    def __str__(self) -> str:
        return f"line {self.reference} of store {self.store_id}"

    def get_status_display(self) -> str:  # type: ignore[no-redef]  # mypy's plugin adds Django's
        """Django's own would work out all labels for every row of a list."""
        return str(LineStatus(self.status).label)

    @property
    def is_open(self) -> bool:
        """Whether its outcome is still to come."""
        return self.status in LINE_OPEN

    @property
    def sent_reason(self) -> str:
        """The reason as Zid gets it, with the reference at its end."""
        return reference.reason_with(self.reference, text=self.reason)

    @property
    def balance_after(self) -> int | None:
        """The balance that the line left, where the one before it was read for it and it was made.

        Zid's answer to an adjustment does not tell.
        """
        if self.status not in _HAPPENED or self.target is None or self.balance_before is None:
            return None
        moved = self.points or 0
        return self.balance_before + (moved if self.direction == Direction.ADD else -moved)

    def move(self, *, to: LineStatus, only_if_running: bool = False, **fields: Any) -> bool:
        """This will change the status unless another process did so first; tells whether it has.

        A claimed line is moved only by who knows its claim, an unknown one only by who knows
        since when: what was read about an earlier doubt says nothing about a later one. With
        `only_if_running` the line's bulk adjustment, if it has one, must be running too.

        Raises: ValueError for a way that the table does not have.
        """
        origin = LineStatus(self.status)
        if (origin, to) not in LINE_ARROWS:
            raise ValueError(f"no line goes from {origin} to {to}")
        if to is not LineStatus.CLAIMED:
            fields["claim"] = None
        if to is not LineStatus.UNKNOWN:
            fields["look_at"] = None
        if to is LineStatus.PENDING and self.target is not None:
            # Worked out anew: the balance may have changed since.
            fields |= {"points": None, "direction": "", "balance_before": None}
        rows = Line.objects.filter(
            id=self.id, status=origin, claim=self.claim, unknown_at=self.unknown_at
        )
        if only_if_running and self.job_id is not None:
            # A subquery on the job alone: the line's own conditions must stand in the UPDATE
            # itself, where PostgreSQL checks them again after waiting for a lock.
            rows = rows.filter(
                job_id__in=BulkAdjustment.objects.filter(
                    id=self.job_id, status=JobStatus.RUNNING
                ).values("id")
            )
        moved = rows.update(status=to, **fields)
        if moved:
            metrics.LINES.labels(to=to).inc()
            self.status = to
            for name, value in fields.items():
                setattr(self, name, value)
        return moved == 1


class Safeguards(models.Model):
    """What a store wants to be asked before a bulk adjustment starts."""

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True)
    type_number_above = models.PositiveIntegerField(
        null=True, default=1000, help_text="more customers than this have to be typed as a number"
    )
    needs_second_manager = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"safeguards of store {self.store_id}"

    def wants_number(self, *, customers: int) -> bool:
        """Whether whoever starts one for so many customers has to type how many they are."""
        return self.type_number_above is not None and customers > self.type_number_above

    @property
    def state(self) -> dict[str, object]:
        """As the activity keeps it."""
        return {
            "type_number_above": self.type_number_above,
            "needs_second_manager": self.needs_second_manager,
        }


class Turn(models.Model):
    """Who is working on a store's lines: one process at a time, for as long as it renews.

    Only a matter of order: what keeps a line from being sent twice is its claim.
    """

    store = models.OneToOneField(Store, on_delete=models.CASCADE, primary_key=True)
    holder = models.UUIDField(null=True)
    held_until = models.DateTimeField(null=True)
    woken_at = models.DateTimeField(null=True, help_text="when a worker was last told to come")

    def __str__(self) -> str:
        return f"turn of store {self.store_id}"
