from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from loyaltyadmin.customers import directory
from loyaltyadmin.customers.models import Customer
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import types


def as_told(customer_id: int, **fields: Any) -> types.Customer:
    """A customer as Zid's list tells."""
    empty = dict.fromkeys(types.Customer.__dataclass_fields__)
    return types.Customer(
        **{**empty, "id": customer_id, "tags": (), "untold": frozenset(), **fields}
    )


def know(
    store: Store, customer_id: int = 1001, *, asked_at: dt.datetime | None = None, **fields: Any
) -> Customer:
    """Put a customer into the store's directory, as the list of Zid would."""
    told = as_told(customer_id, **{"name": "نورة العتيبي", **fields})
    directory.keep(store=store, customers=[told], asked_at=asked_at or timezone.now())
    return Customer.objects.get(store=store, customer_id=customer_id)
