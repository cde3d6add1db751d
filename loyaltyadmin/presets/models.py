from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.stores.models import Store


class PresetAction(models.TextChoices):
    """What a preset does; the form of an adjustment knows them by the same words."""

    ADD = "add", _("Add points")
    TAKE = "take", _("Take points away")


class Preset(models.Model):
    """Points and a reason that a store uses often, to fill the form of an adjustment in with."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="presets")
    position = models.PositiveSmallIntegerField()
    action = models.CharField(max_length=4, choices=PresetAction)
    points = models.PositiveIntegerField()
    reason = models.CharField(max_length=255)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["store", "position"], name="one_preset_per_position")
        ]

    def __str__(self) -> str:
        return f"preset {self.position} of store {self.store_id}"
