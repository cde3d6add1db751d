"""What the pages on which a merchant writes to customers show, ready for their templates."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse

from loyaltyadmin.customers.models import Customer
from loyaltyadmin.notices import carriers, progress, texts
from loyaltyadmin.notices.addresses import address_of
from loyaltyadmin.notices.channels import Channel, Letter
from loyaltyadmin.notices.models import TEXT_FIELDS, Notice
from loyaltyadmin.points_adjustments import lines
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import Action, Direction
from loyaltyadmin.stores.models import Store

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


def initial_for_one(*, store: Store, line: Line | None) -> dict[str, Any]:
    """This will do the same for a single adjustment, of which nobody knows yet what it will be.

    `line` is one that moved nothing, and whose form comes back as it was.
    """
    notice = Notice.objects.filter(line=line).first() if line else None
    if notice is not None:
        return {"tell": True, "channel": notice.channel, **notice.texts}
    return texts.suggested(language=store.language, direction=None)


def preview_of(*, job: BulkAdjustment, values: Mapping[str, Any]) -> Preview | None:
    """This will give the letter to the first customer who can be reached, or to an example.

    None while nothing is written, or what is has mistakes.
    """
    if not _is_written(values):
        return None
    customer, line = _example(job, channel=Channel(values["channel"]))
    line = line or Line(job=job, reason=job.reason)
    return _preview(values, store=job.store, customer=customer, line=line, is_made=job.is_over)


def preview_for_one(
    *, store: Store, customer_id: int, values: Mapping[str, Any], adjustment: Mapping[str, Any]
) -> Preview | None:
    """This will do the same for an adjustment that is being filled in.

    `adjustment` is as much of its form as is right: action, points and reason.
    """
    if not _is_written(values):
        return None
    customer = Customer.objects.present().filter(store=store, customer_id=customer_id).first()
    line = Line(
        reason=adjustment.get("reason", ""),
        **lines.asked(
            action=adjustment.get("action", Action.ADD), amount=adjustment.get("points") or 0
        ),
    )
    return _preview(values, store=store, customer=customer, line=line, is_made=False)


def _is_written(values: Mapping[str, Any]) -> bool:
    return bool(values.get("channel") and (values.get("text_ar") or values.get("text_en")))


def _preview(
    values: Mapping[str, Any],
    *,
    store: Store,
    customer: Customer | None,
    line: Line,
    is_made: bool,
) -> Preview:
    channel = Channel(values["channel"])
    points, balance = _sums(line, customer=customer, is_made=is_made)
    about = texts.About(
        name=customer.name if customer else "",
        points=points,
        balance=balance,
        store=store.title,
        reason=line.reason,
    )
    written = {name: str(values.get(name) or "") for name in TEXT_FIELDS}
    letter = Letter(
        id=uuid.UUID(int=0),
        to=address_of(customer, channel=channel) if customer else "",
        store_title=store.title,
        sections=texts.sections_of(written, about=about),
        opt_out_url=f"{settings.PUBLIC_URL}{reverse('opt-out', args=['…'])}",
    )
    return Preview(channel=channel, letter=letter)


def _example(job: BulkAdjustment, *, channel: Channel) -> tuple[Customer | None, Line | None]:
    """The first customer who can be reached, among the first lines, and their line."""
    first_lines = list(job.lines.order_by("position")[:LOOKED_AT])
    ids = {line.customer_id for line in first_lines}
    rows = Customer.objects.filter(store=job.store_id, customer_id__in=ids, gone_at=None)
    known = {it.customer_id: it for it in rows}
    for line in first_lines:
        customer = known.get(line.customer_id)
        if customer is not None and address_of(customer, channel=channel):
            return customer, line
    first = first_lines[0] if first_lines else None
    return (known.get(first.customer_id) if first else None), first


def _sums(line: Line, *, customer: Customer | None, is_made: bool) -> tuple[int, int]:
    """A line's points, with their sign, and the balance after it."""
    balance = customer.points if customer else 0
    if line.points is None:  # not worked out yet
        target = balance if line.target is None else line.target
        return target - balance, target
    points = -line.points if line.direction == Direction.TAKE else line.points
    if line.target is not None:
        return points, line.target
    return points, balance if is_made else balance + points


def reach_of(*, job: BulkAdjustment) -> dict[str, Any]:
    """This will tell how many customers there are, and how many can be reached in which way."""
    customers = job.lines.values("customer_id").distinct().count()
    return {
        "customers_count": customers,
        "reach": [(it, progress.reachable_by(job=job, channel=it)) for it in carriers.configured()],
    }
