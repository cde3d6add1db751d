from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from loyaltyadmin.stores.models import Store


class Action(models.TextChoices):
    """What was asked for; each is the name of the operation that does it."""

    SET_ACTIVATION = "set_activation"
    SET_POINTS_EXPIRATION = "set_points_expiration"
    TOGGLE_CASHBACK_RULE = "toggle_cashback_rule"
    UPDATE_CASHBACK_RULE = "update_cashback_rule"
    TOGGLE_REDEMPTION_METHOD = "toggle_redemption_method"
    ADD_REDEMPTION_METHOD = "add_redemption_method"
    UPDATE_REDEMPTION_METHOD = "update_redemption_method"
    DELETE_REDEMPTION_METHOD = "delete_redemption_method"
    UPDATE_INFO_PAGE = "update_info_page"
    ADJUST_CUSTOMER_POINTS = "adjust_customer_points"
    DECIDE_LINE = "decide_line"
    SET_BULK_SAFEGUARDS = "set_bulk_safeguards"
    START_BULK_ADJUSTMENT = "start_bulk_adjustment"
    EDIT_BULK_ADJUSTMENT = "edit_bulk_adjustment"
    ASK_FOR_APPROVAL = "ask_for_approval"
    CONFIRM_BULK_ADJUSTMENT = "confirm_bulk_adjustment"
    PAUSE_BULK_ADJUSTMENT = "pause_bulk_adjustment"
    RESUME_BULK_ADJUSTMENT = "resume_bulk_adjustment"
    CANCEL_BULK_ADJUSTMENT = "cancel_bulk_adjustment"
    UNDO_BULK_ADJUSTMENT = "undo_bulk_adjustment"
    RETRY_BULK_ADJUSTMENT = "retry_bulk_adjustment"
    TELL_CUSTOMERS = "tell_customers"
    STOP_TELLING = "stop_telling"
    ADD_SEGMENT = "add_segment"
    UPDATE_SEGMENT = "update_segment"
    DELETE_SEGMENT = "delete_segment"
    SET_PRESETS = "set_presets"
    ADD_RECURRING_ADJUSTMENT = "add_recurring_adjustment"
    UPDATE_RECURRING_ADJUSTMENT = "update_recurring_adjustment"
    RESUME_RECURRING_ADJUSTMENT = "resume_recurring_adjustment"
    STOP_RECURRING_ADJUSTMENT = "stop_recurring_adjustment"
    DELETE_RECURRING_ADJUSTMENT = "delete_recurring_adjustment"
    ASK_FOR_ERASURE = "ask_for_erasure"
    CANCEL_ERASURE = "cancel_erasure"


class Change(models.Model):
    """Who wanted to change what, from what to what: what an attempt and an entry both say."""

    class Who(models.TextChoices):
        MERCHANT = "merchant"  # in Zid's dashboard, which does not say which of its people it is
        OPERATOR = "operator"  # by a command on the server
        SCHEDULE = "schedule"  # nobody: the time of a recurring adjustment had come

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    who = models.CharField(max_length=8, choices=Who)
    session = models.CharField(
        max_length=8, blank=True, help_text="tells one merchant's session from another's"
    )
    action = models.CharField(max_length=32, choices=Action)
    subject = models.CharField(max_length=64, blank=True, help_text="the id of what was changed")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True, help_text="what was asked for, or what Zid made of it")
    restores = models.ForeignKey(
        "Entry",
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text="the entry whose state before it this change brings back",
    )

    class Meta:
        abstract = True


class Attempt(Change):
    """A change that is being sent to Zid; its entry takes its place once Zid has answered.

    Written before the call, so that a process that dies in between leaves a trace: what nobody
    finished becomes an entry with an unknown outcome (docs/adr/0012).
    """

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"attempt to {self.action} on store {self.store_id} at {self.at:%Y-%m-%d %H:%M:%S}"


class Entry(Change):
    """One change that somebody made, or tried to make, through the app.

    Written once and never changed: the database refuses an update, and a deletion while the store
    has the app (the triggers are in the migrations). What became of points is not kept here a
    second time; it stands in the line or the bulk adjustment that `line_id` and `job_id` name.
    """

    class Outcome(models.TextChoices):
        DONE = "done"
        REFUSED = "refused"
        UNKNOWN = "unknown"  # Zid's answer was lost

    outcome = models.CharField(max_length=7, choices=Outcome)
    zid_message = models.TextField(blank=True, help_text="Zid's own words, when it refused")
    customer_id = models.BigIntegerField(null=True)
    # No foreign keys: the packages above know what these are.
    job_id = models.UUIDField(null=True)
    line_id = models.BigIntegerField(null=True)
    searched = models.TextField(
        blank=True, help_text="everything above that somebody may search for (activity.search)"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="activity_words_come_with_a_refusal",
                condition=Q(zid_message="") | Q(outcome="refused"),
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["store", "-at", "-id"]),
            models.Index(fields=["store", "action", "-at", "-id"]),
            models.Index(
                name="activity_of_a_customer",
                fields=["store", "customer_id", "-at"],
                condition=Q(customer_id__isnull=False),
            ),
            models.Index(
                name="activity_of_a_job",
                fields=["store", "job_id", "-at"],
                condition=Q(job_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} on store {self.store_id} at {self.at:%Y-%m-%d %H:%M:%S}"
