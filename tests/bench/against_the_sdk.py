"""Our engine and a loop over Zid's own SDK, at the same time and on the same limit."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.bench import stage, table
from tests.processes import Product
from tests.zid_sandbox.seed import FIRST_STORE_ID, first_customer_id

# Ten times Zid's limit, bucket and all: the SDK waits a minute when Zid does not say how long, and
# a minute empties Zid's bucket too.
RATE = BURST = 600
LINES = 1000
LOST = 0.07
GOAL_PERCENT = 97


@dataclass(frozen=True, kw_only=True)
class Runner:
    name: str
    index: int  # of its store in the sandbox
    is_ours: bool
    loses_answers: bool

    @property
    def store_id(self) -> int:
        return FIRST_STORE_ID + self.index


@dataclass(frozen=True, kw_only=True)
class Pace:
    seconds: float  # from the first call to the last
    share: float  # of what the limit would have let through in that time, the burst included
    too_many: int


RUNNERS = [
    Runner(name="our engine", index=0, is_ours=True, loses_answers=False),
    Runner(name="loop over zid-client", index=1, is_ours=False, loses_answers=False),
    Runner(name="our engine", index=2, is_ours=True, loses_answers=True),
    Runner(name="loop over zid-client", index=3, is_ours=False, loses_answers=True),
]


def main() -> None:
    table.headline(
        f"Against a loop over Zid's SDK: {LINES} lines each, {RATE} calls a minute, bucket {BURST}"
    )
    limits = {"ZID_RATE_LIMIT_PER_MINUTE": str(RATE), "ZID_RATE_LIMIT_BURST": str(BURST)}
    with stage.started(
        on_servers=False,
        stores=len(RUNNERS),
        customers=LINES,
        rate=RATE,
        burst=BURST,
        ZID_SETTLE_SECONDS="10",
        **limits,
    ) as product:
        time.sleep(2)  # until the calls so far have drained
        began_at = time.time()
        believed = _run_all(product)
        stats = product.sandbox.stats(timestamps=True)["stores"]
        measured = [_pace(stats[str(runner.store_id)], since=began_at) for runner in RUNNERS]
        _show(product, believed, measured)


def _run_all(product: Product) -> list[int]:
    """How many lines each runner says it has done."""
    for runner in RUNNERS:
        if runner.loses_answers:
            product.sandbox.fault(
                path="adjust-customer-points",
                kind="drop_after",
                probability=LOST,
                store_id=runner.store_id,
                seed=7,
            )
    table.say("about two minutes")
    with ThreadPoolExecutor(len(RUNNERS)) as pool:
        return list(pool.map(lambda runner: _run(product, runner), RUNNERS))


def _pace(stats: dict[str, Any], *, since: float) -> Pace:
    # The calls of the installation do not count, nor the time until the first call.
    calls = [at for at in stats["timestamps"] if at >= since]
    seconds = calls[-1] - calls[0]
    return Pace(
        seconds=seconds,
        share=len(calls) / (BURST + seconds * RATE / 60),
        too_many=stats["too_many"],
    )


def _show(product: Product, believed: Sequence[int], measured: Sequence[Pace]) -> None:
    rows = [
        _row(product, runner, believes, pace)
        for runner, believes, pace in zip(RUNNERS, believed, measured, strict=True)
    ]
    table.show(
        ["", "answers lost", "seconds", "of the limit", "429", "paid twice", "lost", "says done"],
        rows,
    )
    print()
    table.goal(
        "share of the limit, first burst included",
        wanted=GOAL_PERCENT,
        reached=100 * measured[0].share,
        unit=" %",
    )
    ours = [pace for runner, pace in zip(RUNNERS, measured, strict=True) if runner.is_ours]
    refused = sum(pace.too_many for pace in ours)
    table.goal("429", wanted=0, reached=refused, unit="", at_most=True)


def _run(product: Product, runner: Runner) -> int:
    first = first_customer_id(runner.index)
    if not runner.is_ours:
        return _loop(product, store_id=runner.store_id, first=first)
    with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
        file.write("customer_id,points\n")
        file.writelines(f"{customer_id},5\n" for customer_id in range(first, first + LINES))
        file.flush()
        said = product.bulk_adjust(
            *["--store", str(runner.store_id), "--file", file.name, "--reason", "هدية العيد"],
            *["--yes", "--wait"],
        )
    return int(str(said["applied"]))


def _loop(product: Product, *, store_id: int, first: int) -> int:
    loop = "tests.bench.sdk_loop"
    return int(stage.ask(product, loop, product.sandbox.url, store_id, first, LINES)["done"])


def _row(product: Product, runner: Runner, believes: int, pace: Pace) -> tuple[object, ...]:
    paid = Counter(entry["customer_id"] for entry in product.sandbox.ledger(runner.store_id))
    return (
        runner.name,
        table.percent(LOST) if runner.loses_answers else "none",
        f"{pace.seconds:.0f}",
        table.percent(pace.share),
        pace.too_many,
        sum(times > 1 for times in paid.values()),
        LINES - len(paid),
        believes,
    )
