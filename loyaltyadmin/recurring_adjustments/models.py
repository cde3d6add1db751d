from __future__ import annotations

import uuid
from dataclasses import fields
from typing import ClassVar

from django.db import models
from django.db.models import Q

from loyaltyadmin.points_adjustments.models import LATE, BulkAdjustment
from loyaltyadmin.recurring_adjustments.terms import Audience, Occasion, Terms, Weekday
from loyaltyadmin.segments.models import Segment
from loyaltyadmin.stores.models import Store


class RecurringAdjustment(models.Model):
    """A bulk adjustment that repeats: each time has its run, and a run that reaches anybody a job.

    It only ever adds points. It runs while it has no reason to be stopped, and then knows its next
    time.
    """

    class StopReason(models.TextChoices):
        NEW = "new"  # nobody has started it yet
        MERCHANT = "merchant"
        OVER = "over"  # its last day is behind it
        ACCESS = "access"  # the app was removed from the store

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="recurring_adjustments")
    occasion = models.CharField(max_length=8, choices=Occasion)
    weekday = models.CharField(max_length=9, choices=Weekday, null=True)  # noqa: DJ001
    day_of_month = models.PositiveSmallIntegerField(null=True)
    hour = models.PositiveSmallIntegerField(help_text="of the store's own clock")
    audience = models.CharField(max_length=11, choices=Audience)
    # Not the filters of that day: a segment is always its customers of today. Nor can it go while
    # something gives points to it.
    segment = models.ForeignKey(
        Segment, on_delete=models.RESTRICT, null=True, related_name="recurring_adjustments"
    )
    points = models.PositiveIntegerField(help_text="that each customer gets")
    reason = models.CharField(max_length=255)
    ends_on = models.DateField(null=True, help_text="the last day on which it may run")
    most_customers = models.PositiveIntegerField(
        null=True, help_text="a run for more of them stays a draft until it is confirmed"
    )
    stop_reason = models.CharField(max_length=8, choices=StopReason, blank=True)
    next_run_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="recurring_adjustment_runs_at_a_time_or_is_stopped",
                condition=Q(stop_reason="", next_run_at__isnull=False)
                | (~Q(stop_reason="") & Q(next_run_at=None)),
            ),
            models.CheckConstraint(
                name="recurring_adjustment_has_the_day_of_its_occasion",
                condition=Q(occasion=Occasion.BIRTHDAY, weekday=None, day_of_month=None)
                | Q(occasion=Occasion.WEEKLY, weekday__isnull=False, day_of_month=None)
                | Q(
                    occasion=Occasion.MONTHLY,
                    weekday=None,
                    day_of_month__gte=1,
                    day_of_month__lte=31,
                ),
            ),
            models.CheckConstraint(
                name="recurring_adjustment_has_the_segment_of_its_audience",
                condition=Q(audience=Audience.SEGMENT, segment__isnull=False)
                | (~Q(audience=Audience.SEGMENT) & Q(segment=None)),
            ),
            models.CheckConstraint(
                name="recurring_adjustment_gives_points", condition=Q(points__gt=0)
            ),
            models.CheckConstraint(
                name="recurring_adjustment_has_an_hour", condition=Q(hour__lte=23)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["store", "-created_at"], name="recurring_by_store"),
            models.Index(
                fields=["next_run_at"], name="recurring_due", condition=Q(next_run_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"recurring adjustment {self.id} of store {self.store_id}"

    @property
    def is_running(self) -> bool:
        """Whether it will come again by itself."""
        return not self.stop_reason

    @property
    def terms(self) -> Terms:
        values = {field.name: getattr(self, field.name) for field in fields(Terms)}
        values["occasion"] = Occasion(self.occasion)
        values["audience"] = Audience(self.audience)
        return Terms(**values)

    def take_on(self, terms: Terms) -> None:
        for field in fields(Terms):
            setattr(self, field.name, getattr(terms, field.name))


class Run(models.Model):
    """One time of a recurring adjustment, and what became of it."""

    class Outcome(models.TextChoices):
        STARTED = "started"  # its job was confirmed
        ASKS = "asks"  # its job is for more customers than it may be unasked, so it is a draft
        NOBODY = "nobody"  # there was no customer to give anything
        MISSED = "missed"  # too late: it could not run in time

    recurring_adjustment = models.ForeignKey(
        RecurringAdjustment, on_delete=models.CASCADE, related_name="runs"
    )
    due_at = models.DateTimeField()
    made_at = models.DateTimeField()
    outcome = models.CharField(max_length=7, choices=Outcome)
    times = models.PositiveIntegerField(
        default=1, help_text="how many times it stands for, when they were missed one after another"
    )
    job = models.OneToOneField(
        BulkAdjustment, on_delete=models.SET_NULL, null=True, related_name="run"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["recurring_adjustment", "due_at"], name="one_run_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"run of {self.recurring_adjustment_id} at {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def was_late(self) -> bool:
        return self.outcome != self.Outcome.MISSED and self.made_at - self.due_at > LATE


class Gift(models.Model):
    """A customer has got the points of an occasion, or is about to: nobody gets them twice.

    Written in the transaction that writes the line, and kept whatever becomes of that. It belongs
    to the store and outlives the recurring adjustment, so that another one does not start anew.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+", db_index=False)
    occasion = models.CharField(max_length=64, help_text="as Terms.occasion_on names it")
    customer_id = models.BigIntegerField()
    given_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["store", "occasion", "customer_id"],
                name="one_gift_per_customer_and_occasion",
            )
        ]

    def __str__(self) -> str:
        return f"gift to customer {self.customer_id} of store {self.store_id} for {self.occasion}"
