"""Whether each query that is asked again and again has its index, in a database of many stores."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from loyaltyadmin.web import development
from tests import services
from tests.bench import table

STORES = 1_000


def main(*, stores: int = STORES) -> None:
    table.headline(f"Plans: what PostgreSQL reads for the app's own queries, {stores:,} stores")
    with services.postgresql() as url:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.plans_inside", str(stores)],
            cwd=development.ROOT,
            env={
                **os.environ,
                "DEBUG": "1",
                "DATABASE_URL": url,
                "DJANGO_SETTINGS_MODULE": "loyaltyadmin.settings",
            },
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    said = json.loads(done.stdout.splitlines()[-1])
    rows = [
        (name, f"{it['milliseconds']:.1f}", f"{it['rows_read']:,}", _failure(it["read_through"]))
        for name, it in said["explained"].items()
    ]
    table.show(["a query of", "ms", "rows read", "reads all of"], rows)
    filled = ", ".join(f"{count:,} {name}" for name, count in said["filled"].items())
    print(f"\nwith {filled}; filled in {said['filled_in']:.0f} s")
    table.goal(
        "queries that read all of a large table",
        wanted=0,
        reached=sum(bool(it["read_through"]) for it in said["explained"].values()),
        unit="",
        at_most=True,
        digits=0,
    )


def _failure(read_through: dict[str, str]) -> str:
    return f"FAILED: {', '.join(read_through)}" if read_through else ""
