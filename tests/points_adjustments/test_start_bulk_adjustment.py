from __future__ import annotations

from typing import Any

import pytest
import responses
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.points_adjustments import lines, matching, operations, sheet
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.sheet import files
from loyaltyadmin.points_adjustments.states import Direction, JobStatus, LineStatus
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.pages import Page

ADDRESS = "/bulk-adjustments/start/"
GOOD = "customer_id,points,reason\n1001,50,A gift\n1002,-20,هدية\n"


@pytest.fixture(autouse=True)
def _zid_hears_nothing(zid: responses.RequestsMock) -> None:
    """Nothing is sent before the merchant confirms."""


def upload(
    client: Client,
    content: bytes | str = GOOD,
    *,
    reason: str = "",
    name: str = "points.csv",
    **options: Any,
) -> Any:
    body = content.encode() if isinstance(content, str) else content
    return client.post(
        ADDRESS, {"file": SimpleUploadedFile(name, body), "reason": reason}, **options
    )


def rows() -> list[tuple[int, int, str, int, str]]:
    lines = Line.objects.order_by("position")
    return [(row.position, row.customer_id, row.direction, row.points, row.reason) for row in lines]


@pytest.mark.parametrize("headers", [{}, edge.BOOSTED], ids=["plain", "htmx"])
def test_it_keeps_the_file_as_a_draft_and_leads_to_it(
    store: Store, merchant: Client, headers: dict[str, str]
) -> None:
    response = upload(merchant, headers=headers)

    job = BulkAdjustment.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/bulk-adjustments/{job.id}/")
    assert (job.store, job.status, job.source) == (store, JobStatus.DRAFT, "page")
    assert job.file_name == "points.csv"
    assert rows() == [
        (2, 1001, Direction.ADD, 50, "A gift"),
        (3, 1002, Direction.TAKE, 20, "هدية"),
    ]
    assert set(Line.objects.values_list("status", "attempts")) == {(LineStatus.PENDING, 0)}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1256"])
def test_it_takes_files_as_spreadsheets_write_them(merchant: Client, encoding: str) -> None:
    text = "رقم العميل;النقاط;السبب\r\n1001;٥٠;هدية\r\n;;\r\n1002;-٢٠;تصحيح\r\n"
    if encoding == "cp1256":  # has no Arabic-Indic digits
        text = text.replace("٥٠", "50").replace("٢٠", "20")

    upload(merchant, text.encode(encoding))

    assert rows() == [
        (2, 1001, Direction.ADD, 50, "هدية"),
        (4, 1002, Direction.TAKE, 20, "تصحيح"),
    ]


def test_it_gives_lines_without_a_reason_the_one_of_the_form(merchant: Client) -> None:
    upload(merchant, "customer_id,points,reason\n1001,5,own\n1002,5,\n", reason="عيد مبارك")

    assert [row[-1] for row in rows()] == ["own", "عيد مبارك"]


def test_it_asks_for_a_reason_where_lines_have_none(merchant: Client) -> None:
    response = upload(merchant, "customer_id,points,reason\n1001,5,own\n1002,5,\n")

    assert response.status_code == 422
    assert Page(response).one(id="id_reason_error").text
    assert not BulkAdjustment.objects.exists()


def test_it_refuses_a_reason_that_leaves_no_place_for_the_reference(merchant: Client) -> None:
    response = upload(merchant, reason="x" * 180)

    assert response.status_code == 422
    page = Page(response)
    assert page.one(id="id_reason_error").text
    assert page.one(name="reason")["value"] == "x" * 180


def test_it_keeps_what_it_could_not_read_and_takes_the_rest(merchant: Client) -> None:
    upload(merchant, "customer_id,points\n1001,5\nx,5\n1002,0\n1003,1.5\n", reason="x")

    job = BulkAdjustment.objects.get()
    assert [row[1] for row in rows()] == [1001]
    assert list(job.left_out.order_by("position").values_list("position", "code", "value")) == [
        (3, "bad_customer_id", "x"),
        (4, "no_points", "0"),
        (5, "fraction", "1.5"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00",
        b"hello\nworld\n",
        b'customer_id,points\n1001,"50\n1002,60\n',
        b"customer_id,points\n",
        b"customer_id,points\n\n,\n",
        b"customer_id,points\nx,5\n1001,0\n",
    ],
)
def test_it_says_beside_the_field_what_is_wrong_with_the_file(
    merchant: Client, content: bytes
) -> None:
    response = upload(merchant, content, reason="سبب")

    assert response.status_code == 422
    page = Page(response)
    assert page.one(id="id_file_error").text
    assert page.one(name="file")["aria-invalid"] == "true"
    assert page.one(name="reason")["value"] == "سبب"
    assert not BulkAdjustment.objects.exists()


def paste(client: Client, lines: str, *, reason: str = "x", **more: Any) -> Any:
    return client.post(ADDRESS, {"pasted": lines, "reason": reason, **more})


def test_it_reads_pasted_lines_as_it_reads_a_file(merchant: Client) -> None:
    response = paste(merchant, "العميل\tالنقاط\r\n١٠٠١\t٥٠\r\n1002\t-20\r\n", reason="سبب")

    assert response.status_code == 302
    assert rows() == [
        (2, 1001, Direction.ADD, 50, "سبب"),
        (3, 1002, Direction.TAKE, 20, "سبب"),
    ]


def test_pasted_lines_need_no_names_when_they_are_clear(merchant: Client) -> None:
    paste(merchant, "1001\t+50\n1002\t-20")

    assert [row[:4] for row in rows()] == [
        (1, 1001, Direction.ADD, 50),
        (2, 1002, Direction.TAKE, 20),
    ]


def test_it_says_beside_pasted_lines_what_is_wrong_with_them(merchant: Client) -> None:
    response = paste(merchant, "customer_id\tpoints\nx\t5\n")

    assert response.status_code == 422
    page = Page(response)
    assert "2" in page.one(id="id_pasted_error").text
    assert page.one(name="pasted").text == "customer_id points x 5"


def long(lines: str) -> SimpleUploadedFile:
    """As static/js/fields.js sends what is too long for a field."""
    return SimpleUploadedFile("pasted.txt", lines.encode())


def test_it_reads_long_pasted_lines_that_come_as_a_file(merchant: Client) -> None:
    lines = "1001\t+50" + "\n" * 2**20 + "1002\t-20"

    response = merchant.post(ADDRESS, {"pasted": long(lines), "reason": "سبب"})

    assert response.status_code == 302
    assert [row[1:4] for row in rows()] == [(1001, Direction.ADD, 50), (1002, Direction.TAKE, 20)]
    assert BulkAdjustment.objects.get().file_name == ""


def test_what_is_wrong_with_long_pasted_lines_stands_beside_them_too(merchant: Client) -> None:
    response = merchant.post(ADDRESS, {"pasted": long("customer_id\tpoints\nx\t5\n")})

    assert response.status_code == 422
    page = Page(response)
    assert "2" in page.one(id="id_pasted_error").text
    assert page.one(name="pasted").text == "customer_id points x 5"


def test_pasted_lines_have_the_limit_of_a_file(
    merchant: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (sheet, files):
        monkeypatch.setattr(module, "MOST_BYTES", 5)

    response = merchant.post(ADDRESS, {"pasted": long("1001\t50"), "reason": "x"})

    assert response.status_code == 422
    assert "20 MB" in Page(response).one(id="id_pasted_error").text


def test_too_much_text_for_a_form_is_said_in_words(merchant: Client) -> None:
    response = paste(merchant, "1001\t50" + "\n" * 2**20)

    assert response.status_code == 413
    assert "too much text" in Page(response).one("h1").text
    assert not BulkAdjustment.objects.exists()


def test_it_takes_a_file_or_pasted_lines_and_not_both(merchant: Client) -> None:
    response = paste(merchant, GOOD, file=SimpleUploadedFile("points.csv", GOOD.encode()))

    assert response.status_code == 422
    assert Page(response).one(id="id_pasted_error").text
    assert not BulkAdjustment.objects.exists()


def test_it_names_the_first_line_when_none_can_be_read(merchant: Client) -> None:
    response = upload(merchant, "customer_id,points\n\n\nx,5\ny,5\n")

    assert "4" in Page(response).one(id="id_file_error").text


def test_it_refuses_more_than_20_megabytes(merchant: Client) -> None:
    response = upload(merchant, b"x" * (sheet.MOST_BYTES + 1))

    assert response.status_code == 422
    assert "20" in Page(response).one(id="id_file_error").text


def test_it_refuses_more_than_100_000_lines(merchant: Client) -> None:
    response = upload(merchant, "customer_id,points\n" + "1001,5\n" * 100_001, reason="x")

    assert response.status_code == 422
    assert "100,000" in Page(response).one(id="id_file_error").text


@pytest.mark.parametrize("form", [{}, {"file": "a text"}])
def test_it_asks_for_a_file(merchant: Client, form: dict[str, str]) -> None:
    response = merchant.post(ADDRESS, form)

    assert response.status_code == 422
    assert Page(response).one(id="id_file_error").text


def test_it_keeps_the_end_of_a_long_file_name_and_none_of_its_folders(merchant: Client) -> None:
    upload(merchant, name="../../etc/" + "ع" * 300 + ".csv")

    name = BulkAdjustment.objects.get().file_name
    assert len(name) <= 255
    assert "/" not in name
    assert name.endswith(".csv")


def test_it_says_what_is_wrong_from_right_to_left_in_arabic(store: Store) -> None:
    response = upload(client_of(store, language="ar"), b"")

    assert Page(response).one("html")["dir"] == "rtl"


def test_reading_its_address_leads_to_the_form(merchant: Client) -> None:
    response = merchant.get(ADDRESS)

    assert (response.status_code, response["Location"]) == (302, "/bulk-adjustments/")


def test_it_writes_a_thousand_lines_with_few_queries(
    store: Store, django_assert_max_num_queries: object
) -> None:
    content = b"customer_id,points\n" + b"".join(b"%d,5\n" % n for n in range(1, 1001))
    read = matching.match(store=store, reading=sheet.read(content=content))

    # SQLite takes 999 values at once and so about 40 lines; PostgreSQL takes all.
    with django_assert_max_num_queries(36):
        operations.start_bulk_adjustment(
            by=OPERATOR, store=store, sheet=read, reason="x", source=BulkAdjustment.Source.PAGE
        )

    assert Line.objects.count() == 1000


def test_a_draft_is_kept_whole_or_not_at_all(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    read = matching.match(store=store, reading=sheet.read(content=GOOD.encode()))
    monkeypatch.setattr(lines, "add", raising)

    with pytest.raises(RuntimeError):
        operations.start_bulk_adjustment(
            by=OPERATOR, store=store, sheet=read, reason="x", source=BulkAdjustment.Source.PAGE
        )

    assert not BulkAdjustment.objects.exists()


def raising(*args: object, **kwargs: object) -> None:
    raise RuntimeError("killed")
