"""Everything dies in turn, at random, while merchants click and their jobs run.

    make chaos                                   for five minutes
    make chaos ARGS="--seconds 60 --seed 7"

At the end Zid's own ledger is the judge: it and our rows agree, and what was answered was true.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.journeys import judge, shopkeeping
from tests.journeys.judge import ADJUST, wait_until
from tests.journeys.machine import Machine, on_servers
from tests.journeys.shopkeeping import Day
from tests.zid_sandbox.seed import FIRST_STORE_ID

STORES, CUSTOMERS = 4, 200
SETTINGS: dict[str, Any] = {"ZID_TIMEOUT_SECONDS": "1", "ZID_SETTLE_SECONDS": "2"}
LOST = 0.05
# Those that serve outlive gunicorn's master a little.
MASTER, SERVING = "gunicorn's master", "one of gunicorn's"
PROCESSES = (MASTER, SERVING, "worker", "worker-2", "beat")
SERVERS = ("postgresql", "redis")
BETWEEN_SECONDS = (1.0, 3.5)  # from one death to the next
GONE_SECONDS = 1.5  # at most, until it is started again
OVER = {"applied", "rejected", "skipped"}


@dataclass(kw_only=True)
class Fate:
    """Kills what it is told to, and starts it again."""

    machine: Machine
    dice: random.Random
    killed: Counter[str] = field(default_factory=Counter)

    def strike(self, name: str) -> None:
        kill, start_again = self._ways(name)
        kill()
        self.killed[name] += 1
        time.sleep(self.dice.uniform(0, GONE_SECONDS))
        start_again()

    def _ways(self, name: str) -> tuple[Callable[[], None], Callable[[], None]]:
        product = self.machine.product
        if name == "postgresql":
            return self.machine.database.kill, self.machine.database.start
        if name == "redis":
            return self.machine.broker.kill, self.machine.broker.start
        if name == MASTER:
            return product.kill_gunicorns_master, lambda: product.start_again("web")
        if name == SERVING:
            return lambda: product.kill_one_of_gunicorns(self.dice), lambda: None
        return lambda: product.kill(name), lambda: product.start_again(name)


def deaths(dice: random.Random, *, seconds: float) -> Iterator[tuple[float, str]]:
    """When what is to die, in this order: each process again and again, each server once."""
    planned = [(dice.uniform(0.3, 0.7) * seconds, name) for name in SERVERS]
    moment, left = 0.0, list[str]()
    while (moment := moment + dice.uniform(*BETWEEN_SECONDS)) < seconds:
        left = left or dice.sample(PROCESSES, len(PROCESSES))
        planned.append((moment, left.pop()))
    yield from sorted(planned)


def run(data_dir: Path, *, seconds: float, seed: int) -> dict[str, Any]:
    """Raises: AssertionError when anything is not as it must be. Gives what happened."""
    dice = random.Random(seed)  # noqa: S311  # bad luck, not secrets
    with on_servers(data_dir, customers=CUSTOMERS, stores=STORES, **SETTINGS) as machine:
        product = machine.product
        stores = range(FIRST_STORE_ID, FIRST_STORE_ID + STORES)
        for store_id in stores:
            product.install(store_id=store_id)
        before = {store_id: product.sandbox.balances(store_id) for store_id in stores}
        for at, path in enumerate((ADJUST, shopkeeping.SWITCH)):
            product.sandbox.fault(path=path, kind="drop_after", probability=LOST, seed=seed + at)
        days = [Day(product, index=index, seed=seed) for index in range(STORES)]
        fate = Fate(machine=machine, dice=dice)
        began = time.monotonic()
        with ThreadPoolExecutor(STORES) as merchants:
            lived = [merchants.submit(day.live, until=began + seconds) for day in days]
            for moment, name in deaths(dice, seconds=seconds):
                time.sleep(max(0.0, began + moment - time.monotonic()))
                fate.strike(name)
            for it in lived:
                it.result()
        wait_until(lambda: not _lines_are_open(machine), every=0.5)

        lost = [fault["hits"] for fault in product.sandbox.faults()]
        assert set(fate.killed) == {*PROCESSES, *SERVERS}, fate.killed
        assert any(lost), "no answer of Zid was lost"
        lines = judge.rows_of(product, "line")
        confirmed = _judge_jobs(days, jobs=judge.rows_of(product, "bulkadjustment"))
        sent = [row for row in lines if row["job"] is None or row["job"] in confirmed]
        assert {row["status"] for row in sent} <= OVER
        for day in days:
            rows = [row for row in sent if row["store"] == day.store_id]
            _judge_store(machine, day, rows=rows, before=before[day.store_id])
    return {
        "killed": dict(fate.killed),
        "clicks answered": dict(sum((day.answered for day in days), Counter())),
        "clicks not answered": dict(sum((day.lost for day in days), Counter())),
        "answers of Zid lost": sum(lost),
        "jobs": sum(len(day.started) for day in days),
        "lines": dict(Counter(row["status"] for row in sent)),
        "seconds": round(time.monotonic() - began),
    }


def _lines_are_open(machine: Machine) -> bool:
    with psycopg.connect(machine.database.url) as connection:
        found = connection.execute(
            "SELECT 1 FROM points_adjustments_line l"
            " LEFT JOIN points_adjustments_bulkadjustment j ON j.id = l.job_id"
            " WHERE l.status IN ('pending', 'claimed', 'unknown')"
            " AND (l.job_id IS NULL OR j.status <> 'draft') LIMIT 1"
        ).fetchone()
    return found is not None


def _judge_store(
    machine: Machine, day: Day, *, rows: list[dict[str, Any]], before: dict[int, int]
) -> None:
    """Line by line, customer by customer, and answer by answer."""
    sandbox = machine.product.sandbox
    entries = {entry["reason"].rpartition(" ")[2]: entry for entry in sandbox.ledger(day.store_id)}
    assert len(entries) == len(sandbox.ledger(day.store_id)), "somebody was paid twice"
    applied = {row["reference"]: row for row in rows if row["status"] == "applied"}
    assert set(applied) == set(entries), set(applied) ^ set(entries)
    for reference, row in applied.items():
        assert row["customer_id"] == entries[reference]["customer_id"]
        judge.assert_it_is_the_entry(row, entries[reference])

    moved: Counter[int] = Counter()
    for row in applied.values():
        moved[row["customer_id"]] += judge.signed(row)
    after = sandbox.balances(day.store_id)
    assert {it: after[it] - before[it] for it in after} == {it: moved[it] for it in after}

    by_submission = {row["submission"]: row for row in rows if row["submission"]}
    for submission, said in day.said.items():
        status = by_submission[submission]["status"]
        assert status in shopkeeping.MAY_BECOME[said], f"said {said}, and it is {status}"
    assert day.is_on_at_zid() in day.may_be_on


def _judge_jobs(days: list[Day], *, jobs: list[dict[str, Any]]) -> set[str]:
    """Gives those that were started, whether their merchant heard of it or not."""
    confirmed = {job["id"] for job in jobs if job["confirmed_at"]}
    for job in jobs:
        # A draft that nobody started was made by a click that was not answered.
        assert job["status"] == ("finished" if job["id"] in confirmed else "draft")
    assert {job for day in days for job in day.started} <= confirmed
    return confirmed


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=300, help="how long (default 300)")
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(10**6), help="what dies when"
    )
    wanted = parser.parse_args()
    print(f"seed {wanted.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="loyaltyadmin-chaos-") as folder:
        happened = run(Path(folder, "data"), seconds=wanted.seconds, seed=wanted.seed)
    for name, value in happened.items():
        print(f"{name}: {value}")
    print("The ledger and our rows agree, and every answer was true.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
