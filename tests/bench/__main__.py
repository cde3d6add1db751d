"""make bench

    python -m tests.bench             everything, in three quarters of an hour
    python -m tests.bench sdk line    only these sections
    python -m tests.bench vitals --page customer --page "info page" --runs 1
    python -m tests.bench load --seconds 60
    python -m tests.bench plans --stores 100

Prints what it measures, and what the goals are, to standard output; writes nothing else.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from typing import Any

from tests import services
from tests.bench import against_the_sdk, load, many_stores, one_line, plans, reading, search, vitals

SECTIONS = {
    "sdk": against_the_sdk,
    "stores": many_stores,
    "line": one_line,
    "reading": reading,
    "search": search,
    "load": load,
    "plans": plans,
    "vitals": vitals,
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="make bench", description="Measure the engine and the pages."
    )
    parser.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    parser.add_argument(
        "--page", action="append", default=[], choices=vitals.PAGES, help="only this one's vitals"
    )
    parser.add_argument(
        "--runs", type=int, default=vitals.RUNS, help="visits to each page; 0: our own share alone"
    )
    parser.add_argument(
        "--seconds", type=int, default=load.SECONDS, help="of clicks while nothing is wrong"
    )
    parser.add_argument(
        "--stores", type=int, default=plans.STORES, help="how many the database of plans has"
    )
    given = parser.parse_args()
    wanted = given.sections
    if unknown := set(wanted) - set(SECTIONS):
        parser.error(f"no such section: {', '.join(sorted(unknown))}")
    if not services.find_postgresql() or not services.find_redis():
        print("PostgreSQL or Redis was not found on this machine.", file=sys.stderr)
        return 1
    if not services.find_chromium() and (not wanted or "vitals" in wanted):
        print("Chromium was not found on this machine.", file=sys.stderr)
        return 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    print(
        f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()},"
        f" {platform.system()}; Zid's stand-in, the servers and the worker all on this machine",
        flush=True,
    )
    options: dict[str, dict[str, Any]] = {
        "load": {"seconds": given.seconds},
        "plans": {"stores": given.stores},
        "vitals": {"only": given.page, "runs": given.runs},
    }
    for name, section in SECTIONS.items():
        if not wanted or name in wanted:
            section.main(**options.get(name, {}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
