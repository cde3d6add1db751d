"""What a line costs us beside Zid's time: queries, milliseconds, memory."""

from __future__ import annotations

import time

from tests.bench import stage, table, usage
from tests.processes import Product

LINES = 1000
FEW, MANY = 1_000, 100_000
SECONDS = 20  # of the large job; it need not end
GOAL_WRITES = 3
GOAL_MIB = 10


def main() -> None:
    table.headline(f"What a line costs beside Zid's time: {LINES} lines, no limit")
    rows, writes = [], []
    for on_servers in (False, True):
        # No worker: the lines are sent by the process that counts.
        with stage.started(on_servers=on_servers, stores=1, customers=LINES, workers=0) as product:
            said = stage.ask(product, "tests.bench.one_line_inside", LINES)
        writes.append(said["writes"])
        rows.append(
            (
                stage.name_of(on_servers=on_servers),
                f"{said['queries']:.2f}",
                f"{said['writes']:.2f}",
                f"{said['other_writes']:.3f}",
                f"{said['milliseconds']:.2f}",
                f"{said['in_database']:.2f}",
                f"{said['with_zid']:.2f}",
            )
        )
    head = ["a line", "queries", "writes", "its job's", "our ms", "in the database", "Zid's ms"]
    table.show(head, rows)
    print()
    table.goal("writes a line", wanted=GOAL_WRITES, reached=max(writes), unit="", at_most=True)
    _show_memory()


def _show_memory() -> None:
    table.headline(f"Memory of a worker: a job of {FEW} lines, then one of {MANY}, no limit")
    with stage.started(on_servers=False, stores=1, customers=MANY) as product:
        at_start = usage.of(product.worker_pid())
        before = _calls(product)
        _queue(product, lines=FEW)
        _wait_for_calls(product, before + FEW)
        after_few = usage.of(product.worker_pid())
        _queue(product, lines=MANY)
        before = _calls(product)
        started = usage.of(product.worker_pid())
        table.say(f"{SECONDS} s of the large job")
        time.sleep(SECONDS)
        after_many = usage.of(product.worker_pid())
        speed = (_calls(product) - before) / (after_many.at - started.at)
    few_speed = FEW / (after_few.at - at_start.at)
    rows: list[tuple[object, ...]] = [
        ("before any job", f"{at_start.resident_mib:.0f} MiB", ""),
        (f"after {FEW} lines", f"{after_few.resident_mib:.0f} MiB", f"{few_speed:.0f}"),
        (f"{SECONDS} s into {MANY}", f"{after_many.resident_mib:.0f} MiB", f"{speed:.0f}"),
    ]
    table.show(["", "memory", "lines a second"], rows)
    print()
    table.goal(
        f"growth from {FEW} lines to {MANY}",
        wanted=GOAL_MIB,
        reached=after_many.resident_mib - after_few.resident_mib,
        unit=" MiB",
        at_most=True,
    )


def _queue(product: Product, *, lines: int) -> None:
    stage.queue_jobs(product, stores=1, lines=lines)


def _calls(product: Product) -> int:
    return int(product.sandbox.stats()["calls"])


def _wait_for_calls(product: Product, number: int) -> None:
    while _calls(product) < number:
        time.sleep(0.1)
