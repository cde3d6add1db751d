"""Queues a bulk adjustment for each of many stores at once, in the product's environment.

    python -m tests.bench.jobs LINES STORE_ID:FIRST_CUSTOMER_ID…

Prints, as JSON, when each was confirmed, in seconds since 1970. One process for all of them:
starting `manage.py bulk_adjust` fifty times would take the machine from what is measured.
"""

from __future__ import annotations

import json
import sys
import time

import django

REASON = "هدية العيد"


def main(lines: int, stores: dict[int, int]) -> None:
    django.setup()
    from loyaltyadmin.activity.operations import OPERATOR
    from loyaltyadmin.points_adjustments import operations, tasks, writing
    from loyaltyadmin.points_adjustments.models import BulkAdjustment
    from loyaltyadmin.points_adjustments.sheet import Row, Sheet
    from loyaltyadmin.points_adjustments.states import Action
    from loyaltyadmin.stores.models import Store

    jobs = [
        operations.start_bulk_adjustment(
            by=OPERATOR, store=Store.objects.get(id=store_id),
            sheet=Sheet(
                rows=[
                    Row(position=at + 2, customer_id=first + at, action=Action.ADD, amount=5,
                        reason="")
                    for at in range(lines)
                ],
                problems=[],
            ),
            reason=REASON,
            source=BulkAdjustment.Source.COMMAND,
        )
        for store_id, first in stores.items()
    ]  # fmt: skip
    confirmed = {}
    for job in jobs:
        writing.write_all(job=job)
        operations.confirm_bulk_adjustment(by=OPERATOR, job=job)
        confirmed[job.store_id] = time.time()
        tasks.wake_worker(store_id=job.store_id)
    print(json.dumps(confirmed))


if __name__ == "__main__":
    pairs = (pair.split(":") for pair in sys.argv[2:])
    main(int(sys.argv[1]), {int(store_id): int(first) for store_id, first in pairs})
