from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from loyaltyadmin.zid.types import Customer, CustomerPoints, Direction

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerView:
    """A customer of the store, with balances and the newest entries of the points history."""

    customer: Customer
    points: CustomerPoints


def read_customer(*, zid: Client, customer_id: int) -> CustomerView:
    """This will read who a customer is and what points they have: two calls.

    Raises: errors.NotFound, errors.ZidError.
    """
    return CustomerView(
        customer=zid.customers.read_customer(customer_id=customer_id),
        points=read_customer_points(zid=zid, customer_id=customer_id),
    )


def read_customer_points(*, zid: Client, customer_id: int) -> CustomerPoints:
    """This will read a customer's balances and newest entries.

    Raises: errors.NotFound, errors.ZidError.
    """
    return zid.loyalty.read_customer_points(customer_id=customer_id)


def balance_over_time(points: CustomerPoints) -> list[tuple[dt.datetime, int]]:
    """This will give the balance after each entry of the history, the oldest first, and now.

    Worked out backwards from today's balance, because Zid returns only the newest entries. What is
    pending or has expired is not in the balance, so its entry changes nothing here.
    """
    balance = points.balance
    balances = [(timezone.now(), balance)]
    for entry in sorted(points.history, key=lambda entry: entry.date, reverse=True):
        if entry.status not in {None, "active"}:
            continue
        balances.append((entry.date, balance))
        balance -= entry.points if entry.direction is Direction.ADD else -entry.points
    return balances[::-1]
