"""How far telling customers is: counts of a bulk adjustment's rows, or one line's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from loyaltyadmin.customers.models import Customer
from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.notices.models import Fate, Message, Notice
from loyaltyadmin.notices.sending import lines_to_tell
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import LINE_OPEN, LineStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many lines' customers were told, and why the others were not."""

    told: int
    waiting: int
    others: list[tuple[Fate, int]]


def progress_of(*, notice: Notice) -> Progress:
    """This will count a notice's lines by what became of them."""
    counts = Counter(fates_of(notice=notice))
    left = lines_to_tell(notice=notice).count() if notice.is_open else 0
    others = [it for it in Fate if it not in {Fate.SENT, Fate.SENDING, Fate.WAITING}]
    return Progress(
        told=counts[Fate.SENT],
        waiting=left + counts[Fate.SENDING] + counts[Fate.WAITING],
        others=[(fate, counts[fate]) for fate in others if counts[fate]],
    )


def fates_of(*, notice: Notice) -> dict[str, int]:
    """This will count a notice's messages by their fate, also when they are removed."""
    if notice.counts is not None:
        return dict(notice.counts)
    groups = Message.objects.filter(notice=notice).order_by().values_list("fate")
    return dict(groups.annotate(Count("id")))


def told_about(*, lines: Sequence[Line]) -> dict[int, Fate]:
    """This will give what became of telling the customers of lines, by the lines' ids.

    Those of whom it was not asked are left out.
    """
    messages = Message.objects.filter(line__in=lines).values_list("line_id", "fate")
    fates = {line_id: Fate(fate) for line_id, fate in messages}
    jobs = {line.job_id for line in lines if line.job_id is not None}
    asked = Notice.objects.filter(Q(line__in=lines) | Q(job__in=jobs)).select_related("job")
    notices = {it.line_id or it.job_id: it for it in asked}
    for line in lines:
        notice = notices.get(line.job_id or line.id)
        if notice is not None and line.id not in fates:
            fates[line.id] = _expected(line, notice=notice)
    return fates


def _expected(line: Line, *, notice: Notice) -> Fate:
    may_be_told = line.status in {*LINE_OPEN, LineStatus.UNSETTLED, LineStatus.APPLIED}
    is_waiting = may_be_told and notice.is_open and not notice.is_off
    return Fate.WAITING if is_waiting else Fate.WITHDRAWN


def reachable_by(*, job: BulkAdjustment, channel: Channel) -> int:
    """This will count the customers of a bulk adjustment that have an address of this kind."""
    ids = Line.objects.filter(job=job).values("customer_id")
    customers = Customer.objects.filter(store=job.store_id, customer_id__in=ids, gone_at=None)
    return customers.exclude(**{"mobile" if channel == Channel.SMS else "email": ""}).count()
