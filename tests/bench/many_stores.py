"""1, 10 and 50 stores at once on one worker, at Zid's real limit."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench import stage, table, usage
from tests.processes import Product

RATE = BURST = 60
SECONDS = 100
LINES = BURST + SECONDS * RATE // 60 + 40  # nobody gets to the end
KEPT = 5  # places of a bucket that jobs leave to people
GOAL_PERCENT = 95
# What measures together takes little enough of the machine not to be in its own way.
ROUNDS = (
    ((1, True), (1, False), (10, True), (10, False)),
    ((50, True),),
    ((50, False),),
)


@dataclass(frozen=True, kw_only=True)
class Run:
    stores: int
    on_servers: bool
    product: Product


@dataclass(frozen=True, kw_only=True)
class Result:
    run: Run
    shares: Sequence[float]
    calls: int
    too_many: int
    cpu_share: float
    resident_mib: float

    def row(self) -> tuple[object, ...]:
        return (
            stage.name_of(on_servers=self.run.on_servers),
            self.run.stores,
            table.percent(min(self.shares)),
            table.percent(statistics.median(self.shares)),
            f"{self.calls / SECONDS:.1f}",
            self.too_many,
            f"{100 * self.cpu_share:.0f} %",
            f"{self.resident_mib:.0f} MiB",
        )


def main() -> None:
    table.headline(
        f"Many stores on one worker: {RATE} calls a minute each, bucket {BURST}, {SECONDS} s"
    )
    results = [result for wanted in ROUNDS for result in _measure(wanted)]
    results.sort(key=lambda result: (not result.run.on_servers, result.run.stores))
    table.show(
        ["", "stores", "slowest", "median", "calls a second", "429", "CPU (one core)", "memory"],
        [result.row() for result in results],
    )
    possible = BURST + SECONDS * RATE / 60
    print(
        f"\nOf the limit: {possible:.0f} calls a store in {SECONDS} s, the first burst included."
        f" {KEPT} of them stay\nfree for people, so {100 * (possible - KEPT) / possible:.1f} %"
        " is the most that a job can reach here; the longer it is, the less\nthat counts.\n"
    )
    for result in results:
        where = stage.name_of(on_servers=result.run.on_servers)
        what = f"share of the slowest of {result.run.stores}, {where},"
        table.goal(what, wanted=GOAL_PERCENT, reached=100 * min(result.shares), unit=" %")


def _measure(wanted: Sequence[tuple[int, bool]]) -> list[Result]:
    with contextlib.ExitStack() as stack:
        runs = []
        for stores, on_servers in wanted:
            table.say(f"starting for {stores} stores")
            runs.append(stack.enter_context(_started(stores=stores, on_servers=on_servers)))
        time.sleep(3)  # until the calls of the installations have drained
        before = [usage.of(run.product.worker_pid()) for run in runs]
        confirmed = [stage.queue_jobs(run.product, stores=run.stores, lines=LINES) for run in runs]
        table.say(f"{SECONDS} s")
        time.sleep(SECONDS + 1)
        return [_result(*each) for each in zip(runs, confirmed, before, strict=True)]


@contextlib.contextmanager
def _started(*, stores: int, on_servers: bool) -> Iterator[Run]:
    limits = {
        "ZID_RATE_LIMIT_PER_MINUTE": str(RATE),
        "ZID_RATE_LIMIT_BURST": str(BURST),
    }
    with stage.started(
        on_servers=on_servers, stores=stores, customers=LINES, rate=RATE, burst=BURST, **limits
    ) as product:
        yield Run(stores=stores, on_servers=on_servers, product=product)


def _result(run: Run, confirmed: dict[str, float], before: usage.Use) -> Result:
    now = usage.of(run.product.worker_pid())
    stats = run.product.sandbox.stats(timestamps=True)
    calls = [_calls(stats["stores"][store_id], since=at) for store_id, at in confirmed.items()]
    return Result(
        run=run,
        shares=[number / (BURST + SECONDS * RATE / 60) for number in calls],
        calls=sum(calls),
        too_many=stats["too_many"],
        cpu_share=now.cpu_share_since(before),
        resident_mib=now.resident_mib,
    )


def _calls(store: dict[str, Any], *, since: float) -> int:
    return sum(since <= at <= since + SECONDS for at in store["timestamps"])
