"""Putting a draft right before anything moves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import responses
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.customers.models import Customer, Directory
from loyaltyadmin.points_adjustments import drafts, operations, tasks, writing
from loyaltyadmin.points_adjustments.models import BulkAdjustment, LeftOut, Safeguards
from loyaltyadmin.points_adjustments.states import LineStatus
from loyaltyadmin.snapshots.models import Snapshot
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.pages import Page
from tests.points_adjustments.conftest import make_job
from tests.spreadsheets import rows_of_csv

FILE = "customer_id,points,reason\n1001,50,A gift\nnobody,5,\n1003,0,\n1004,-20,\n"


@pytest.fixture(autouse=True)
def _zid_hears_nothing(zid: responses.RequestsMock) -> None:
    """Nothing here asks Zid."""


@pytest.fixture
def directory(store: Store) -> Directory:
    """The store's customers 1001 to 1005, with 10 points each."""
    now = timezone.now()
    Customer.objects.bulk_create(
        Customer(store=store, customer_id=number, points=10, read_at=now, email=f"c{number}@x.sa")
        for number in range(1001, 1006)
    )
    return Directory.objects.create(store=store, fetched_at=now, due_at=now)


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The stores for which a worker was called."""
    stores: list[int] = []
    monkeypatch.setattr(tasks, "wake_worker", lambda *, store_id: stores.append(store_id))
    return stores


def upload(client: Client, text: str = FILE, reason: str = "عيد مبارك") -> BulkAdjustment:
    file = SimpleUploadedFile("points.csv", text.encode())
    client.post("/bulk-adjustments/start/", {"file": file, "reason": reason})
    job: BulkAdjustment = BulkAdjustment.objects.latest("created_at")
    return job


def edit(client: Client, job: BulkAdjustment, *, query: str = "", **form: Any) -> Any:
    return client.post(f"/bulk-adjustments/{job.id}/edit/" + query, form)


def typed(left_out: LeftOut, **cells: str) -> dict[str, str]:
    """The form's fields of one line, as the page shows them, with some typed over."""
    names = ("customer", "points", "action", "reason")
    was = {name: getattr(left_out, name) for name in names}
    return {
        "left_out": str(left_out.id),
        **({"aside": str(left_out.id)} if left_out.code == "set_aside" else {}),
        **{f"was-{name}-{left_out.id}": value for name, value in was.items()},
        **{f"{name}-{left_out.id}": value for name, value in (was | cells).items()},
    }


def ready(job: BulkAdjustment) -> list[tuple[int, int, str, int | None, str]]:
    return list(
        job.lines.order_by("position").values_list(
            "position", "customer_id", "direction", "points", "reason"
        )
    )


def left_out(job: BulkAdjustment) -> list[tuple[int, str]]:
    return list(job.left_out.order_by("position").values_list("position", "code"))


# What it shows


def test_it_shows_what_cannot_be_sent_in_fields_to_put_it_right(merchant: Client) -> None:
    job = upload(merchant)

    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))

    first, second = job.left_out.order_by("position")
    assert left_out(job) == [(3, "bad_customer_id"), (4, "no_points")]
    assert page.one(name=f"customer-{first.id}")["value"] == "nobody"
    assert page.one(name=f"points-{second.id}")["value"] == "0"
    assert "the points are zero" in page.one(id=f"problem-{second.id}").text


def test_it_shows_the_balances_before_and_after_with_their_age(
    merchant: Client, directory: Directory
) -> None:
    job = upload(merchant, "customer_id,points,action\n1001,50,\n1002,-4,\n1003,7,set\n1001,-1,\n")

    cells = [it.text for it in Page(merchant.get(f"/bulk-adjustments/{job.id}/")).all("td")]

    before_and_after = [cells[at + 3 : at + 5] for at in range(0, len(cells), 7)]
    assert before_and_after == [["10", "60"], ["10", "6"], ["10", "7"], ["60", "59"]]


def test_it_counts_and_shows_the_lines_that_go_below_zero(
    merchant: Client, directory: Directory
) -> None:
    job = upload(merchant, "customer_id,points\n1001,50\n1002,-11\n1003,-10\n")
    address = f"/bulk-adjustments/{job.id}/"

    page = Page(merchant.get(address))
    below = Page(merchant.get(address, {"outcome": "below"}))

    assert "1 line takes more points than the customer has." in page.one(id="lines").text
    links = [str(link["href"]) for link in below.all("a") if "/customers/1" in str(link["href"])]
    assert links == ["/customers/1002/"]


def test_it_says_what_the_points_are_worth_to_shoppers(store: Store, merchant: Client) -> None:
    with responses.RequestsMock() as zid:
        zid.get(edge.PROGRAM, json=edge.fixture("program"))
        merchant.get("/program/")
    assert Snapshot.objects.filter(store=store).exists()

    page = Page(merchant.get(f"/bulk-adjustments/{upload(merchant).id}/"))

    assert "≈" in page.one("dl", **{"class": "zid-stats"}).text


# Putting right


def test_a_line_that_was_put_right_joins_the_others(merchant: Client) -> None:
    job = upload(merchant)
    first, second = job.left_out.order_by("position")

    edit(
        merchant,
        job,
        save="1",
        **typed(first, customer="١٠٠٢"),
    )
    edit(merchant, job, save="1", **typed(second, points="-7", reason="Mine"))

    assert ready(job) == [
        (2, 1001, "+", 50, "A gift"),
        (3, 1002, "+", 5, "عيد مبارك"),
        (4, 1003, "-", 7, "Mine"),
        (5, 1004, "-", 20, "عيد مبارك"),
    ]
    assert left_out(job) == []


def test_what_is_still_wrong_keeps_what_was_typed(merchant: Client) -> None:
    job = upload(merchant)
    second = job.left_out.get(position=4)

    edit(merchant, job, save="1", **typed(second, points="10.5"))

    second.refresh_from_db()
    assert (second.points, second.code) == ("10.5", "fraction")


def test_a_customer_is_found_by_address_as_in_a_file(
    merchant: Client, directory: Directory
) -> None:
    job = upload(merchant)
    first = job.left_out.get(position=3)

    edit(merchant, job, save="1", **typed(first, customer="C1005@X.sa"))
    assert (3, 1005, "+", 5, "عيد مبارك") in ready(job)
    other = job.left_out.get(position=4)
    edit(merchant, job, save="1", **typed(other, customer="9999", points="5"))

    assert left_out(job) == [(4, "unknown_customer")]


def test_a_line_without_any_reason_stays(store: Store, merchant: Client) -> None:
    job = upload(merchant, FILE.replace(",\n", ",Mine\n").replace("\n1003,0,Mine", "\n1003,0,"), "")
    last = job.left_out.get(position=4)

    edit(merchant, job, save="1", **typed(last, points="5"))

    assert (4, "no_reason") in left_out(job)


def test_lines_are_dropped_one_by_one_or_all(merchant: Client) -> None:
    job = upload(merchant)
    first = job.left_out.get(position=3)
    line = job.lines.get(position=5)

    edit(merchant, job, drop=str(first.id))
    edit(merchant, job, drop_line=str(line.id))
    assert (left_out(job), [it[0] for it in ready(job)]) == ([(4, "no_points")], [2])
    edit(merchant, job, drop="all")

    assert left_out(job) == []


def test_what_was_typed_beside_is_not_lost_when_a_line_is_dropped(merchant: Client) -> None:
    job = upload(merchant)
    first, second = job.left_out.order_by("position")

    edit(merchant, job, drop=str(first.id), **typed(second, points="9"))

    assert (4, 1003, "+", 9, "عيد مبارك") in ready(job)
    assert left_out(job) == []
    entry = Entry.objects.get(action="edit_bulk_adjustment")
    assert entry.after == {"put_right": 1, "dropped": 1}


@pytest.mark.parametrize("action", ["add", "take", "set", "reset"])
def test_a_line_is_set_aside_and_put_back(merchant: Client, action: str) -> None:
    points = "" if action == "reset" else "5"
    job = upload(merchant, f"customer_id,points,action\n1001,{points},{action}\n1002,1,\n")
    before = ready(job)

    edit(merchant, job, set_aside=str(job.lines.get(position=2).id))
    aside = job.left_out.get()
    assert (aside.position, aside.code, aside.action) == (2, "set_aside", action)
    edit(merchant, job, save="1", **typed(aside, reason="Other"))

    assert [row[:4] for row in ready(job)] == [row[:4] for row in before]


def test_a_line_that_was_set_aside_comes_back_as_it_was_when_that_is_saved(
    merchant: Client,
) -> None:
    job = upload(merchant)
    before = ready(job)
    edit(merchant, job, set_aside=str(job.lines.get(position=2).id))

    edit(merchant, job, save="1", **typed(job.left_out.get(code="set_aside")))

    assert ready(job) == before


def test_a_line_that_was_set_aside_stays_there_while_others_are_dropped(merchant: Client) -> None:
    job = upload(merchant)
    first = job.left_out.get(position=3)
    edit(merchant, job, set_aside=str(job.lines.get(position=2).id))

    edit(merchant, job, drop=str(first.id), **typed(job.left_out.get(code="set_aside")))

    assert left_out(job) == [(2, "set_aside"), (4, "no_points")]


@pytest.mark.parametrize(
    ("policy", "lines", "out"),
    [
        ("sum", [(2, 45), (4, 1)], []),
        ("first", [(2, 50), (4, 1)], [(3, "duplicate_customer")]),
        ("refuse", [(4, 1)], [(2, "duplicate_customer"), (3, "duplicate_customer")]),
        ("each", [(2, 50), (3, 5), (4, 1)], []),
    ],
)
def test_several_lines_of_a_customer_are_brought_together(
    merchant: Client, policy: str, lines: list[Any], out: list[Any]
) -> None:
    job = upload(merchant, "customer_id,points\n1001,50\n1001,-5\n1002,1\n")

    edit(merchant, job, duplicates=policy)

    assert [(row[0], row[3]) for row in ready(job)] == lines
    assert left_out(job) == out


# What it leaves


def test_each_change_leaves_one_entry_and_another_list(merchant: Client) -> None:
    job = upload(merchant)
    before = job.lines_digest

    edit(merchant, job, save="1", **typed(job.left_out.get(position=3), customer="1002"))

    job.refresh_from_db()
    entry = Entry.objects.get(action="edit_bulk_adjustment")
    assert (entry.after, entry.job_id) == ({"put_right": 1}, job.id)
    assert job.lines_digest not in {"", before}


def test_who_saw_another_list_looks_again_before_it_starts(store: Store, merchant: Client) -> None:
    job = upload(merchant)
    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))
    seen = str(page.one(name="seen")["value"])
    edit(client_of(store), job, drop_line=str(job.lines.get(position=5).id))

    response = merchant.post(f"/bulk-adjustments/{job.id}/confirm/", {"seen": seen})

    job.refresh_from_db()
    assert (response.status_code, job.confirmed_at) == (422, None)
    again = str(Page(response).one(name="seen")["value"])
    assert merchant.post(f"/bulk-adjustments/{job.id}/confirm/", {"seen": again}).status_code == 302


def test_a_changed_draft_has_to_be_approved_anew(store: Store, merchant: Client) -> None:
    Safeguards.objects.create(store=store, needs_second_manager=True)
    job = upload(merchant)
    merchant.post(f"/bulk-adjustments/{job.id}/confirm/")

    edit(merchant, job, drop="all")

    job.refresh_from_db()
    assert job.approval_asked_at is None


def test_what_is_confirmed_is_frozen(merchant: Client) -> None:
    job = upload(merchant)
    line, out = job.lines.get(position=5), job.left_out.get(position=3)
    merchant.post(f"/bulk-adjustments/{job.id}/confirm/")
    before = (ready(job), left_out(job))

    for form in (
        {"drop": "all"},
        {"drop_line": str(line.id)},
        {"set_aside": str(line.id)},
        {"duplicates": "refuse"},
        typed(out, customer="1002"),
    ):
        assert edit(merchant, job, **form).status_code == 302

    assert (ready(job), left_out(job)) == before


def test_an_undo_keeps_its_lines(store: Store, merchant: Client) -> None:
    job = make_job(store)
    now = timezone.now()
    job.lines.update(status=LineStatus.APPLIED, applied_at=now, ended_at=now)
    BulkAdjustment.objects.filter(id=job.id).update(status="finished", ended_at=now)
    job.refresh_from_db()
    undo = operations.undo_bulk_adjustment(job=job, by=OPERATOR, reason_for=str)

    with pytest.raises(operations.NotPossible):
        drafts.edit_bulk_adjustment(
            job=undo, by=OPERATOR, edits=drafts.Edits(typed={}, drop_all_left_out=True)
        )


def test_it_leads_back_to_the_page_of_lines_that_it_came_from(merchant: Client) -> None:
    job = upload(merchant)

    response = edit(merchant, job, query="?left=2", drop="all")

    assert response["Location"] == f"/bulk-adjustments/{job.id}/?left=2"


@pytest.mark.parametrize("value", ["x", "-1", "9" * 40, ""])
def test_nonsense_changes_nothing(merchant: Client, value: str) -> None:
    job = upload(merchant)
    before = (ready(job), left_out(job))

    edit(merchant, job, drop=value, drop_line=value, set_aside=value, left_out=value)

    assert (ready(job), left_out(job)) == before


def test_another_stores_draft_is_none_of_ours(stranger: Client, merchant: Client) -> None:
    job = upload(merchant)

    assert edit(stranger, job, drop="all").status_code == 404
    assert left_out(job)


def test_what_was_left_out_stands_in_the_file_of_what_was_not_made(merchant: Client) -> None:
    job = upload(merchant)
    merchant.post(f"/bulk-adjustments/{job.id}/confirm/")
    now = timezone.now()
    job.lines.filter(position=2).update(status="applied", applied_at=now, ended_at=now)
    job.lines.filter(position=5).update(status="rejected", ended_at=now, zid_message="no")

    rows = rows_of_csv(merchant.get(f"/bulk-adjustments/{job.id}/failed.csv").getvalue())

    assert [(row["customer"], row["points"], row["problem"]) for row in rows] == [
        ("nobody", "5", "the customer number is not a whole number (nobody)"),
        ("1003", "0", "the points are zero (0)"),
        ("1004", "20", "no"),
    ]


# Lines that the spreadsheet hides

FILTERED = Path(__file__).parent / "corpus" / "filtered.xlsx"


def upload_filtered(client: Client) -> BulkAdjustment:
    """Of lines for 1001 to 1004 those for 1002 and 1003 are hidden; 1003's points are x."""
    file = SimpleUploadedFile("filtered.xlsx", FILTERED.read_bytes())
    client.post("/bulk-adjustments/start/", {"file": file, "reason": ""})
    job: BulkAdjustment = BulkAdjustment.objects.latest("created_at")
    return job


def test_what_a_filter_hides_is_left_out_and_said(merchant: Client, directory: Directory) -> None:
    job = upload_filtered(merchant)

    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))

    assert [line[1] for line in ready(job)] == [1001, 1004]
    assert "2 lines are hidden in the file" in page.one(id="draft").text
    assert page.one("button", name="hidden", value="take").text == "Include the hidden lines"


def test_what_a_filter_hides_can_be_taken_in(merchant: Client, directory: Directory) -> None:
    job = upload_filtered(merchant)

    edit(merchant, job, hidden="take")

    assert ready(job) == [
        (2, 1001, "+", 50, "هدية"),
        (3, 1002, "+", 20, "هدية"),
        (5, 1004, "+", 30, "هدية"),
    ]
    assert list(job.left_out.values_list("position", "code", "value")) == [(4, "bad_points", "x")]
    assert Entry.objects.latest("id").after == {"hidden": 1}
    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))
    assert not page.has("button", name="hidden")


def test_what_a_filter_hides_can_be_dropped(merchant: Client, directory: Directory) -> None:
    job = upload_filtered(merchant)

    edit(merchant, job, hidden="drop")

    assert [line[1] for line in ready(job)] == [1001, 1004]
    assert not job.left_out.exists()


@pytest.fixture
def many_hidden(
    merchant: Client, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> BulkAdjustment:
    """A draft with more hidden lines than are written at once."""
    job = upload_filtered(merchant)
    monkeypatch.setattr("loyaltyadmin.web.rows.AT_ONCE", 1)
    return job


def test_many_hidden_lines_are_taken_in_by_a_worker(
    merchant: Client, many_hidden: BulkAdjustment, woken: list[int]
) -> None:
    job = many_hidden
    before = job.lines_digest

    response = edit(merchant, job, hidden="take")

    job.refresh_from_db()
    assert (response.status_code, job.status, woken) == (302, "writing", [job.store_id])
    assert Entry.objects.latest("id").after == {"hidden": 1}
    writing.write_all(job=job)
    assert job.status == "draft"
    assert job.lines_digest not in {"", before}
    assert [line[1] for line in ready(job)] == [1001, 1002, 1004]
    assert list(job.left_out.values_list("position", "code", "points")) == [(4, "bad_points", "x")]


def test_while_hidden_lines_are_written_it_cannot_be_started_or_changed(
    merchant: Client, many_hidden: BulkAdjustment
) -> None:
    edit(merchant, many_hidden, hidden="take")

    merchant.post(f"/bulk-adjustments/{many_hidden.id}/confirm/")
    edit(merchant, many_hidden, hidden="take")
    edit(merchant, many_hidden, drop_line=str(many_hidden.lines.get(position=2).id))

    many_hidden.refresh_from_db()
    assert (many_hidden.status, many_hidden.confirmed_at) == ("writing", None)
    writing.write_all(job=many_hidden)
    assert [line[1] for line in ready(many_hidden)] == [1001, 1002, 1004]


def test_who_takes_many_in_sees_the_whole_page_anew(
    merchant: Client, many_hidden: BulkAdjustment
) -> None:
    address = f"/bulk-adjustments/{many_hidden.id}/"

    response = merchant.post(f"{address}edit/", {"hidden": "take"}, headers=edge.HTMX)

    assert address in response["HX-Location"]


def test_hidden_lines_that_were_dropped_in_another_tab_are_not_taken_in(
    merchant: Client, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = upload_filtered(merchant)
    match = drafts.matching.match

    def drop_and_match(**fields: Any) -> Any:
        job.left_out.filter(position=3).delete()
        return match(**fields)

    monkeypatch.setattr(drafts.matching, "match", drop_and_match)
    edit(merchant, job, hidden="take")

    assert [line[1] for line in ready(job)] == [1001, 1004]
    assert left_out(job) == [(4, "hidden_line")]


def test_a_draft_with_hidden_lines_taken_in_has_to_be_approved_anew(
    store: Store, merchant: Client, many_hidden: BulkAdjustment
) -> None:
    Safeguards.objects.create(store=store, needs_second_manager=True)
    merchant.post(f"/bulk-adjustments/{many_hidden.id}/confirm/")

    edit(merchant, many_hidden, hidden="take")

    many_hidden.refresh_from_db()
    assert many_hidden.approval_asked_at is None


def test_a_file_of_which_everything_is_hidden_is_refused_with_the_reason(merchant: Client) -> None:
    content = FILTERED.with_name("all-rows-hidden.xlsx").read_bytes()

    response = merchant.post(
        "/bulk-adjustments/start/", {"file": SimpleUploadedFile("all.xlsx", content), "reason": ""}
    )

    assert response.status_code == 422
    assert "the spreadsheet hides this line" in Page(response).one(id="id_file_error").text
