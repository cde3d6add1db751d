from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from loyaltyadmin.zid.types import Customer, CustomerPoints

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
