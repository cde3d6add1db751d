"""The merchant says which column is what, where the file does not."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import responses
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from loyaltyadmin.points_adjustments import tasks
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line, Upload
from loyaltyadmin.points_adjustments.states import JobStatus
from loyaltyadmin.stores.models import Store
from tests.customers.conftest import know
from tests.pages import Page
from tests.points_adjustments.test_matching import complete

UNCLEAR = "الاسم,الرمز,القيمة,ملاحظة\nنورة,1001,50,عيد مبارك\nسارة,1002,20,شكرًا\n"
CHOICE = {
    "has_names": "1",
    "customer": "1",
    "holds": "number",
    "points": "2",
    "action": "",
    "reason_column": "",
    "reason": "هدية",
}


@pytest.fixture(autouse=True)
def _zid_hears_nothing(zid: responses.RequestsMock) -> None:
    """Nothing is sent before the merchant confirms."""


def upload(client: Client, content: str = UNCLEAR, *, reason: str = "") -> str:
    response = client.post(
        "/bulk-adjustments/start/",
        {"file": SimpleUploadedFile("نقاط.csv", content.encode()), "reason": reason},
    )
    assert response.status_code == 302
    return str(response["Location"])


def choose(client: Client, path: str, **changes: str) -> Any:
    return client.post(path, CHOICE | changes)


def sent() -> list[tuple[int, int, str, int, str]]:
    return list(
        Line.objects.filter(job__status=JobStatus.DRAFT)
        .order_by("position")
        .values_list("position", "customer_id", "direction", "points", "reason")
    )


@pytest.mark.parametrize(
    "content",
    [UNCLEAR, "1001,50\n1002,20\n", "customer_id,id,points\n1,2,5\n", "client;amount\n1001;5\n"],
    ids=["other names", "no names", "a meaning twice", "English names"],
)
def test_an_unclear_file_leads_to_the_question(merchant: Client, content: str) -> None:
    path = upload(merchant, content)

    assert path.startswith("/bulk-adjustments/columns/")
    assert not BulkAdjustment.objects.exists()
    assert merchant.get(path).status_code == 200


def test_it_shows_how_the_file_begins_and_what_it_guesses(merchant: Client) -> None:
    page = merchant.get(upload(merchant, reason="هدية")).content.decode()

    for text in ("الاسم", "الرمز", "نورة", "1001", "عيد مبارك", "B · الرمز", "هدية"):
        assert text in page


def test_of_two_columns_of_numbers_it_does_not_guess_which_are_points(merchant: Client) -> None:
    form = merchant.get(upload(merchant)).context["form"]

    assert (form["customer"].value(), form["points"].value()) == (None, None)


def test_what_is_chosen_becomes_the_draft(store: Store, merchant: Client) -> None:
    path = upload(merchant)

    response = choose(merchant, path)

    job = BulkAdjustment.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/bulk-adjustments/{job.id}/")
    assert (job.store, job.status, job.file_name) == (store, JobStatus.DRAFT, "نقاط.csv")
    assert sent() == [(2, 1001, "+", 50, "هدية"), (3, 1002, "+", 20, "هدية")]


def test_a_column_of_reasons_is_one_only_when_it_is_chosen(merchant: Client) -> None:
    choose(merchant, upload(merchant), reason_column="3", reason="")

    assert [line[-1] for line in sent()] == ["عيد مبارك", "شكرًا"]


def test_a_file_without_names_is_read_from_its_first_line(merchant: Client) -> None:
    path = upload(merchant, "1001,50\n1002,20\n")

    choose(merchant, path, has_names="0", customer="0", points="1")

    assert [line[:4] for line in sent()] == [(1, 1001, "+", 50), (2, 1002, "+", 20)]


def test_the_columns_can_be_chosen_again_until_it_is_confirmed(merchant: Client) -> None:
    path = upload(merchant)
    choose(merchant, path, points="1", customer="2", holds="any")
    wrong = BulkAdjustment.objects.get()

    assert path in merchant.get(f"/bulk-adjustments/{wrong.id}/").content.decode()
    choose(merchant, path)

    wrong.refresh_from_db()
    assert wrong.status == JobStatus.CANCELLED
    assert [line[:4] for line in sent()] == [(2, 1001, "+", 50), (3, 1002, "+", 20)]


def test_it_shows_again_what_was_chosen(merchant: Client) -> None:
    path = upload(merchant)
    choose(merchant, path, customer="2", points="1", holds="any")

    form = merchant.get(path).context["form"]

    assert (form["customer"].value(), form["points"].value()) == ("2", "1")
    assert (form["holds"].value(), form["reason"].value()) == ("any", "هدية")


@pytest.mark.parametrize("end", ["confirm/", "cancel/"])
def test_the_file_is_not_kept_longer_than_its_draft(merchant: Client, end: str) -> None:
    path = upload(merchant)
    choose(merchant, path)
    job = BulkAdjustment.objects.get()

    merchant.post(f"/bulk-adjustments/{job.id}/{end}")

    assert not Upload.objects.exists()
    assert merchant.get(path).status_code == 404
    assert path not in merchant.get(f"/bulk-adjustments/{job.id}/").content.decode()


def test_a_file_that_nobody_comes_back_to_is_forgotten_after_a_day(merchant: Client) -> None:
    upload(merchant)
    tasks.forget_uploads()
    assert Upload.objects.exists()

    with time_machine.travel(timezone.now() + dt.timedelta(days=1, minutes=1)):
        tasks.forget_uploads()

    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"customer": ""}, "customer"),
        ({"points": ""}, "points"),
        ({"points": "1"}, "points"),
        ({"action": "2"}, "action"),
        ({"customer": "99"}, "customer"),
        ({"holds": "x"}, "holds"),
        ({"has_names": ""}, "has_names"),
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 256}, "reason"),
        ({"points": "0"}, "points"),  # names are no points
    ],
)
def test_it_says_beside_the_field_what_is_wrong(
    merchant: Client, changes: dict[str, str], field: str
) -> None:
    path = upload(merchant)

    response = choose(merchant, path, **changes)

    assert response.status_code == 422
    assert Page(response).one(id=f"id_{field}_error").text
    assert not BulkAdjustment.objects.exists()


def test_another_stores_file_is_not_there(merchant: Client, stranger: Client) -> None:
    path = upload(merchant)

    assert stranger.get(path).status_code == 404
    assert choose(stranger, path).status_code == 404
    assert not BulkAdjustment.objects.exists()


# Columns that the spreadsheet hides

CORPUS = Path(__file__).parent / "corpus"


def upload_workbook(client: Client, name: str) -> str:
    file = SimpleUploadedFile(name, (CORPUS / name).read_bytes())
    response = client.post("/bulk-adjustments/start/", {"file": file, "reason": "هدية"})
    assert response.status_code == 302
    return str(response["Location"])


@pytest.mark.parametrize(
    ("name", "hidden"),
    [("hidden-column.xlsx", "B · رقم العميل"), ("hidden-points-column.xlsx", "B · points")],
)
def test_a_hidden_column_is_not_guessed_but_can_be_chosen(
    merchant: Client, name: str, hidden: str
) -> None:
    path = upload_workbook(merchant, name)
    page = Page(merchant.get(path))

    assert path.startswith("/bulk-adjustments/columns/")
    assert f"{hidden} (hidden in the spreadsheet)" in page.one(id="id_customer").text
    assert "B hidden" in page.one("table").text
    choices = {"hidden-column.xlsx": ("1", "2"), "hidden-points-column.xlsx": ("0", "1")}
    customer, points = choices[name]
    choose(merchant, path, customer=customer, points=points, holds="number")

    assert [line[1:4] for line in sent()] == [(1001, "+", 50), (1002, "+", 20)]
    assert BulkAdjustment.objects.get().hidden_columns == []


def test_what_is_read_without_a_hidden_column_says_so_and_the_columns_can_be_chosen(
    store: Store, merchant: Client
) -> None:
    complete(store)
    know(store, 1001, mobile="966501234567")
    know(store, 1002)
    address = upload_workbook(merchant, "hidden-customer-column.xlsx")

    page = Page(merchant.get(address))
    said = page.one(id="draft").text
    assert "Column A is hidden in the spreadsheet and was not read." in said
    assert [line[:2] for line in sent()] == [(2, 1001)]
    path = f"/bulk-adjustments/columns/{Upload.objects.get().id}/"
    assert page.has("a", href=path)
    form = merchant.get(path).context["form"]
    assert (form["customer"].value(), form["points"].value()) == (1, 2)
    choose(merchant, path, customer="0", points="2")

    assert [line[:2] for line in sent()] == [(2, 1001), (3, 1002)]
    assert "hidden in the spreadsheet" not in merchant.get(address).content.decode()


def test_a_hidden_column_of_directions_is_asked_about(merchant: Client) -> None:
    path = upload_workbook(merchant, "hidden-action-column.xlsx")

    assert path.startswith("/bulk-adjustments/columns/")
    choose(merchant, path, customer="0", points="1", action="2")

    assert [line[1:4] for line in sent()] == [(1001, "-", 50), (1002, "-", 20)]


def test_a_file_that_hides_nothing_is_not_kept(merchant: Client) -> None:
    upload_workbook(merchant, "hidden-column-of-no-meaning.xlsx")

    assert BulkAdjustment.objects.exists()
    assert not Upload.objects.exists()
