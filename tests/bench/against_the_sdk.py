"""Our engine and a loop over Zid's own SDK, at the same time and on the same limit."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.bench import stage, table
from tests.processes import Product
from tests.zid_sandbox.seed import FIRST_STORE_ID, first_customer_id

# Ten times Zid's limit, bucket and all: the SDK waits a minute when Zid does not say how long, and
# a minute empties Zid's bucket too.
RATE = BURST = 600
LINES = 1800
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
        time.sleep(2)  # until the calls of the installations have drained
        _measure(product)


def _measure(product: Product) -> None:
    for runner in RUNNERS:
        if runner.loses_answers:
            product.sandbox.fault(
                path="adjust-customer-points",
                kind="drop_after",
                probability=LOST,
                store_id=runner.store_id,
                seed=7,
            )
    table.say("about three minutes")
    with ThreadPoolExecutor(len(RUNNERS)) as pool:
        believed = list(pool.map(lambda runner: _run(product, runner), RUNNERS))
    stats = product.sandbox.stats()["stores"]
    rows = [
        _row(product, runner, believes, stats[str(runner.store_id)])
        for runner, believes in zip(RUNNERS, believed, strict=True)
    ]
    table.show(
        ["", "answers lost", "seconds", "of the limit", "429", "paid twice", "lost", "says done"],
        rows,
    )
    print()
    ours = stats[str(RUNNERS[0].store_id)]
    table.goal(
        "share of the limit, first burst included",
        wanted=GOAL_PERCENT,
        reached=100 * ours["share_of_limit"],
        unit=" %",
    )
    table.goal("429", wanted=0, reached=ours["too_many"], unit="", at_most=True)


def _run(product: Product, runner: Runner) -> int:
    """How many lines the runner says it has done."""
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


def _row(
    product: Product, runner: Runner, believes: int, stats: dict[str, float]
) -> tuple[object, ...]:
    paid = Counter(entry["customer_id"] for entry in product.sandbox.ledger(runner.store_id))
    return (
        runner.name,
        table.percent(LOST) if runner.loses_answers else "none",
        f"{stats['seconds']:.0f}",
        table.percent(stats["share_of_limit"]),
        stats["too_many"],
        sum(times > 1 for times in paid.values()),
        LINES - len(paid),
        believes,
    )
