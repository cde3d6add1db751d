"""The recurring adjustments that the gallery shows, in a store of their own."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

STORE_ID = 90005
UNREAD_STORE_ID = 90003  # its customers have not been read yet
# Where bulk adjustments are listed, one is on.
LISTED_STORE_ID = 90001
NOW = dt.datetime(2026, 3, 15, 6, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
# Far enough away for a time that is still ahead on any day on which the tests run.
NEXT_CENTURY = dt.datetime(2101, 1, 14, 6, 0, tzinfo=dt.UTC)
SEGMENT_ID = uuid.uuid5(uuid.NAMESPACE_URL, "gallery/recurring/segment")
LAST_DAY = dt.date(2100, 12, 31)

ALL: dict[str, dict[str, Any]] = {
    "birthday": {"reason": "هدية ميلاد سعيد", "points": 100},
    "not started": {
        "occasion": "monthly", "day_of_month": 31, "reason": "هدية الشهر لعملائنا",
        "stop_reason": "new", "ends_on": LAST_DAY, "most_customers": 500,
    },
    "asking": {
        "occasion": "monthly", "day_of_month": 1, "reason": "هدية أول الشهر", "points": 25,
        "audience": "with_orders", "most_customers": 20,
        "next_run_at": NEXT_CENTURY.replace(month=2, day=1),
    },
    "removed": {
        "occasion": "weekly", "weekday": "friday", "reason": "هدية الجمعة", "hour": 16,
        "audience": "with_points", "stop_reason": "access",
    },
    "over": {"reason": "Happy birthday", "ends_on": dt.date(2026, 3, 1), "stop_reason": "over"},
    "segment": {
        "occasion": "monthly", "day_of_month": 1, "reason": "هدية كبار العملاء", "points": 200,
        "audience": "segment", "segment_id": SEGMENT_ID, "stop_reason": "new",
        "ends_on": LAST_DAY,
    },
    "unread": {"reason": "هدية ميلاد سعيد", "store_id": UNREAD_STORE_ID},
    "listed": {"reason": "هدية ميلاد سعيد", "store_id": LISTED_STORE_ID},
}  # fmt: skip


def id_of(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"gallery/recurring/{name}")


def job_of(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"gallery/recurring/{name}/job")


def add() -> None:
    from loyaltyadmin.recurring_adjustments.models import RecurringAdjustment
    from loyaltyadmin.segments.models import Segment

    Segment.objects.create(
        id=SEGMENT_ID, store_id=STORE_ID, name="كبار العملاء", created_at=NOW, updated_at=NOW,
        criteria_json={"points_from": 830, "points_to": 850},
    )  # fmt: skip
    for at, (name, fields) in enumerate(ALL.items()):
        RecurringAdjustment.objects.create(
            **{
                "id": id_of(name), "store_id": STORE_ID, "occasion": "birthday", "hour": 9,
                "points": 50, "audience": "everyone", "created_at": NOW - at * DAY,
                "next_run_at": None if "stop_reason" in fields else NEXT_CENTURY, **fields,
            }
        )  # fmt: skip
    _read_customers()
    _add_runs()


def _read_customers() -> None:
    """A moment ago, and so on no page that says when."""
    from django.utils import timezone

    from loyaltyadmin.customers.models import Directory

    Directory.objects.filter(store_id=STORE_ID).update(fetched_at=timezone.now())


def _add_runs() -> None:
    from loyaltyadmin.recurring_adjustments.models import Run

    late = dt.timedelta(hours=5)
    runs: list[tuple[str, str, dict[str, Any]]] = [
        ("birthday", "started", {"due_at": NOW, "job": _job("birthday", customers=3)}),
        ("birthday", "nobody", {"due_at": NOW - DAY}),
        (
            "birthday", "started",
            {"due_at": NOW - 2 * DAY, "made_at": NOW - 2 * DAY + late,
             "job": _job("late", customers=2)},
        ),
        ("birthday", "missed", {"due_at": NOW - 9 * DAY, "made_at": NOW - 2 * DAY, "times": 7}),
        ("asking", "asks", {"due_at": NOW, "job": _job("asking", customers=24)}),
    ]  # fmt: skip
    for name, outcome, fields in runs:
        Run.objects.create(
            recurring_adjustment_id=id_of(name), outcome=outcome,
            **{"made_at": fields["due_at"], **fields},
        )  # fmt: skip


def _job(name: str, *, customers: int) -> Any:
    from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line

    is_draft = name == "asking"
    job = BulkAdjustment.objects.create(
        id=job_of(name), store_id=STORE_ID, source="recurring", reason=ALL["birthday"]["reason"],
        status="draft" if is_draft else "finished", created_at=NOW,
        **({} if is_draft else {"confirmed_at": NOW, "started_at": NOW, "ended_at": NOW}),
    )  # fmt: skip
    done = {} if is_draft else {"applied_at": NOW, "ended_at": NOW}
    Line.objects.bulk_create(
        Line(
            store_id=STORE_ID, job=job, position=at + 1, customer_id=3_000_000 + at, action="add",
            direction="+", points=100, reason=job.reason, created_at=NOW,
            status="pending" if is_draft else "applied", **done,
        )
        for at in range(customers)
    )  # fmt: skip
    return job
