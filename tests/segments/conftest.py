from __future__ import annotations

from typing import Any

from django.utils import timezone

from loyaltyadmin.segments.criteria import Criteria
from loyaltyadmin.segments.models import Segment
from loyaltyadmin.stores.models import Store


def make_segment(store: Store, name: str = "كبار العملاء", **criteria: Any) -> Segment:
    now = timezone.now()
    asked = Criteria(**(criteria or {"points_from": 100}))
    return Segment.objects.create(
        store=store, name=name, criteria_json=asked.to_json(), created_at=now, updated_at=now
    )
