"""What a restored backup says about lines is what held when it was made, and no longer a proof."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.points_adjustments import endings, operations
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import JOB_STOPPABLE, JobStatus, LineStatus


def after_restore(*, now: dt.datetime) -> list[str]:
    """This will have nothing sent again that was sent after a backup was made; tells what it did.

    1. Drafts are thrown away: they may have been confirmed since, and nothing shows which.
    2. A line that was waiting to be sent is unknown: its reference is looked up in the customer's
       points history, and only if it is not there is the line sent. One that sets a balance waits
       as before: it is worked out from the balance of the moment, so a second time moves nothing.

    Nothing else may run meanwhile.
    """
    drafts = BulkAdjustment.objects.filter(status__in=[JobStatus.WRITING, JobStatus.DRAFT])
    thrown_away = 0
    for draft in drafts:
        operations.cancel_bulk_adjustment(job=draft, by=OPERATOR)
        endings.clear_all(job=draft)
        thrown_away += 1
    doubted = (
        Line.objects.kept()
        .filter(
            Q(job=None) | Q(job__status__in=[*JOB_STOPPABLE, JobStatus.CANCELLING]),
            status=LineStatus.PENDING,
            points__isnull=False,
        )
        .update(status=LineStatus.UNKNOWN, unknown_at=now, look_at=now)
    )
    return [
        f"{thrown_away} drafts thrown away",
        f"{doubted} lines will be looked up at Zid before they are sent",
    ]
