"""Fills a database and has the app's own queries explained, in the environment of a measurement.

    python -m tests.bench.plans_inside STORES

Prints, as JSON, what each of them did.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict

import django

CUSTOMERS, LINES, ENTRIES = 10_000, 1_000, 500
LARGE_ROWS = 2_000


def main(stores: int) -> None:
    django.setup()
    from django.core.management import call_command

    from loyaltyadmin.stores.models import Store
    from tests.bench import explaining, filling, hot_queries, table

    call_command("migrate", verbosity=0)
    table.say(f"filling {stores:,} stores with {CUSTOMERS:,} customers each")
    began = time.perf_counter()
    filling.fill(stores=stores, customers=CUSTOMERS, lines=LINES, entries=ENTRIES)
    filled_in = time.perf_counter() - began
    large = explaining.large_tables(rows=LARGE_ROWS)
    calls = hot_queries.hot_queries(Store.objects.get(id=filling.FIRST_STORE_ID))
    explained = {}
    for name, call in calls.items():
        call_twice = explaining.explain(call, large=large), explaining.explain(call, large=large)
        explained[name] = asdict(call_twice[1])  # the first one may have waited for the disk
        for query in explained[name]["read_through"].values():
            table.say(f"{name}: {query}")
    filled = {it._meta.db_table: it.objects.count() for it in filling.LARGE}
    print(json.dumps({"explained": explained, "filled": filled, "filled_in": filled_in}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
