from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from loyaltyadmin.segments.criteria import Criteria
from loyaltyadmin.stores.models import Store


class Segment(models.Model):
    """A part of a store's customers, by what they have in common: always those of today."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    store = models.ForeignKey(Store, on_delete=models.CASCADE, related_name="segments")
    name = models.CharField(max_length=80)
    criteria_json = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("store", Lower("name"), name="one_segment_per_name")
        ]

    def __str__(self) -> str:
        return f"segment {self.id} of store {self.store_id}"

    @property
    def criteria(self) -> Criteria:
        return Criteria.from_json(self.criteria_json)
