"""A draft says what it repeats, before the button that starts it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.points_adjustments import earlier, operations
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.stores.models import Store
from tests.pages import Page

HEADER = "customer_id,points\n"
FILE = f"{HEADER}1001,50\n1002,-20\n1003,5\n"


def upload(
    client: Client, text: str = FILE, *, reason: str = "A gift", name: str = "points.csv"
) -> BulkAdjustment:
    file = SimpleUploadedFile(name, text.encode())
    client.post("/bulk-adjustments/start/", {"file": file, "reason": reason})
    job: BulkAdjustment = BulkAdjustment.objects.latest("created_at")
    return job


def finish(job: BulkAdjustment, *, made: tuple[int, ...] = (2, 3, 4)) -> BulkAdjustment:
    """Confirm it, and have the lines at these positions made and the others refused."""
    operations.confirm_bulk_adjustment(job=job, by=OPERATOR)
    now = timezone.now()
    lines = job.lines.filter(position__in=made)
    lines.update(status=LineStatus.APPLIED, applied_at=now, ended_at=now)
    job.lines.exclude(position__in=made).update(
        status=LineStatus.REJECTED, ended_at=now, zid_message="no"
    )
    BulkAdjustment.objects.filter(id=job.id).update(status=JobStatus.FINISHED, ended_at=now)
    job.refresh_from_db()
    return job


def warnings_on(client: Client, job: BulkAdjustment) -> list[str]:
    page = Page(client.get(f"/bulk-adjustments/{job.id}/"))
    return [
        element.text
        for element in page.all("div")
        if "zid-alert--warning" in str(element.attributes.get("class"))
    ]


def test_the_same_file_is_named_with_how_that_one_ended(store: Store, merchant: Client) -> None:
    first = finish(upload(merchant), made=(2, 3))

    again = upload(merchant)

    [said] = warnings_on(merchant, again)
    assert "This very file was sent before." in said
    assert "Finished: 2 of 3 lines made" in said
    assert "2 customers of this list were in it and will be adjusted once more." in said
    page = Page(merchant.get(f"/bulk-adjustments/{again.id}/"))
    assert page.has("a", href=f"/bulk-adjustments/{first.id}/")


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}1003,5\n1001,50\n1002,-20\n",
        "points;customer_id\n50;1001\n-20;1002\n5;1003\n",
        "customer_id,points,action\n1001,50,add\n1002,20,take\n1003,5,\n",
    ],
)
def test_the_same_list_is_known_however_it_is_written(merchant: Client, text: str) -> None:
    finish(upload(merchant))

    [said] = warnings_on(merchant, upload(merchant, text, name="other.csv"))

    assert "The same list with the same reason was sent before." in said


@pytest.mark.parametrize(
    "other",
    [
        {"reason": "Another gift"},
        {"text": f"{HEADER}1001,51\n1002,-20\n1003,5\n", "reason": "Another gift"},
        {"text": f"{HEADER}2001,50\n"},
    ],
)
def test_another_list_is_not_warned_about(merchant: Client, other: dict[str, Any]) -> None:
    finish(upload(merchant, "customer_id,points\n\n1001,50\n1002,-20\n1003,5\n"))

    assert warnings_on(merchant, upload(merchant, **{"text": FILE, **other})) == []


def test_single_lines_that_were_made_before_are_counted(merchant: Client) -> None:
    finish(upload(merchant), made=(2, 3))

    again = upload(merchant, f"{HEADER}1001,50\n1002,-21\n1003,5\n1004,9\n")

    [said] = warnings_on(merchant, again)
    assert "1 line was made before: the same customer, points and reason." in said


def test_a_draft_that_nobody_confirmed_is_not_warned_about(merchant: Client) -> None:
    upload(merchant)

    assert warnings_on(merchant, upload(merchant)) == []


def test_another_stores_is_not_warned_about(merchant: Client, stranger: Client) -> None:
    finish(upload(stranger))

    assert warnings_on(merchant, upload(merchant)) == []


def test_what_was_not_made_is_known_when_it_comes_back_put_right(merchant: Client) -> None:
    first = finish(upload(merchant), made=(2, 4))
    name = earlier.failed_file_name(job=first, kind="csv")

    again = upload(merchant, f"{HEADER}1002,-10\n", name=name.replace(".csv", " (1).csv"))

    [said] = warnings_on(merchant, again)
    assert "This file brings back lines that were not made" in said
    assert "Nobody on this list was adjusted by it, so nobody is adjusted twice." in said
    finish(again, made=(2,))
    once_more = warnings_on(merchant, upload(merchant, f"{HEADER}1002,-9\n", name=name))
    assert len(once_more) == 2
    assert "sent again before" in once_more[0]
    assert "1 customer of this list was in it" in once_more[0]


def test_another_stores_file_of_what_was_not_made_says_nothing(
    merchant: Client, stranger: Client
) -> None:
    name = earlier.failed_file_name(job=finish(upload(stranger)), kind="xlsx")

    assert upload(merchant, name=name).corrects is None


def test_a_repeat_names_what_it_comes_from_itself(merchant: Client, store: Store) -> None:
    first = finish(upload(merchant), made=())

    retry = operations.retry_bulk_adjustment(job=first, by=OPERATOR)

    assert warnings_on(merchant, retry) == []


def test_the_order_of_lines_makes_no_other_list(merchant: Client) -> None:
    lists = [
        upload(merchant, f"{HEADER}{text}") for text in ("1,2\n3,4\n", "3,4\n1,2\n", "1,4\n3,2\n")
    ]

    digests = [job.lines_digest for job in lists]
    assert digests[0] == digests[1] != digests[2]
    assert {len(digest) for digest in digests} == {64}
