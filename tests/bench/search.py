"""How long a search takes while somebody types, letter by letter, in stores of three sizes."""

from __future__ import annotations

import itertools

from tests.bench import stage, table

SIZES = (1_000, 10_000, 100_000)
GOAL_MILLISECONDS = 50


def main() -> None:
    table.headline("Search while typing: milliseconds of the first page, for every letter typed")
    rows, slowest = [], []
    for on_servers, size in itertools.product((False, True), SIZES):
        with stage.started(on_servers=on_servers, stores=1, customers=10, workers=0) as product:
            said = stage.ask(product, "tests.bench.search_inside", size)
        name = f"{size:,} customers, {stage.name_of(on_servers=on_servers)}"
        spent = {kind: sorted(times) for kind, times in said["spent"].items()}
        everything = sorted(itertools.chain.from_iterable(spent.values()))
        shown = [f"{_at(times, 95):.1f}" for times in (*spent.values(), everything)]
        rows.append((name, *shown, f"{_at(everything, 50):.1f}", f"{said['filled_in']:.0f} s"))
        slowest.append(_at(everything, 95))
    kinds = [f"{kind}, p95" for kind in spent]
    table.show(["a search by", *kinds, "all, p95", "all, p50", "to fill"], rows)
    print()
    for what, reached in zip(("SQLite", "PostgreSQL"), (slowest[2], slowest[5]), strict=True):
        table.goal(
            f"p95 of {SIZES[-1]:,} customers on {what}",
            wanted=GOAL_MILLISECONDS,
            reached=reached,
            unit=" ms",
            at_most=True,
        )


def _at(times: list[float], percent: int) -> float:
    return times[min(len(times) - 1, len(times) * percent // 100)]
