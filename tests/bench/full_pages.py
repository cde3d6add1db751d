"""Fills the pages that the vitals look at, of the first store: as many rows as a page shows.

    python -m tests.bench.full_pages

runs in the product's environment. Its customers, segments and quick choices are the gallery's.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import django

from tests.browser.gallery import seed
from tests.zid_sandbox.seed import FIRST_STORE_ID, stable_uuid

CUSTOMER_ID = 1024
ROWS = 60  # more than any page shows at once
RULE_ID = stable_uuid("cashback", FIRST_STORE_ID, "online")
RULE_ENTRY, INFO_PAGE_ENTRY = 980_001, 980_002
STATUSES = ["applied", "rejected", "unknown", "unsettled", "pending"]
COLUMNS = "الاسم,الرمز,القيمة,ملاحظة\n" + "".join(
    f"نورة العتيبي,{1001 + at},50,عيد مبارك\n" for at in range(ROWS)
)


def id_of(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"bench/{name}")


def add_jobs() -> None:
    from loyaltyadmin.points_adjustments.models import LeftOut, Upload

    _add_job("draft", "draft", ["pending"])
    LeftOut.objects.bulk_create(
        LeftOut(
            job_id=id_of("draft"), position=500 + at, code="fraction", value="10.5",
            customer=str(1010 + at), points="10.5", reason=seed.REASON,
        )
        for at in range(ROWS)
    )  # fmt: skip
    _add_job("running", "running", STATUSES)
    _add_job("done", "finished", ["applied", "rejected"])
    for at in range(ROWS):
        _add_job(f"one of many, {at}", "finished", ["applied"], lines=2)
    Upload.objects.create(
        id=id_of("columns"), store_id=FIRST_STORE_ID, job_id=id_of("draft"),
        file_name="عملاء العيد.csv", content=COLUMNS.encode(), created_at=seed.NOW,
    )  # fmt: skip


def _add_job(name: str, status: str, statuses: list[str], lines: int = 4 * ROWS) -> None:
    from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line

    is_confirmed, is_over = status != "draft", status == "finished"
    job = BulkAdjustment.objects.create(
        id=id_of(name), store_id=FIRST_STORE_ID, status=status, source="page",
        reason=seed.REASON, file_name="عملاء-رمضان.csv", created_at=seed.NOW,
        confirmed_at=seed.NOW if is_confirmed else None,
        started_at=seed.NOW if is_confirmed else None,
        ended_at=seed.NOW if is_over else None,
    )  # fmt: skip
    Line.objects.bulk_create(
        Line(
            store_id=FIRST_STORE_ID, job=job, position=at + 2, customer_id=1001 + at,
            action="add", direction="+", points=5 * (at % 60 + 1), reason=seed.REASON,
            reference=seed.reference("bench", name, at), created_at=seed.NOW,
            **seed.line_fields(statuses[at % len(statuses)]),
        )
        for at in range(lines)
    )  # fmt: skip


def add_adjustments() -> None:
    """Of the customer who is looked at."""
    from loyaltyadmin.points_adjustments.models import Line

    Line.objects.bulk_create(
        Line(
            store_id=FIRST_STORE_ID, customer_id=CUSTOMER_ID, action="add", direction="+",
            points=50, reason=seed.REASON, reference=seed.reference("bench", "single", at),
            created_at=seed.NOW, **seed.line_fields(STATUSES[at % 2]),
        )
        for at in range(ROWS)
    )  # fmt: skip


def add_activity() -> None:
    from loyaltyadmin.activity.models import Entry

    rule = {"points_rewarded": 5, "amount_to_spend": "100", "is_active": True}
    text = {"title_ar": "نقاطك", "title_en": "Your points", "content_ar": "", "content_en": ""}
    entries: list[dict[str, Any]] = [
        {"id": RULE_ENTRY, "action": "update_cashback_rule", "subject": RULE_ID, "before": rule,
         "after": {**rule, "points_rewarded": 12}},
        {"id": INFO_PAGE_ENTRY, "action": "update_info_page", "before": text,
         "after": {**text, "content_ar": "<p>اجمع النقاط مع كل طلب.</p>"}},
    ]  # fmt: skip
    entries += [
        {"action": "adjust_customer_points", "customer_id": CUSTOMER_ID,
         "after": {"action": "add", "points": 50, "reason": seed.REASON}}
        if at % 2
        else {"action": "update_cashback_rule", "subject": RULE_ID, "before": rule,
              "after": {**rule, "points_rewarded": at + 6}}
        for at in range(ROWS)
    ]  # fmt: skip
    Entry.objects.bulk_create(
        Entry(**{
            "store_id": FIRST_STORE_ID, "at": seed.NOW - at * seed.MINUTE, "who": "merchant",
            "session": "5f0c2a9e", "outcome": "done", **fields,
        })
        for at, fields in enumerate(entries)
    )  # fmt: skip


def add_segments() -> None:
    from loyaltyadmin.segments.models import Segment

    Segment.objects.bulk_create(
        Segment(
            id=id_of(f"segment {at}"), store_id=FIRST_STORE_ID, name=f"شريحة {at}",
            criteria_json={"points_from": at, "has_points": True}, created_at=seed.NOW,
            updated_at=seed.NOW,
        )
        for at in range(ROWS)
    )  # fmt: skip


def add_recurring() -> None:
    """Each month for ever, and the first with as many runs."""
    from loyaltyadmin.recurring_adjustments.models import RecurringAdjustment, Run

    RecurringAdjustment.objects.bulk_create(
        RecurringAdjustment(
            id=id_of(f"recurring {at}"), store_id=FIRST_STORE_ID, occasion="monthly",
            day_of_month=1, hour=9, points=50, reason=seed.REASON, audience="everyone",
            created_at=seed.NOW, next_run_at=seed.NEXT_CENTURY,
        )
        for at in range(ROWS)
    )  # fmt: skip
    Run.objects.bulk_create(
        Run(
            recurring_adjustment_id=id_of("recurring 0"), outcome="started", made_at=seed.NOW,
            due_at=seed.NOW - dt.timedelta(days=at), job_id=id_of(f"one of many, {at}"),
        )
        for at in range(ROWS)
    )  # fmt: skip


def main() -> None:
    django.setup()
    seed.add_customers()
    seed.add_presets()
    seed.add_segments()
    add_jobs()
    add_adjustments()
    add_activity()
    add_segments()
    add_recurring()


if __name__ == "__main__":
    main()
