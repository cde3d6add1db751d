from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.stores.models import Store

TEXT_FIELDS = ("subject_ar", "text_ar", "subject_en", "text_en")


class Notice(models.Model):
    """What customers are told about their adjustment, because the merchant said so.

    Those of a bulk adjustment, or with `line` the customer of a single one.
    """

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="notices")
    job = models.OneToOneField(
        BulkAdjustment, on_delete=models.CASCADE, null=True, related_name="notice"
    )
    line = models.OneToOneField(Line, on_delete=models.CASCADE, null=True, related_name="notice")
    channel = models.CharField(max_length=5, choices=Channel)
    # A language without a text is not written in; with two, every customer gets both.
    subject_ar = models.CharField(max_length=150, blank=True)
    text_ar = models.TextField(blank=True)
    subject_en = models.CharField(max_length=150, blank=True)
    text_en = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    look_at = models.DateTimeField(help_text="when to look next whether somebody is to be told")
    position = models.PositiveIntegerField(
        default=0, help_text="after which line to look next, before all are looked at again"
    )
    stopped_at = models.DateTimeField(null=True, help_text="when the merchant stopped it")
    ended_at = models.DateTimeField(null=True, help_text="when everybody had been told")
    counts = models.JSONField(
        null=True,
        help_text="how many messages had which fate, once they are removed with their lines",
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="notice_says_something", condition=~Q(text_ar="", text_en="")
            ),
            models.CheckConstraint(
                name="notice_is_about_one_adjustment",
                condition=Q(job__isnull=False, line=None) | Q(job=None, line__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["channel", "look_at"],
                name="notice_open",
                condition=Q(stopped_at=None, ended_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"notice {self.id} of store {self.store_id}"

    @property
    def is_open(self) -> bool:
        """Whether there may be somebody still to be told."""
        return self.stopped_at is None and self.ended_at is None

    @property
    def is_off(self) -> bool:
        """Whether nobody is told unless the merchant asks for it again: it was stopped, or its bulk
        adjustment was cancelled afterwards.
        """
        if self.stopped_at is not None or self.job is None:
            return self.stopped_at is not None
        ended_at = self.job.ended_at if self.job.cancel_reason else None
        return ended_at is not None and self.asked_at <= ended_at

    @property
    def needs_balance(self) -> bool:
        return any("{balance}" in it for it in self.texts.values())

    @property
    def texts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in TEXT_FIELDS}

    @property
    def lines(self) -> models.QuerySet[Line]:
        """The lines that it is about, whatever became of them."""
        about = Q(id=self.line_id) if self.job_id is None else Q(job=self.job_id)
        return Line.objects.filter(about)


class Recipient(models.Model):
    """An address that a store has written to, as a keyed hash: what its owner wants lasts for ever.

    The address itself is not here, and neither is the store as a row: both may be erased, and who
    asked not to be written to is still left alone (docs/adr/0013).
    """

    store_id = models.BigIntegerField()
    channel = models.CharField(max_length=5, choices=Channel)
    fingerprint = models.CharField(max_length=64)
    token = models.CharField(
        max_length=22, unique=True, help_text="opens the page to opt out (`addresses.token_of`)"
    )
    opted_out_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True, help_text="when nobody was there any more")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["store_id", "channel", "fingerprint"], name="one_row_per_address"
            )
        ]

    def __str__(self) -> str:
        return f"recipient {self.id} of store {self.store_id}"

    @property
    def hindrance(self) -> Fate | None:
        """Why nobody writes there any more; None while somebody may."""
        if self.opted_out_at is not None:
            return Fate.OPTED_OUT
        return Fate.BOUNCED if self.bounced_at is not None else None


class OptOut(models.Model):
    """That somebody asked not to be written to by a link of which nothing was kept any more.

    Its store had been erased. Should that come back and write to the same address, the address has
    the same token, and is left alone.
    """

    token = models.CharField(max_length=22, primary_key=True)
    opted_out_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"opt-out of {self.opted_out_at:%Y-%m-%d}"


class Fate(models.TextChoices):
    """What became of telling one customer about one line."""

    SENDING = "sending", _("Being sent")
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Told")
    NO_ADDRESS = "no_address", _("No address")
    OPTED_OUT = "opted_out", _("Asked not to be written to")
    BOUNCED = "bounced", _("The address does not exist")
    REFUSED = "refused", _("Not accepted")
    WITHDRAWN = "withdrawn", _("Not told")
    UNKNOWN = "unknown", _("May not have been told")


class Message(models.Model):
    """A line whose customer is told, or not. The row comes first and is committed; then it is sent.

    There is one for each line, ever, and one that was handed over is never handed over again: to be
    told twice of one gift is to believe in two.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="messages")
    line = models.OneToOneField(Line, on_delete=models.CASCADE, related_name="message")
    recipient = models.ForeignKey(Recipient, on_delete=models.PROTECT, null=True)
    fate = models.CharField(max_length=10, choices=Fate)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, help_text="when it was handed over last")
    try_at = models.DateTimeField(null=True, help_text="when to try again what was not taken")
    ended_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=32, blank=True, help_text="what the other side answered")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="message_under_way_has_no_end",
                condition=Q(fate__in=[Fate.SENDING, Fate.WAITING], ended_at=None)
                | (~Q(fate__in=[Fate.SENDING, Fate.WAITING]) & Q(ended_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="message_waiting_is_tried_again",
                condition=Q(fate=Fate.WAITING, try_at__isnull=False)
                | (~Q(fate=Fate.WAITING) & Q(try_at=None)),
            ),
            models.CheckConstraint(
                name="message_sent_was_claimed",
                condition=~Q(fate__in=[Fate.SENDING, Fate.SENT, Fate.UNKNOWN])
                | Q(claimed_at__isnull=False, recipient__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["notice", "fate"]),
            models.Index(
                fields=["claimed_at"], name="message_sending", condition=Q(fate=Fate.SENDING)
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.id}"


class Outbox(models.Model):
    """Who sends on a channel at the moment: one process of the whole installation, at its pace."""

    channel = models.CharField(max_length=5, choices=Channel, primary_key=True)
    holder = models.UUIDField(null=True)
    held_until = models.DateTimeField(null=True)
    wait_until = models.DateTimeField(null=True, help_text="not before, after trouble")

    def __str__(self) -> str:
        return f"outbox {self.channel}"
