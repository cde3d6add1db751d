from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from loyaltyadmin.points_adjustments import turns
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import Action, LineStatus
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.pages import Page
from tests.points_adjustments.conftest import Ledger, make_line, settle_time

PART = "adjust-customer-points"

pytestmark = pytest.mark.usefixtures("no_waiting")


def address_of(line: Line) -> str:
    return f"/customers/{line.customer_id}/adjustments/{line.id}/"


def unknown_line(store: Store, **fields: Any) -> Line:
    now = timezone.now()
    return make_line(
        store, status=LineStatus.UNKNOWN, claimed_at=now, unknown_at=now, look_at=now, **fields
    )


def over(status: LineStatus, **fields: Any) -> dict[str, Any]:
    now = timezone.now()
    applied = {"applied_at": now} if status == LineStatus.APPLIED else {}
    return {"status": status, "ended_at": now, **applied, **fields}


def test_it_asks_again_by_itself_and_offers_no_form_while_the_outcome_is_open(
    store: Store, merchant: Client
) -> None:
    line = unknown_line(store)

    response = merchant.get(address_of(line), headers=edge.HTMX)

    page = Page(response)
    assert page.has(**{"hx-get": address_of(line)})
    assert not page.has(name="submission")
    assert line.reference in page.one(id=PART).text
    assert "HX-Trigger" not in response


def test_it_says_what_the_balance_was_when_one_was_set(store: Store, merchant: Client) -> None:
    asked = {"action": Action.SET, "target": 100, "balance_before": 40, "points": 60}
    line = make_line(store, **over(LineStatus.APPLIED, **asked))

    page = Page(merchant.get(address_of(line), headers=edge.HTMX))

    assert "The balance before was 40." in page.one(id=PART).text


@pytest.mark.parametrize(
    "outcome",
    [
        over(LineStatus.APPLIED),
        over(LineStatus.REJECTED, zid_message=edge.WORDS),
        over(LineStatus.SKIPPED, problem="not_applied"),
    ],
    ids=["applied", "rejected", "skipped"],
)
def test_it_stops_asking_once_the_outcome_is_there(
    store: Store, merchant: Client, outcome: dict[str, Any]
) -> None:
    line = make_line(store, **outcome)

    response = merchant.get(address_of(line), headers=edge.HTMX)

    page = Page(response)
    assert not page.has(**{"hx-get": address_of(line)})
    assert page.one(name="submission")["value"]
    assert "points-changed" in response["HX-Trigger"]


def test_it_costs_zid_nothing_to_ask(store: Store, merchant: Client, ledger: Ledger) -> None:
    line = unknown_line(store)

    merchant.get(address_of(line), headers=edge.HTMX)

    assert ledger.looks == 0


def test_it_shows_zids_words_as_text(store: Store, merchant: Client) -> None:
    line = make_line(store, **over(LineStatus.REJECTED, zid_message="<b>لا</b>"))

    page = Page(merchant.get(address_of(line), headers=edge.HTMX))

    assert "<b>لا</b>" in page.one(id=PART).text


@pytest.mark.parametrize(
    ("applied", "outcome"), [(True, LineStatus.APPLIED), (False, LineStatus.SKIPPED)]
)
def test_a_lost_answer_is_told_as_soon_as_a_worker_has_settled_it(
    store: Store, merchant: Client, ledger: Ledger, applied: bool, outcome: LineStatus
) -> None:
    ledger.loses_the_answer(applied=applied)
    with time_machine.travel(timezone.now(), tick=True) as clock:
        form = {
            "action": "add",
            "points": "50",
            "reason": "x",
            "submission": "11111111-1111-4111-8111-111111111111",
        }
        merchant.post("/customers/1001/adjust/", form, headers=edge.HTMX)
        line = Line.objects.get()
        clock.shift(dt.timedelta(seconds=settle_time() + 1))

        turns.take_turn(store_id=store.id, sleep=lambda seconds: None)
        response = merchant.get(address_of(line), headers=edge.HTMX)

    line.refresh_from_db()
    assert line.status == outcome
    assert Page(response).has(name="submission")
    assert ledger.points_of(1001) == (50 if applied else 0)
    assert ledger.adjustments == 1


def test_a_plain_request_gets_a_page_with_a_way_back(store: Store, merchant: Client) -> None:
    line = make_line(store, **over(LineStatus.APPLIED))

    page = Page(merchant.get(address_of(line)))

    assert page.has("html")
    assert line.reference in page.one(id=PART).text
    assert page.has("a", href="/customers/1001/")


def test_it_renders_from_right_to_left_in_arabic(store: Store) -> None:
    line = make_line(store, **over(LineStatus.APPLIED))

    response = client_of(store, language="ar").get(address_of(line))

    assert Page(response).one("html")["dir"] == "rtl"


def test_a_stranger_finds_no_such_adjustment(store: Store, stranger: Client) -> None:
    line = unknown_line(store)

    assert stranger.get(address_of(line)).status_code == 404


def test_it_is_not_found_under_another_customer(store: Store, merchant: Client) -> None:
    line = unknown_line(store)

    assert merchant.get(f"/customers/1002/adjustments/{line.id}/").status_code == 404


@pytest.mark.parametrize("line_id", [0, 10**30])
def test_an_adjustment_that_never_was_is_not_found(merchant: Client, line_id: int) -> None:
    assert merchant.get(f"/customers/1001/adjustments/{line_id}/").status_code == 404


def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(
    store: Store, client: Client
) -> None:
    assert client.get(address_of(unknown_line(store))).status_code == 403


def test_it_lets_nobody_in_whose_store_has_left(disconnected_store: Store) -> None:
    line = unknown_line(disconnected_store)

    assert client_of(disconnected_store).get(address_of(line)).status_code == 403


def test_it_is_only_read(store: Store, merchant: Client) -> None:
    assert merchant.post(address_of(unknown_line(store))).status_code == 405
