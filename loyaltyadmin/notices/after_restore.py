from __future__ import annotations

import datetime as dt

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.notices import operations
from loyaltyadmin.notices.models import Notice


def after_restore(*, now: dt.datetime) -> list[str]:
    """This will tell no customer what they may have been told after a backup; tells how many."""
    stopped = 0
    for notice in Notice.objects.filter(stopped_at=None, ended_at=None).select_related(
        "store", "line"
    ):
        operations.stop_telling(notice=notice, by=OPERATOR)
        stopped += 1
    return [f"{stopped} adjustments, singly or in bulk, of which nobody more is told"]
