"""Money: a job whose answers are lost on the way adjusts every customer exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import processes
from tests.processes import Product

STORE_ID = 90001
FIRST_CUSTOMER_ID = 1001
LINES = 1000
LOST = 0.07


@pytest.fixture
def product(tmp_path: Path, servers: dict[str, Any]) -> Iterator[Product]:
    with processes.running(
        data_dir=tmp_path / "data", customers=LINES, ZID_SETTLE_SECONDS="3", **servers
    ) as running:
        yield running


def test_it_adjusts_every_customer_exactly_once_when_answers_are_lost(
    product: Product, tmp_path: Path
) -> None:
    product.install(store_id=STORE_ID)
    customers = range(FIRST_CUSTOMER_ID, FIRST_CUSTOMER_ID + LINES)
    file = tmp_path / "points.csv"
    file.write_text(
        "customer_id,points\n" + "".join(f"{id_},{id_ % 90 + 1}\n" for id_ in customers)
    )
    product.sandbox.fault(
        path="adjust-customer-points", kind="drop_after", probability=LOST, seed=7
    )

    said = product.bulk_adjust(
        *["--store", str(STORE_ID), "--file", str(file), "--reason", "هدية العيد"],
        *["--yes", "--wait"],
    )

    outcome = {key: value for key, value in said.items() if key != "job"}
    assert outcome == {
        "state": "finished",
        "lines": LINES,
        "applied": LINES,
        "rejected": 0,
        "skipped": 0,
        "unknown": 0,
        "undone": 0,
    }
    ledger = product.sandbox.ledger(STORE_ID)
    assert Counter(entry["customer_id"] for entry in ledger) == Counter(customers)
    assert all(entry["points"] == entry["customer_id"] % 90 + 1 for entry in ledger)
    # The answers really were lost, or this test proves nothing.
    [fault] = product.sandbox.faults()
    assert 40 < fault["hits"] < 110
