from __future__ import annotations

from typing import Any

from django import template

from loyaltyadmin.notices import carriers, operations, progress
from loyaltyadmin.notices.models import Fate, Notice
from loyaltyadmin.points_adjustments.models import BulkAdjustment

register = template.Library()


@register.simple_tag
def notice_of(job: BulkAdjustment) -> dict[str, Any]:
    """What a bulk adjustment's customers are told; pages of other packages show it by this tag."""
    notice = Notice.objects.filter(job=job).first()
    counts = progress.progress_of(notice=notice) if notice else None
    return {
        "notice": notice,
        "progress": counts,
        "has_unknown": counts is not None and any(it is Fate.UNKNOWN for it, _ in counts.others),
        "may_ask": operations.may_ask(job=job),
        "is_set_up": bool(carriers.configured()),
        # After one that was cancelled only if the merchant asks for it then.
        "is_off": notice is None
        or notice.stopped_at is not None
        or (
            job.ended_at is not None and job.cancel_reason != "" and notice.asked_at <= job.ended_at
        ),
    }
