"""The file of the lines that were not made."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.points_adjustments import matching, operations, sheet
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import Action, LineStatus
from loyaltyadmin.stores.models import Store
from tests.conftest import client_of
from tests.pages import Page
from tests.points_adjustments.conftest import make_job
from tests.spreadsheets import cells_of_xlsx, rows_of_csv


def end(job: BulkAdjustment, status: LineStatus, *positions: int, **fields: Any) -> None:
    now = timezone.now()
    job.lines.filter(position__in=positions).update(status=status, ended_at=now, **fields)


def failed_of(client: Client, job: BulkAdjustment) -> bytes:
    content: bytes = client.get(f"/bulk-adjustments/{job.id}/failed.csv").getvalue()
    return content


@pytest.fixture
def job(store: Store) -> BulkAdjustment:
    """Of five lines the first was made, and one has no outcome yet."""
    job = make_job(store, customers=5)
    end(job, LineStatus.APPLIED, 2, applied_at=timezone.now())
    end(job, LineStatus.REJECTED, 3, zid_message="رصيد غير كاف")
    end(job, LineStatus.REJECTED, 4, problem="customer_not_found")
    end(job, LineStatus.SKIPPED, 5, problem="cancelled")
    return job


def test_it_holds_what_was_not_made_with_what_was_wrong(store: Store, job: BulkAdjustment) -> None:
    rows = rows_of_csv(failed_of(client_of(store, language="ar"), job))

    assert [row["customer"] for row in rows] == ["1002", "1003", "1004"]
    assert {(row["points"], row["action"], row["reason"]) for row in rows} == {
        ("10", "add", "A gift")
    }
    assert [row["problem"] for row in rows] == [
        "رصيد غير كاف",
        "لا يوجد في المتجر عميل بهذا الرقم.",
        "أُلغي التعديل الجماعي قبل أن يحين دوره.",
    ]


@pytest.mark.parametrize("action", Action)
def test_it_can_be_uploaded_as_it_is(store: Store, merchant: Client, action: Action) -> None:
    job = make_job(store, customers=2, action=action, points=0 if action is Action.RESET else 30)
    end(job, LineStatus.REJECTED, 2, 3, zid_message='no, "never"\nagain')

    read = matching.match(store=store, reading=sheet.read(content=failed_of(merchant, job)))

    assert read.problems == []
    asked = [(row.customer_id, row.action, row.amount, row.reason) for row in read.rows]
    amount = 0 if action is Action.RESET else 30
    assert asked == [(1001, action, amount, "A gift"), (1002, action, amount, "A gift")]


def test_a_line_that_was_sent_again_is_not_in_it(
    store: Store, merchant: Client, job: BulkAdjustment
) -> None:
    BulkAdjustment.objects.filter(id=job.id).update(status="finished", ended_at=timezone.now())

    operations.retry_bulk_adjustment(job=job, by=OPERATOR)

    assert rows_of_csv(failed_of(merchant, job)) == []


def test_it_comes_as_a_workbook_too(merchant: Client, job: BulkAdjustment) -> None:
    response = merchant.get(f"/bulk-adjustments/{job.id}/failed.xlsx")

    header, *rows = cells_of_xlsx(response.getvalue())
    assert header[:3] == ["customer", "points", "action"]
    assert [row[:3] for row in rows] == [[str(it), "10", "add"] for it in (1002, 1003, 1004)]
    assert f"-failed-{job.id.hex[:12]}.xlsx" in response["Content-Disposition"]


def test_the_page_offers_it_when_it_is_over_and_something_was_not_made(
    store: Store, merchant: Client, job: BulkAdjustment
) -> None:
    address = f"/bulk-adjustments/{job.id}/"

    before = Page(merchant.get(address))
    BulkAdjustment.objects.filter(id=job.id).update(status="finished", ended_at=timezone.now())
    after = Page(merchant.get(address))

    assert not before.has(id="failed")
    assert after.one(id="failed")["href"] == f"{address}failed.csv"
    assert after.one(id="failed-xlsx")["href"] == f"{address}failed.xlsx"


def test_the_page_offers_it_when_all_that_was_sent_was_made_and_some_was_left_out(
    store: Store, merchant: Client
) -> None:
    job = make_job(store, customers=1)
    end(job, LineStatus.APPLIED, 2, applied_at=timezone.now())
    job.left_out.create(position=3, code="no_points", customer="1002", points="0")
    BulkAdjustment.objects.filter(id=job.id).update(status="finished", ended_at=timezone.now())

    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))

    assert page.has(id="failed")
    assert not page.has(id="retry")
    assert [row["customer"] for row in rows_of_csv(failed_of(merchant, job))] == ["1002"]


def test_a_stranger_does_not_get_it(stranger: Client, job: BulkAdjustment) -> None:
    assert stranger.get(f"/bulk-adjustments/{job.id}/failed.csv").status_code == 404
