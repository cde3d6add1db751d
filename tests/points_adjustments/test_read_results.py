from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from loyaltyadmin.customers import directory
from loyaltyadmin.customers.models import Customer, Directory
from loyaltyadmin.points_adjustments import progress
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import Action, LineStatus
from loyaltyadmin.stores.models import Store
from tests.customers.conftest import know
from tests.points_adjustments.conftest import make_job
from tests.spreadsheets import cells_of_xlsx, rows_of_csv


def results_of(client: Client, job: BulkAdjustment) -> tuple[Any, list[dict[str, str]]]:
    response = client.get(f"/bulk-adjustments/{job.id}/results.csv")
    return response, rows_of_csv(response.getvalue())


def test_it_gives_every_line_with_its_outcome(store: Store, merchant: Client) -> None:
    job = make_job(store, customers=3)
    now = timezone.now()
    job.lines.filter(position=2).update(
        status=LineStatus.APPLIED, applied_at=now, ended_at=now, direction="-"
    )
    job.lines.filter(position=3).update(
        status=LineStatus.REJECTED, zid_message="رصيد غير كاف", ended_at=now
    )

    response, rows = results_of(merchant, job)

    lines = list(job.lines.order_by("position"))
    assert response.status_code == 200
    assert [row["line"] for row in rows] == ["2", "3", "4"]
    assert [row["customer_id"] for row in rows] == ["1001", "1002", "1003"]
    assert [row["points"] for row in rows] == ["-10", "+10", "+10"]
    assert [row["reference"] for row in rows] == [line.reference for line in lines]
    assert [row["outcome"] for row in rows] == ["applied", "rejected", "pending"]
    assert [row["date"] for row in rows] == [timezone.localtime(now).isoformat(), "", ""]
    assert rows[0]["date"].endswith("+03:00")
    assert [row["detail"] for row in rows] == ["", "رصيد غير كاف", ""]


def test_it_is_a_file_that_spreadsheets_read_as_utf_8(store: Store, merchant: Client) -> None:
    job = make_job(store)

    response = merchant.get(f"/bulk-adjustments/{job.id}/results.csv")

    assert response.getvalue().startswith(b"\xef\xbb\xbf")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment; filename=")
    assert ".csv" in response["Content-Disposition"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\n@"])
@pytest.mark.parametrize(("column", "field"), [("reason", "reason"), ("detail", "zid_message")])
def test_no_cell_is_a_formula_whoever_wrote_it(
    store: Store, merchant: Client, start: str, column: str, field: str
) -> None:
    job = make_job(store, customers=1)
    job.lines.update(**{field: f"{start}HYPERLINK(1)"})

    _, (row,) = results_of(merchant, job)

    assert row[column] == f"'{start}HYPERLINK(1)"


@pytest.mark.parametrize("text", ["A gift", "هدية", "1 = 1", '"x", y', "a\nb", ""])
def test_every_other_text_stays_as_it_is(store: Store, merchant: Client, text: str) -> None:
    job = make_job(store, customers=1)
    job.lines.update(reason=text)

    _, (row,) = results_of(merchant, job)

    assert row["reason"] == text


def test_it_reads_many_lines_with_few_queries(
    store: Store, merchant: Client, django_assert_max_num_queries: Any
) -> None:
    job = make_job(store, customers=1500)

    # Session, store, job, the store's copy of its customers, lines, their customers.
    with django_assert_max_num_queries(6):
        _, rows = results_of(merchant, job)

    assert len(rows) == 1500


def test_the_same_comes_as_a_workbook_in_which_numbers_are_numbers(
    store: Store, merchant: Client
) -> None:
    job = make_job(store, customers=2)
    job.lines.filter(position=2).update(reason="=HYPERLINK(1)")
    job.lines.filter(position=3).update(reason="https://example.com هدية")

    response = merchant.get(f"/bulk-adjustments/{job.id}/results.xlsx")

    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert ".xlsx" in response["Content-Disposition"]
    header, *rows = cells_of_xlsx(response.getvalue())
    assert header == list(results_of(merchant, job)[1][0])
    at = header.index("reason")
    assert [row[:2] for row in rows] == [["2", "1001"], ["3", "1002"]]
    assert [row[at] for row in rows] == ["=HYPERLINK(1)", "https://example.com هدية"]


def test_it_tells_the_balance_that_a_line_left_where_one_was_read(
    store: Store, merchant: Client
) -> None:
    now = timezone.now()
    job = make_job(store, customers=2, action=Action.SET, points=70)
    job.lines.filter(position=2).update(
        status=LineStatus.APPLIED, applied_at=now, ended_at=now, direction="-", points=30,
        balance_before=100,
    )  # fmt: skip

    _, rows = results_of(merchant, job)

    assert [(row["balance_before"], row["balance_after"]) for row in rows] == [
        ("100", "70"),
        ("", ""),
    ]


def test_results_come_in_the_order_of_the_file(store: Store) -> None:
    job = make_job(store, customers=5)

    positions = [line.position for line in progress.some_at_a_time(job.lines.all())]

    assert positions == [2, 3, 4, 5, 6]


def test_it_tells_the_balance_that_the_store_knows_since_the_line(
    store: Store, merchant: Client
) -> None:
    """Known anew after the line's end, before it, of nobody, and of one who is gone."""
    now = timezone.now()
    job = make_job(store, customers=4)
    job.lines.update(status=LineStatus.APPLIED, applied_at=now, ended_at=now)
    later, earlier = now + dt.timedelta(seconds=1), now - dt.timedelta(seconds=1)
    know(store, 1001, points=60, asked_at=later)
    know(store, 1002, points=50, asked_at=earlier)
    know(store, 1004, points=50, asked_at=later)
    Customer.objects.filter(customer_id=1004).update(gone_at=later)
    night = now - dt.timedelta(hours=9)
    Directory.objects.create(store=store, fetched_at=night, due_at=now)

    _, rows = results_of(merchant, job)

    as_of = timezone.localtime(night).isoformat()
    assert [(row["known_balance"], row["known_as_of"]) for row in rows] == [
        ("60", as_of),
        ("", ""),
        ("", ""),
        ("", ""),
    ]


def test_it_tells_no_balance_of_who_is_to_be_looked_at_again(
    store: Store, merchant: Client
) -> None:
    now = timezone.now()
    job = make_job(store, customers=1)
    job.lines.update(status=LineStatus.APPLIED, applied_at=now, ended_at=now)
    know(store, 1001, points=60, asked_at=now)
    Directory.objects.create(store=store, fetched_at=now, due_at=now)
    directory.hint(store_id=store.id, customer_ids=[1001])

    _, (row,) = results_of(merchant, job)

    assert (row["known_balance"], row["known_as_of"]) == ("", "")


def test_it_tells_no_balance_while_the_customers_are_still_being_read(
    store: Store, merchant: Client
) -> None:
    now = timezone.now()
    job = make_job(store, customers=1)
    job.lines.update(status=LineStatus.APPLIED, applied_at=now, ended_at=now)
    know(store, 1001, points=60, asked_at=now)

    _, (row,) = results_of(merchant, job)

    assert (row["known_balance"], row["known_as_of"]) == ("", "")
