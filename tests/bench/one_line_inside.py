"""Sends a job's lines from this very process and counts, in the product's environment.

    python -m tests.bench.one_line_inside LINES

Prints, as JSON, what a line took: queries; writes, to itself and to the bucket, and a line's share
of those to the turn and the job; milliseconds in all but Zid's, in the database, and with Zid.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import django

from tests.bench import jobs
from tests.zid_sandbox.seed import FIRST_STORE_ID, first_customer_id

WRITES = ("INSERT", "UPDATE", "DELETE")
WRITES_OF_A_LINE = ('UPDATE "points_adjustments_line"', 'UPDATE "stores_ratebucket"')


class Meter:
    """Counts queries as Django's `execute_wrapper`, and times calls."""

    def __init__(self) -> None:
        self.queries = self.writes = self.other_writes = 0
        self.in_database = self.with_zid = 0.0

    def on_query(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self.queries += 1
        if sql.startswith(WRITES):
            is_of_a_line = sql.startswith(WRITES_OF_A_LINE)
            self.writes += is_of_a_line
            self.other_writes += not is_of_a_line
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.in_database += time.perf_counter() - started

    def timed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            started = time.perf_counter()
            try:
                return call(*args, **kwargs)
            finally:
                self.with_zid += time.perf_counter() - started

        return wrapper


def main(lines: int) -> None:
    django.setup()
    from django.db import connection

    from loyaltyadmin.points_adjustments import turns
    from loyaltyadmin.zid._transport import Transport

    jobs.main(lines, {FIRST_STORE_ID: first_customer_id(0)})
    meter = Meter()
    Transport.exchange = meter.timed(Transport.exchange)  # type: ignore[method-assign]
    started = time.perf_counter()
    with connection.execute_wrapper(meter.on_query):
        while turns.take_turn(store_id=FIRST_STORE_ID):
            pass
    seconds = time.perf_counter() - started
    each = {
        "queries": meter.queries / lines,
        "writes": meter.writes / lines,
        "other_writes": meter.other_writes / lines,
        "milliseconds": 1000 * (seconds - meter.with_zid) / lines,
        "in_database": 1000 * meter.in_database / lines,
        "with_zid": 1000 * meter.with_zid / lines,
    }
    print(json.dumps(each))


if __name__ == "__main__":
    main(int(sys.argv[1]))
