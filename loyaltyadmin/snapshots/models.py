from __future__ import annotations

from typing import ClassVar

from django.db import models

from loyaltyadmin.stores.models import Store


class Snapshot(models.Model):
    """What Zid last said about a part of a store's program, so that a page need not wait for it.

    Holds settings and totals, and nothing about a customer.
    """

    class Part(models.TextChoices):
        PROGRAM = "program"
        INFO_PAGE = "info_page"

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="snapshots")
    part = models.CharField(max_length=9, choices=Part)
    state = models.JSONField()
    read_at = models.DateTimeField(help_text="when Zid was asked")
    changed_at = models.DateTimeField(null=True, help_text="when the app last changed it at Zid")
    answered_at = models.DateTimeField(
        null=True, help_text="the same, when Zid's answer to the change is in the state"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["store", "part"], name="one_snapshot_of_a_part")
        ]

    def __str__(self) -> str:
        return f"{self.part} of store {self.store_id}"
