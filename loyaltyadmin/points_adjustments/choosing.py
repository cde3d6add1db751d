"""Drafts a bulk adjustment without a file: for everyone, or for customers that were chosen."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from django.db.models import QuerySet

from loyaltyadmin.activity.operations import Actor
from loyaltyadmin.customers.models import Customer
from loyaltyadmin.points_adjustments import operations
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.sheet import MOST_ROWS, Row, Sheet
from loyaltyadmin.points_adjustments.states import Action
from loyaltyadmin.segments.models import Segment
from loyaltyadmin.segments.operations import customers_of
from loyaltyadmin.stores.models import Store

IDS_AT_ONCE = 1000


class TooMany(Exception):
    """More customers than one bulk adjustment can have."""


def chosen_customers(
    *, store: Store, ids: list[int] | None = None, segment: Segment | None = None
) -> QuerySet[Customer, int]:
    """This will give the numbers of a segment's customers, of those with `ids`, or else of all.

    From the store's own copy, without those whom Zid no longer has.
    """
    if segment is not None:
        customers: QuerySet[Customer] = customers_of(segment=segment)
    else:
        customers = Customer.objects.present().filter(store=store)
    if ids is not None:
        customers = customers.filter(customer_id__in=ids)
    return customers.order_by("customer_id").values_list("customer_id", flat=True)


def start_for_customers(
    *,
    store: Store,
    by: Actor,
    customers: Iterable[int],
    action: Action,
    points: int,
    reason: str,
    name: str = "",
) -> BulkAdjustment:
    """This will draft the same adjustment for each of the customers.

    They are written down now: whoever comes to meet a condition later is not in it, and what was
    previewed is what will be sent. `name` says who they are.

    Raises: TooMany; NotPossible when there are none.
    """
    rows = [
        Row(position=at, customer_id=customer_id, action=action, amount=points, reason="")
        for at, customer_id in enumerate(islice(customers, MOST_ROWS + 1), start=1)
    ]
    if not rows:
        raise operations.NotPossible
    if len(rows) > MOST_ROWS:
        raise TooMany
    return operations.start_bulk_adjustment(
        store=store,
        by=by,
        sheet=Sheet(rows=rows, problems=[]),
        reason=reason,
        source=BulkAdjustment.Source.CHOSEN,
        file_name=name,
    )
