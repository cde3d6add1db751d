from __future__ import annotations

from typing import Any

import pytest
import requests
import responses
from django.test import Client
from django.utils import timezone
from responses import matchers

from loyaltyadmin.activity.models import Action
from loyaltyadmin.activity.operations import merchant_of, record
from loyaltyadmin.customers.models import Customer
from loyaltyadmin.points_adjustments.states import LineStatus
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.customers.conftest import know
from tests.pages import Page
from tests.points_adjustments.conftest import make_job, make_line

ADDRESS = "/customers/370001/"
CUSTOMER = f"{edge.CUSTOMER}/370001"

pytestmark = pytest.mark.usefixtures("no_waiting")


def stub(
    zid: responses.RequestsMock,
    *,
    store: Store | None = None,
    language: str = "en",
    customer: dict[str, Any] | None = None,
    points: dict[str, Any] | None = None,
) -> None:
    sender = [edge.by(store, language=language)] if store else []
    found = edge.fixture("customer")
    found["customer"] |= customer or {}
    zid.get(CUSTOMER, json=found, match=sender)
    zid.get(
        edge.POINTS,
        json=edge.fixture("customer_points") | (points or {}),
        match=[matchers.query_param_matcher({"customerId": "370001"}), *sender],
    )


def numbers(page: Page) -> list[str]:
    return [element.text for element in page.all("dd")]


def test_it_shows_who_it_is_and_what_they_have_with_two_calls(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    stub(zid, store=store)

    response = merchant.get(ADDRESS)

    assert response.status_code == 200
    assert len(zid.calls) == 2
    page = Page(response)
    assert page.one("h1").text == "نورة العتيبي"
    assert numbers(page)[:4] == ["100", "115", "15", "10"]


def test_of_somebody_who_is_known_it_asks_only_for_the_points(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    know(store, 370001, name="نورة العتيبي")
    zid.get(edge.POINTS, json=edge.fixture("customer_points"))

    page = Page(merchant.get(ADDRESS))

    assert len(zid.calls) == 1
    assert page.one("h1").text == "نورة العتيبي"


def test_who_was_not_known_is_known_then(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    stub(zid)

    merchant.get(ADDRESS)

    assert Customer.objects.get(store=store).customer_id == 370001


def entry(points: int, expires: str, **fields: Any) -> dict[str, Any]:
    return {
        "date": "2026-01-01 10:00:00",
        "points": points,
        "direction": "+",
        "point_status_code": "active",
        "expiry_date": expires,
        **fields,
    }


def test_it_says_what_expires_when_the_nearest_first(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    know(store, 370001)
    history = [
        entry(100, "2095-06-01 00:00:00"),
        entry(30, "2095-01-01 00:00:00"),
        entry(50, "2090-01-01 00:00:00"),
        entry(40, "2001-01-01 00:00:00"),
        entry(70, "2094-01-01 00:00:00", direction="-"),
        entry(70, "2094-01-01 00:00:00", point_status_code="expired"),
    ]
    info = {"points_balance": 140, "available_poitns": 140, "history": history}
    zid.get(edge.POINTS, json={"loyalty_points_info": info})

    page = Page(merchant.get(ADDRESS))

    # 50 were given that expire in 2090, of which 40 must have been used: only 140 are left.
    assert [it.text for it in page.all("li") if "209" in it.text] == [
        "10 points2090-01-01",
        "30 points2095-01-01",
        "100 points2095-06-01",
    ]


def test_it_shows_the_adjustments_through_this_app_and_who_made_them(
    store: Store, other_store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    know(store, 370001)
    stub(zid)
    zid.assert_all_requests_are_fired = False
    now = timezone.now()
    done = {"status": LineStatus.APPLIED, "applied_at": now, "ended_at": now}
    line = make_line(store, customer_id=370001, reason="مناسبة", **done)
    make_line(store, customer_id=370002, reason="somebody else", **done)
    make_line(other_store, customer_id=370001, reason="of another store", **done)
    record(
        store=store,
        by=merchant_of("a session"),
        action=Action.ADJUST_CUSTOMER_POINTS,
        customer_id=370001,
        line_id=line.id,
    )

    text = Page(merchant.get(ADDRESS)).one(id="main").text

    assert "مناسبة" in text
    assert merchant_of("a session").session in text
    assert "somebody else" not in text
    assert "of another store" not in text


def test_it_shows_the_history_with_zids_reason_as_it_is(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    stub(zid)

    page = Page(merchant.get(ADDRESS))

    (row,) = [row.text for row in page.all("tr") if "ref 7Q" in row.text]
    assert "Sorry for the delay [ref 7Q]" in row
    assert "+25" in row
    assert "2026-11-02 13:15" in row  # store time
    assert "2027-11-02" in row


def test_it_offers_to_adjust_the_points(merchant: Client, zid: responses.RequestsMock) -> None:
    stub(zid)

    page = Page(merchant.get(ADDRESS))

    assert page.has("form", action=f"{ADDRESS}adjust/")
    assert page.one(name="submission")["value"]


def test_it_shows_an_adjustment_whose_outcome_is_open_instead_of_the_form(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    stub(zid)
    now = timezone.now()
    line = make_line(
        store,
        customer_id=370001,
        status=LineStatus.UNKNOWN,
        claimed_at=now,
        unknown_at=now,
        look_at=now,
    )

    page = Page(merchant.get(ADDRESS))

    assert page.has(**{"hx-get": f"{ADDRESS}adjustments/{line.id}/"})
    assert line.reference in page.one(id="adjust-customer-points").text
    assert not page.has(name="submission")


def test_it_asks_what_became_of_an_adjustment_that_nobody_has_decided(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    stub(zid)
    now = timezone.now()
    line = make_line(
        store, customer_id=370001, status=LineStatus.UNSETTLED, claimed_at=now, unknown_at=now
    )

    page = Page(merchant.get(ADDRESS))

    assert page.has("form", action=f"/adjustments/{line.id}/decide/")
    assert page.has(name="submission")


def test_it_shows_no_open_adjustment_of_others(
    other_store: Store, store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    stub(zid)
    make_line(other_store, customer_id=370001)
    make_line(store, customer_id=370002)
    make_line(store, customer_id=370001, job=make_job(store))

    page = Page(merchant.get(ADDRESS))

    assert page.has(name="submission")
    assert not page.has(**{"hx-target": "#adjust-customer-points", "hx-trigger": "load delay:2s"})


@pytest.mark.parametrize("name", [None, "", "  "])
def test_it_shows_a_customer_without_a_name(
    merchant: Client, zid: responses.RequestsMock, name: str | None
) -> None:
    stub(zid, customer={"name": name})

    page = Page(merchant.get(ADDRESS))

    assert page.one("h1").text
    assert "None" not in page.one(id="main").text


def test_it_shows_a_hostile_name_as_text(merchant: Client, zid: responses.RequestsMock) -> None:
    stub(zid, customer={"name": "<script>alert(1)</script>"})

    page = Page(merchant.get(ADDRESS))

    assert page.one("h1").text == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    "info",
    [
        [],
        {},
        {"points_balance": 0, "available_poitns": 0, "history": []},
    ],
    ids=["an empty list", "an empty object", "no history"],
)
def test_it_shows_a_customer_without_history(
    merchant: Client, zid: responses.RequestsMock, info: Any
) -> None:
    stub(zid, points={"loyalty_points_info": info})

    page = Page(merchant.get(ADDRESS))

    assert numbers(page)[:2] == ["0", "0"]
    assert not page.has("table")
    assert "None" not in page.one(id="main").text


def test_it_says_beside_the_field_that_the_store_has_no_such_customer(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(CUSTOMER, status=404)

    response = merchant.get(ADDRESS)

    assert response.status_code == 404
    page = Page(response)
    assert page.one(id="id_typed")["value"] == "370001"
    assert page.one(id="id_typed_error").text


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"status": 500}, 502),
        ({"body": requests.ReadTimeout("slow")}, 502),
        ({"status": 429, "headers": {"Retry-After": "60"}}, 503),
        ({"status": 403}, 403),
    ],
    ids=["500", "slow", "429", "scope"],
)
def test_it_says_honestly_that_zid_has_not_answered(
    merchant: Client, zid: responses.RequestsMock, answer: dict[str, Any], status: int
) -> None:
    zid.get(CUSTOMER, **answer)

    response = merchant.get(ADDRESS)

    assert response.status_code == status
    assert Page(response).has("a", href=ADDRESS)


def test_it_never_shows_balances_that_zid_did_not_give(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    stub(zid, points={"loyalty_points_info": {"points_balance": 5, "history": []}})

    response = merchant.get(ADDRESS)

    assert response.status_code == 502


def test_a_stranger_asks_zid_in_the_name_of_their_own_store(
    other_store: Store, stranger: Client, zid: responses.RequestsMock
) -> None:
    zid.get(CUSTOMER, status=404, match=[edge.by(other_store)])

    assert stranger.get(ADDRESS).status_code == 404


def test_it_renders_from_right_to_left_in_arabic_and_asks_zid_in_arabic(
    store: Store, zid: responses.RequestsMock
) -> None:
    stub(zid, store=store, language="ar")

    response = client_of(store, language="ar").get(ADDRESS)

    assert Page(response).one("html")["dir"] == "rtl"


@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}points/"])
@pytest.mark.django_db
def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(
    client: Client, zid: responses.RequestsMock, address: str
) -> None:
    assert client.get(address).status_code == 403


@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}points/"])
def test_it_lets_nobody_in_whose_store_has_left(
    disconnected_store: Store, zid: responses.RequestsMock, address: str
) -> None:
    assert client_of(disconnected_store).get(address).status_code == 403


@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}points/"])
def test_it_is_only_read(merchant: Client, zid: responses.RequestsMock, address: str) -> None:
    assert merchant.post(address).status_code == 405
