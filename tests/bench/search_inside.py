"""Fills a store's directory and searches it, in the product's environment.

    python -m tests.bench.search_inside CUSTOMERS

Searches as the customers page does while somebody types, letter by letter: the first page of what
is found, and how many there are. Prints, as JSON, the milliseconds of each, by kind.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

import django

from tests.zid_sandbox.people import people
from tests.zid_sandbox.seed import FIRST_STORE_ID, first_customer_id

ROWS = 25
PAGE = 500
EACH = 6
FEWEST_LETTERS = 2


def fill(customers: int) -> list[Any]:
    from loyaltyadmin.customers import directory
    from loyaltyadmin.stores.models import Store
    from loyaltyadmin.zid import types

    store = Store.objects.get(id=FIRST_STORE_ID)
    now = dt.datetime.now(dt.UTC)
    payloads = (
        {"id": first_customer_id(0) + at, "name": person.name, "points": at % 90, **person.details}
        for at, person in enumerate(people(customers, store_index=0, seed=1, today=now))
    )
    told = (types.Customer.from_payload(payload, endpoint="bench") for payload in payloads)
    some = []
    while page := list(itertools.islice(told, PAGE)):
        directory.keep(store=store, customers=page, asked_at=now)
        some.append(page[0])
    return some


def typed_for(customer: Any, dice: random.Random) -> Iterator[tuple[str, str]]:
    """What somebody types who looks for this customer, and what it is called."""
    name, mobile = customer.name or "نورة القحطاني", customer.mobile or "966500000001"
    first, _, last = name.partition(" ")
    national = mobile.removeprefix("966")
    yield "a name", name
    yield "a name", f"{last} {first}"
    for form in (f"0{national}", national, mobile, f"+{mobile}", f"00{mobile}"):
        yield "a mobile", form
    yield "an address", customer.email or "noura.alqahtani@example.com"
    yield "a number", str(customer.id)
    at = dice.randrange(1, len(last) - 1)
    yield "a mistake", f"{first} {last[:at]}{last[at + 1 :]}"
    yield "a mistake", f"{last[:at]}{last[at + 1]}{last[at]}{last[at + 2 :]}"


def main(customers: int) -> None:
    django.setup()
    from django.core.paginator import Paginator
    from django.db import connection

    from loyaltyadmin.customers import operations
    from loyaltyadmin.stores.models import Store

    started = time.perf_counter()
    some = fill(customers)
    filled_in = time.perf_counter() - started
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    store = Store.objects.get(id=FIRST_STORE_ID)
    dice = random.Random(1)  # noqa: S311
    spent: dict[str, list[float]] = {}
    for customer in dice.choices(some, k=EACH):
        for kind, typed in typed_for(customer, dice):
            for letters in range(FEWEST_LETTERS, len(typed) + 1):
                began = time.perf_counter()
                found = operations.list_customers(store=store, typed=typed[:letters])
                paginator = Paginator(found.customers, ROWS)
                if found.count is not None:
                    paginator.count = found.count
                list(paginator.get_page(1))
                milliseconds = 1000 * (time.perf_counter() - began)
                spent.setdefault(kind, []).append(milliseconds)
    print(json.dumps({"spent": spent, "filled_in": filled_in}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
