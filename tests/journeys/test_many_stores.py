"""Many stores on one worker: none starves, and none waits behind another's large job."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import processes
from tests.bench import stage
from tests.journeys import judge
from tests.processes import Product
from tests.zid_sandbox.seed import FIRST_STORE_ID, first_customer_id

STORES = 10
LINES = 220  # at least four turns of the 55 or so lines that the limit lets through in one
MANY, FEW = 300, 10  # the large job of one store, the small ones of all
RATE, BURST = 1200, 20
FIRST_CUSTOMERS = {FIRST_STORE_ID + index: first_customer_id(index) for index in range(STORES)}

pytestmark = pytest.mark.embedded


@contextlib.contextmanager
def running(tmp_path: Path, *, threads: int) -> Iterator[Product]:
    """With fewer threads than stores, so that they have to take turns."""
    with processes.running(
        data_dir=tmp_path / "data",
        customers=MANY + FEW,
        stores=STORES,
        rate=RATE,
        burst=BURST,
        ZID_RATE_LIMIT_PER_MINUTE=str(RATE),
        ZID_RATE_LIMIT_BURST=str(BURST),
        WORKER_CONCURRENCY=str(threads),
    ) as product:
        for store_id in FIRST_CUSTOMERS:
            product.install(store_id=store_id)
        yield product


def queue_jobs(product: Product, first_customers: dict[int, int], *, lines: int) -> None:
    """A job for each store at once, for so many customers from the one given."""
    pairs = [f"{store_id}:{first}" for store_id, first in first_customers.items()]
    stage.ask(product, "tests.bench.jobs", lines, *pairs)


def wait_for_the_end(product: Product) -> None:
    def is_over() -> bool:
        jobs = judge.rows_of(product, "bulkadjustment")
        return {job["status"] for job in jobs} == {"finished"}

    judge.wait_until(is_over, every=2)


def assert_each_was_adjusted_once(product: Product, customers: dict[int, range]) -> None:
    """`customers` are those of all jobs, by store."""
    adjusted = {
        store_id: Counter(entry["customer_id"] for entry in product.sandbox.ledger(store_id))
        for store_id in customers
    }
    assert adjusted == {store_id: Counter(wanted) for store_id, wanted in customers.items()}
    rows = judge.rows_of(product, "line")
    assert Counter(row["store"] for row in rows) == {
        store_id: len(wanted) for store_id, wanted in customers.items()
    }
    assert {row["status"] for row in rows} == {"applied"}
    assert product.sandbox.stats()["too_many"] == 0


def test_ten_stores_jobs_at_once_come_to_their_ends_side_by_side(tmp_path: Path) -> None:
    with running(tmp_path, threads=5) as product:
        queue_jobs(product, FIRST_CUSTOMERS, lines=LINES)
        wait_for_the_end(product)

        assert_each_was_adjusted_once(
            product, {id_: range(first, first + LINES) for id_, first in FIRST_CUSTOMERS.items()}
        )
        done = {id_: moments(product, id_) for id_ in FIRST_CUSTOMERS}
    first_end = min(of_store[-1] for of_store in done.values())
    by_then = {id_: sum(it <= first_end for it in of_store) for id_, of_store in done.items()}
    # Not half: threads go in turn to stores that begin and to those that come again, so those that
    # began first may have come a second time before the last one has begun (docs/adr/0024).
    assert min(by_then.values()) >= LINES / 4, by_then


def test_a_small_job_waits_for_its_own_stores_large_one_and_for_no_others(tmp_path: Path) -> None:
    busy, *others = FIRST_CUSTOMERS
    first = FIRST_CUSTOMERS[busy]
    small = {id_: range(it + MANY, it + MANY + FEW) for id_, it in FIRST_CUSTOMERS.items()}
    with running(tmp_path, threads=2) as product:
        queue_jobs(product, {busy: first}, lines=MANY)
        queue_jobs(product, {id_: customers[0] for id_, customers in small.items()}, lines=FEW)
        wait_for_the_end(product)

        assert_each_was_adjusted_once(product, small | {busy: range(first, first + MANY + FEW)})
        done = {id_: moments(product, id_) for id_ in FIRST_CUSTOMERS}
        in_order = [entry["customer_id"] for entry in product.sandbox.ledger(busy)]
        jobs = judge.rows_of(product, "bulkadjustment")
    assert set(in_order[:MANY]) == set(range(first, first + MANY))
    large_one, small_one = sorted(
        (job for job in jobs if job["store"] == busy), key=lambda job: str(job["confirmed_at"])
    )
    assert judge.moment(small_one["started_at"]) >= judge.moment(large_one["ended_at"])
    large_end = done[busy][MANY - 1]
    assert all(done[id_][-1] < large_end for id_ in others)


def moments(product: Product, store_id: int) -> list[dt.datetime]:
    """When each of a store's customers was adjusted, in this order."""
    return [judge.moment(entry["date"]) for entry in product.sandbox.ledger(store_id)]
