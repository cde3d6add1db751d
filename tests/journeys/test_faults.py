"""Money on a bad day: ten thousand lines, every tenth call broken, workers killed with -9.

Zid's own ledger is the judge; our rows have to agree with it, line by line.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import redis

from tests import processes, services
from tests.journeys.judge import (
    ADJUST,
    REASON,
    STORE_ID,
    assert_each_was_adjusted_once,
    assert_our_rows_agree,
    calls_so_far,
    write_sheet,
)
from tests.processes import Product

LINES = 10_000
KILLS = 5
SEED = 20261121
HISTORY = "points-history"
# About every tenth call. Hangs last longer than the time-out below and every late change comes
# before ZID_SETTLE_SECONDS are over, as the setting's description asks of whoever sets it.
FAULTS: list[dict[str, object]] = [
    {"path": ADJUST, "kind": "drop_after", "probability": 0.035},
    {"path": ADJUST, "kind": "drop_before", "probability": 0.015},
    {"path": ADJUST, "kind": "status", "status": 500, "probability": 0.015},
    {"path": ADJUST, "kind": "status", "status": 502, "after": True, "probability": 0.015},
    {"path": ADJUST, "kind": "garbage_after", "probability": 0.015},
    {"path": ADJUST, "kind": "drop", "apply_late": True, "seconds": 1.5, "probability": 0.002},
    {"path": ADJUST, "kind": "hang", "seconds": 2, "probability": 0.001},
    {"path": ADJUST, "kind": "hang", "apply_late": True, "seconds": 2, "probability": 0.001},
    {"path": ADJUST, "kind": "status", "status": 429, "probability": 0.002},
    {"path": ADJUST, "kind": "status", "status": 401, "probability": 0.01},
    {"path": HISTORY, "kind": "status", "status": 401, "probability": 0.01},
    {"path": HISTORY, "kind": "status", "status": 503, "probability": 0.01},
]
SETTINGS: dict[str, Any] = {"ZID_TIMEOUT_SECONDS": "1", "ZID_SETTLE_SECONDS": "6"}


@pytest.fixture
def on_files(tmp_path: Path) -> Iterator[Product]:
    with processes.running(
        data_dir=tmp_path / "data", customers=LINES, stores=1, **SETTINGS
    ) as product:
        yield product


@pytest.fixture
def on_servers(tmp_path: Path) -> Iterator[Product]:
    # Servers of its own: every row counts, and another test's Redis is not to be flushed.
    with (
        services.postgresql() as database,
        services.redis_server() as broker,
        processes.running(
            data_dir=tmp_path / "data",
            customers=LINES,
            stores=1,
            workers=2,
            **SETTINGS,
            DATABASE_URL=database,
            REDIS_URL=broker,
        ) as product,
    ):
        yield product


@contextlib.contextmanager
def in_the_middle(product: Product, *deeds: Callable[[], None]) -> Iterator[None]:
    """Meanwhile do the deeds, in this order, at random moments of the job's life."""
    dice = random.Random(SEED)  # noqa: S311  # bad luck, not secrets
    moments = sorted(dice.sample(range(LINES // 20, LINES * 9 // 10), len(deeds)))
    is_over = threading.Event()
    failures: list[Exception] = []

    def do() -> None:
        try:
            for moment, deed in zip(moments, deeds, strict=True):
                while calls_so_far(product) < moment:
                    if is_over.wait(0.1):
                        return
                time.sleep(dice.uniform(0, 0.05))  # so that not every line is at the same step
                deed()
        except Exception as failure:
            failures.append(failure)

    thread = threading.Thread(target=do)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
    assert not failures, failures


def shuffled(*groups: tuple[Callable[[], None], int]) -> Sequence[Callable[[], None]]:
    deeds = [deed for deed, times in groups for _ in range(times)]
    random.Random(SEED).shuffle(deeds)  # noqa: S311  # as above
    return deeds


def adjust_under_fire(
    product: Product, tmp_path: Path, *deeds: Callable[[], None]
) -> dict[int, int]:
    """Run the whole job; gives the points by customer that were asked for."""
    product.install(store_id=STORE_ID)
    file = tmp_path / "points.csv"
    changes = write_sheet(product, file, lines=LINES)
    for seed, fault in enumerate(FAULTS):
        product.sandbox.fault(**fault, seed=SEED + seed)
    with in_the_middle(product, *deeds):
        said = product.bulk_adjust(
            *["--store", str(STORE_ID), "--file", str(file), "--reason", REASON],
            *["--yes", "--wait"],
        )
    del said["job"]
    assert said == {
        "state": "finished",
        "lines": LINES,
        "applied": LINES,
        **dict.fromkeys(["rejected", "skipped", "unknown", "undone"], 0),
    }
    return changes


def assert_everything_went_wrong(product: Product) -> None:
    """Or the test proves nothing."""
    faults = product.sandbox.faults()
    assert len(faults) == len(FAULTS)
    assert all(fault["hits"] > 0 for fault in faults), faults
    adjusting = [fault["hits"] for fault in faults if fault["path"] == ADJUST]
    assert sum(adjusting) > LINES * 0.08
    assert "tokens of store 90001 refreshed" in product.log()


def test_ten_thousand_lines_come_through_faults_and_kills_exactly_once(
    on_files: Product, tmp_path: Path
) -> None:
    product = on_files
    killed: list[int] = []

    def kill() -> None:
        killed.append(product.worker_pid())
        product.kill_worker()

    deeds = [kill] * KILLS

    changes = adjust_under_fire(product, tmp_path, *deeds)

    assert len(set(killed)) == KILLS
    assert_each_was_adjusted_once(product, changes)
    assert_our_rows_agree(product)
    assert_everything_went_wrong(product)


@pytest.mark.services
def test_they_do_so_with_two_workers_and_a_redis_that_forgets_everything(
    on_servers: Product, tmp_path: Path
) -> None:
    product = on_servers
    killed: list[int] = []

    def kill() -> None:
        number = len(killed) % 2 + 1
        killed.append(product.worker_pid(number))
        product.kill_worker(number)

    def flush() -> None:
        with redis.Redis.from_url(product.environment["REDIS_URL"]) as server:
            server.flushall()

    deeds = shuffled((kill, KILLS), (flush, 2))

    changes = adjust_under_fire(product, tmp_path, *deeds)

    assert len(set(killed)) == KILLS
    assert_each_was_adjusted_once(product, changes)
    assert_our_rows_agree(product)
    assert_everything_went_wrong(product)
