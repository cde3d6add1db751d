"""A job whose tokens die under it: they are refreshed, or every line is accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import processes
from tests.journeys import judge
from tests.journeys.judge import ADJUST, STORE_ID, wait_for_lines, wait_until
from tests.journeys.merchant import Merchant
from tests.processes import Product

LINES = 1000
LOST = 0.05
SETTLE_SECONDS = 60  # a lost answer is still a lost one when the app is taken off
SEED = 20261122

pytestmark = pytest.mark.embedded


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with processes.running(
        data_dir=tmp_path / "data",
        customers=LINES,
        stores=1,
        ZID_SETTLE_SECONDS=str(SETTLE_SECONDS),
    ) as running:
        running.install(store_id=STORE_ID)
        yield running


def test_a_job_goes_on_with_fresh_tokens_when_its_own_expire(
    product: Product, tmp_path: Path
) -> None:
    merchant = Merchant(product)
    file = tmp_path / "points.csv"
    changes = judge.write_sheet(product, file, lines=LINES)
    job = judge.start_job(product, file)
    wait_for_lines(product, number=LINES // 4)

    product.sandbox.expire_tokens(STORE_ID)
    assert len(product.sandbox.ledger(STORE_ID)) < LINES

    merchant.wait_for_the_end(job)
    judge.assert_each_was_adjusted_once(product, changes)
    judge.assert_our_rows_agree(product)
    assert product.log().count(f"tokens of store {STORE_ID} refreshed") == 1


def test_every_line_is_accounted_for_when_the_app_is_taken_off_the_store(
    product: Product, tmp_path: Path
) -> None:
    file = tmp_path / "points.csv"
    changes = judge.write_sheet(product, file, lines=LINES)
    product.sandbox.fault(path=ADJUST, kind="drop_after", probability=LOST, seed=SEED)
    judge.start_job(product, file)
    wait_for_lines(product, number=LINES // 4)
    # Every lost answer is that of a change that was made: none hides a refusal. And soon after, for
    # what was lost is looked up after fifteen seconds.
    product.sandbox.clear_faults()
    wait_for_lines(product, number=LINES // 4 + 20)

    product.sandbox.uninstall(STORE_ID)

    wait_until(lambda: job_of(product)["status"] == "cancelled", every=0.5)
    assert job_of(product)["cancel_reason"] == "access"
    entries = {entry["customer_id"]: entry for entry in product.sandbox.ledger(STORE_ID)}
    assert len(entries) == len(product.sandbox.ledger(STORE_ID)) < LINES
    rows = {row["customer_id"]: row for row in judge.rows_of(product, "line")}
    assert set(rows) == set(changes)
    assert {row["status"] for row in rows.values()} == {"applied", "skipped", "unsettled"}
    # Whoever was paid is never said to have been left out, and the other way round.
    assert {id_ for id_, row in rows.items() if row["status"] != "skipped"} == set(entries)

    # Installed again, it finds out what it could not: the lines that wait for a person are applied.
    product.install(store_id=STORE_ID)
    wait_until(lambda: not rows_with(product, "unsettled", "unknown"), every=0.5)
    applied = rows_with(product, "applied")
    assert {row["customer_id"] for row in applied} == set(entries)
    for row in applied:
        judge.assert_it_is_the_entry(row, entries[row["customer_id"]])
    assert len(product.sandbox.ledger(STORE_ID)) == len(entries)


def rows_with(product: Product, *statuses: str) -> list[dict[str, Any]]:
    return [row for row in judge.rows_of(product, "line") if row["status"] in statuses]


def job_of(product: Product) -> dict[str, object]:
    [job] = judge.rows_of(product, "bulkadjustment")
    return job
