"""What the page on which a merchant writes to customers shows, ready for its templates."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from loyaltyadmin.customers.models import Customer
from loyaltyadmin.notices import carriers, progress, texts
from loyaltyadmin.notices.addresses import address_of
from loyaltyadmin.notices.channels import Channel, Letter
from loyaltyadmin.notices.models import Notice
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import Action, Direction

LOOKED_AT = 50  # lines, for one whose customer can be reached
ALL_DIRECTIONS = {frozenset({Action.ADD}): Direction.ADD, frozenset({Action.TAKE}): Direction.TAKE}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    channel: Channel
    letter: Letter


def initial_of(*, job: BulkAdjustment) -> dict[str, Any]:
    """This will give what the form begins with: what was arranged, or a text in the store's
    language.
    """
    notice = Notice.objects.filter(job=job).first()
    if notice is not None:
        return {"channel": notice.channel, **notice.texts}
    actions = frozenset(Action(it) for it in job.lines.values_list("action", flat=True).distinct())
    channels = carriers.configured()
    return {
        "channel": channels[0] if channels else "",
        **texts.suggested(language=job.store.language, direction=ALL_DIRECTIONS.get(actions)),
    }


def preview_of(*, job: BulkAdjustment, values: Mapping[str, Any]) -> Preview | None:
    """This will give the letter to the first customer who can be reached, or to an example.

    None while nothing is written, or what is has mistakes.
    """
    names = ("subject_ar", "text_ar", "subject_en", "text_en")
    written = {name: str(values.get(name) or "") for name in names}
    if not values.get("channel") or not (written["text_ar"] or written["text_en"]):
        return None
    channel = Channel(values["channel"])
    customer, line = _example(job, channel=channel)
    points, balance = _sums(job, line=line, customer=customer)
    about = texts.About(
        name=customer.name if customer else "",
        points=points,
        balance=balance,
        store=job.store.title,
        reason=line.reason if line else job.reason,
    )
    letter = Letter(
        id=uuid.UUID(int=0),
        to=address_of(customer, channel=channel) if customer else "",
        store_title=job.store.title,
        sections=texts.sections_of(written, about=about),
        opt_out_url=f"{settings.PUBLIC_URL}{reverse('opt-out', args=['…'])}",
    )
    return Preview(channel=channel, letter=letter)


def _example(job: BulkAdjustment, *, channel: Channel) -> tuple[Customer | None, Line | None]:
    """The first customer who can be reached, among the first lines, and their line."""
    lines = list(job.lines.order_by("position")[:LOOKED_AT])
    ids = {line.customer_id for line in lines}
    rows = Customer.objects.filter(store=job.store_id, customer_id__in=ids, gone_at=None)
    known = {it.customer_id: it for it in rows}
    for line in lines:
        customer = known.get(line.customer_id)
        if customer is not None and address_of(customer, channel=channel):
            return customer, line
    first = lines[0] if lines else None
    return (known.get(first.customer_id) if first else None), first


def _sums(job: BulkAdjustment, *, line: Line | None, customer: Customer | None) -> tuple[int, int]:
    """A line's points, with their sign, and the balance after it."""
    balance = customer.points if customer else 0
    if line is None:
        return 0, balance
    if line.points is None:  # not worked out yet
        return (line.target or 0) - balance, line.target or 0
    points = -line.points if line.direction == Direction.TAKE else line.points
    if line.target is not None:
        return points, line.target
    return points, balance if job.is_over else balance + points


def reach_of(*, job: BulkAdjustment) -> dict[str, Any]:
    """This will tell how many customers there are, and how many can be reached in which way."""
    customers = job.lines.values("customer_id").distinct().count()
    return {
        "customers_count": customers,
        "reach": [(it, progress.reachable_by(job=job, channel=it)) for it in carriers.configured()],
    }


def both_languages() -> list[tuple[str, str]]:
    """This will give both languages and their direction, the reader's own first."""
    known = [("ar", "rtl"), ("en", "ltr")]
    return known if translation.get_language() == "ar" else known[::-1]
