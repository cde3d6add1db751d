"""Starts jobs, waits for their end, and judges them: by Zid's own ledger, and our rows by that."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.processes import Product

STORE_ID = 90001
FIRST_CUSTOMER_ID = 1001
ADJUST = "adjust-customer-points"
REASON = "هدية العيد"
# Says nothing about how long anything takes: a test that waits in vain has to end.
PATIENCE_SECONDS = 180


def write_sheet(product: Product, file: Path, *, lines: int) -> dict[int, int]:
    """Some to take away, where there is enough of it; gives the points by customer."""
    balances = product.sandbox.balances(STORE_ID)
    changes = {
        customer: -(customer % 5 + 1) if balances[customer] > 5 else customer % 90 + 1
        for customer in range(FIRST_CUSTOMER_ID, FIRST_CUSTOMER_ID + lines)
    }
    rows = [f"{customer},{points}\n" for customer, points in changes.items()]
    file.write_text("customer_id,points\n" + "".join(rows))
    return changes


def start_job(product: Product, file: Path) -> str:
    """Confirm a sheet's job, and wait for nothing; gives its id."""
    said = product.manage(
        *["bulk_adjust", "--store", str(STORE_ID), "--file", str(file)],
        *["--reason", REASON, "--yes"],
    )
    return said[-1].split()[2]


def wait_until(holds: Callable[[], bool], *, every: float = 0.1) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(every)


def wait_for_lines(product: Product, *, number: int) -> None:
    """Until so many customers of the store have really been adjusted."""
    wait_until(lambda: len(product.sandbox.ledger(STORE_ID)) >= number)


def calls_so_far(product: Product) -> int:
    return int(product.sandbox.stats()["stores"].get(str(STORE_ID), {}).get("calls", 0))


def rows_of(product: Product, model: str) -> list[dict[str, Any]]:
    said = product.manage("dumpdata", f"points_adjustments.{model}", "--verbosity", "0")
    return [{"id": row["pk"], **row["fields"]} for row in json.loads("\n".join(said))]


def assert_each_was_adjusted_once(product: Product, changes: dict[int, int]) -> None:
    ledger = product.sandbox.ledger(STORE_ID)
    assert Counter(entry["customer_id"] for entry in ledger) == Counter(list(changes))
    assert {entry["customer_id"]: signed(entry) for entry in ledger} == changes


def assert_our_rows_agree(product: Product) -> None:
    ours = rows_of(product, "line")
    entries = {entry["customer_id"]: entry for entry in product.sandbox.ledger(STORE_ID)}
    assert {row["status"] for row in ours} == {"applied"}
    assert len(ours) == len(entries)
    for row in ours:
        assert_it_is_the_entry(row, entries[row["customer_id"]])


def assert_it_is_the_entry(row: dict[str, Any], entry: dict[str, Any]) -> None:
    assert signed(row) == signed(entry)
    assert entry["reason"] == f"{row['reason']} {row['reference']}"
    # A dump leaves the microseconds out.
    difference = moment(entry["date"]) - moment(row["applied_at"])
    assert dt.timedelta() <= difference < dt.timedelta(milliseconds=1)


def signed(row: dict[str, Any]) -> int:
    return int(row["points"]) * (1 if row["direction"] == "+" else -1)


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
