"""How far telling the customers of a bulk adjustment is: counts of rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count

from loyaltyadmin.customers.models import Customer
from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.notices.models import Fate, Message, Notice
from loyaltyadmin.notices.sending import lines_to_tell
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many lines' customers were told, and why the others were not."""

    told: int
    waiting: int
    others: list[tuple[Fate, int]]


def progress_of(*, notice: Notice) -> Progress:
    """This will count a notice's lines by what became of them."""
    groups = Message.objects.filter(notice=notice).order_by().values_list("fate")
    counts = Counter(dict(groups.annotate(Count("id"))))
    left = lines_to_tell(notice=notice).count() if notice.is_open else 0
    others = [it for it in Fate if it not in {Fate.SENT, Fate.SENDING, Fate.WAITING}]
    return Progress(
        told=counts[Fate.SENT],
        waiting=left + counts[Fate.SENDING] + counts[Fate.WAITING],
        others=[(fate, counts[fate]) for fate in others if counts[fate]],
    )


def reachable_by(*, job: BulkAdjustment, channel: Channel) -> int:
    """This will count the customers of a bulk adjustment that have an address of this kind."""
    ids = Line.objects.filter(job=job).values("customer_id")
    customers = Customer.objects.filter(store=job.store_id, customer_id__in=ids, gone_at=None)
    return customers.exclude(**{"mobile" if channel == Channel.SMS else "email": ""}).count()
