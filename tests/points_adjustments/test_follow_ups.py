"""Undoing, retrying, scheduling and deciding, as the merchant's clicks meet them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.points_adjustments import operations, tasks
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import Action, JobStatus, LineStatus
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.pages import Page
from tests.points_adjustments.conftest import make_job, make_line


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The stores for which a worker was called."""
    stores: list[int] = []
    monkeypatch.setattr(tasks.take_turn, "delay", stores.append)
    return stores


def over_job(store: Store, status: LineStatus, **fields: object) -> BulkAdjustment:
    job = make_job(store)
    now = timezone.now()
    happened = {"applied_at": now} if status == LineStatus.APPLIED else {}
    job.lines.update(status=status, ended_at=now, **happened, **fields)
    job.move(to=JobStatus.RUNNING, started_at=now)
    job.move(to=JobStatus.FINISHED, ended_at=now)
    return job


def address_of(job: BulkAdjustment, end: str = "") -> str:
    return f"/bulk-adjustments/{job.id}/{end}"


def unsettled_line(store: Store, job: BulkAdjustment | None = None) -> Line:
    now = timezone.now()
    return make_line(
        store,
        job=job,
        status=LineStatus.UNSETTLED,
        claimed_at=now,
        unknown_at=now,
        problem="history_unclear",
    )


def test_undoing_leads_to_a_draft_that_links_both_ways(store: Store, merchant: Client) -> None:
    job = over_job(store, LineStatus.APPLIED)

    response = merchant.post(address_of(job, "undo/"))

    undo = BulkAdjustment.objects.get(undoes=job)
    assert response["Location"] == address_of(undo)
    assert Page(merchant.get(address_of(undo))).has("a", href=address_of(job))
    assert Page(merchant.get(address_of(job))).has("a", href=address_of(undo))


def test_the_draft_of_an_undo_asks_again_until_the_balances_are_read(
    store: Store, merchant: Client
) -> None:
    job = over_job(store, LineStatus.APPLIED)
    undo = operations.undo_bulk_adjustment(
        by=OPERATOR, job=job, reason_for=lambda reason: "A mistake"
    )

    checking = Page(merchant.get(address_of(undo)))
    undo.lines.update(balance_before=10)
    undo.lines.filter(customer_id=1002).update(balance_before=3)
    BulkAdjustment.objects.filter(id=undo.id).update(balances_checked_at=timezone.now())
    checked = Page(merchant.get(address_of(undo, "draft/"), headers=edge.HTMX))

    assert checking.one(id="draft")["hx-get"] == address_of(undo, "draft/")
    assert not checking.has(id="confirm")
    assert "hx-get" not in checked.one(id="draft").attributes
    assert "1002" in checked.one(id="draft").text
    assert "1001" not in checked.one(id="draft").text
    assert checked.has(id="confirm")


def test_the_draft_of_an_undo_complains_of_no_file(store: Store, merchant: Client) -> None:
    job = over_job(store, LineStatus.APPLIED)
    job.lines.update(customer_id=1001)
    undo = operations.undo_bulk_adjustment(
        by=OPERATOR, job=job, reason_for=lambda reason: "A mistake"
    )

    draft = Page(merchant.get(address_of(undo))).one(id="draft").text

    assert "file" not in draft
    assert "−30" in draft
    assert "+" not in draft


def test_what_cannot_be_undone_just_shows_itself(store: Store, merchant: Client) -> None:
    job = over_job(store, LineStatus.REJECTED)

    response = merchant.post(address_of(job, "undo/"))

    assert response["Location"] == address_of(job)
    assert BulkAdjustment.objects.count() == 1


def test_retrying_leads_to_a_draft_of_the_lines_that_were_refused(
    store: Store, merchant: Client
) -> None:
    job = over_job(store, LineStatus.REJECTED)

    response = merchant.post(address_of(job, "retry/"))

    retry = BulkAdjustment.objects.get(retries=job)
    assert response["Location"] == address_of(retry)
    assert retry.lines.count() == 3
    assert Page(merchant.get(address_of(retry))).has("a", href=address_of(job))


@pytest.mark.parametrize("what", ["undo", "retry"])
def test_a_stranger_can_follow_nothing_up(store: Store, stranger: Client, what: str) -> None:
    job = over_job(store, LineStatus.APPLIED)

    response = stranger.post(address_of(job, f"{what}/"))

    assert response.status_code == 404
    assert BulkAdjustment.objects.count() == 1


@pytest.mark.parametrize(
    ("currency", "utc_hour", "whose"),
    [("SAR", 7, "Riyadh time"), ("AED", 6, "Dubai time"), ("", 7, "Riyadh time")],
)
def test_a_start_time_is_taken_as_the_stores_own_time_and_shown(
    store: Store, merchant: Client, currency: str, utc_hour: int, whose: str
) -> None:
    Store.objects.update(currency=currency)
    job = make_job(store, confirmed=False)
    draft = Page(merchant.get(address_of(job)))

    merchant.post(address_of(job, "confirm/"), {"starts_at": "2099-05-01T10:30"})

    job.refresh_from_db()
    assert whose in draft.one(id="id_starts_at_helptext").text
    assert job.starts_at == dt.datetime(2099, 5, 1, utc_hour, 30, tzinfo=dt.UTC)
    shown = Page(merchant.get(address_of(job))).one(id="progress").text
    assert f"1 May 2099 10:30, {whose}" in shown


@pytest.mark.parametrize("when", ["2001-05-01T10:30", "tomorrow"])
def test_a_start_time_that_cannot_be_is_refused_beside_the_field(
    store: Store, merchant: Client, when: str
) -> None:
    job = make_job(store, confirmed=False)

    response = merchant.post(address_of(job, "confirm/"), {"starts_at": when})

    job.refresh_from_db()
    assert response.status_code == 422
    assert Page(response).has(id="id_starts_at_error")
    assert job.status == JobStatus.DRAFT


@pytest.mark.parametrize(
    ("happened", "becomes"), [("1", LineStatus.APPLIED), ("0", LineStatus.SKIPPED)]
)
def test_the_merchant_decides_an_unsettled_line(
    store: Store, merchant: Client, happened: str, becomes: LineStatus
) -> None:
    job = over_job(store, LineStatus.REJECTED)
    line = unsettled_line(store, job)

    page = Page(merchant.get(address_of(job)))
    response = merchant.post(f"/adjustments/{line.id}/decide/", {"happened": happened})

    line.refresh_from_db()
    assert page.has("form", action=f"/adjustments/{line.id}/decide/")
    assert response["Location"] == address_of(job)
    assert line.status == becomes


def test_a_single_unsettled_adjustment_is_decided_on_its_own_page(
    store: Store, merchant: Client
) -> None:
    line = unsettled_line(store)

    response = merchant.post(f"/adjustments/{line.id}/decide/", {"happened": "1"})

    assert response["Location"] == f"/customers/1001/adjustments/{line.id}/"


@pytest.mark.parametrize("happened", ["", "maybe"])
def test_a_decision_that_says_nothing_decides_nothing(
    store: Store, merchant: Client, happened: str
) -> None:
    line = unsettled_line(store)

    merchant.post(f"/adjustments/{line.id}/decide/", {"happened": happened})

    line.refresh_from_db()
    assert line.status == LineStatus.UNSETTLED


def test_a_stranger_decides_nothing(store: Store, stranger: Client) -> None:
    line = unsettled_line(store)

    response = stranger.post(f"/adjustments/{line.id}/decide/", {"happened": "1"})

    line.refresh_from_db()
    assert response.status_code == 404
    assert line.status == LineStatus.UNSETTLED


def test_a_running_job_tells_the_time_that_is_left(store: Store, merchant: Client) -> None:
    job = make_job(store, customers=180)
    job.move(to=JobStatus.RUNNING, started_at=timezone.now())

    page = Page(merchant.get(address_of(job)))

    assert "3 minutes" in page.one(id="time-left").text


def test_a_line_that_sets_a_balance_says_what_was_read(store: Store, merchant: Client) -> None:
    job = over_job(store, LineStatus.APPLIED)
    job.lines.filter(position=2).update(action=Action.SET, target=100, balance_before=90)

    page = Page(merchant.get(address_of(job)))

    row = page.all("tr")[1].text
    assert "100" in row
    assert "it was 90" in row
    assert "+10" in row


@pytest.mark.parametrize(
    ("action", "points", "status"),
    [
        ("add", "0", 422),
        ("add", "", 422),
        ("take", "0", 422),
        ("set", "", 422),
        ("nonsense", "5", 422),
    ],
)
def test_the_form_wants_the_points_that_its_action_needs(
    store: Store, merchant: Client, action: str, points: str, status: int
) -> None:
    form = {
        "action": action,
        "points": points,
        "reason": "x",
        "submission": "11111111-1111-4111-8111-111111111111",
    }

    response = merchant.post("/customers/1001/adjust/", form, headers=edge.HTMX)

    assert response.status_code == status
    assert not Line.objects.exists()
