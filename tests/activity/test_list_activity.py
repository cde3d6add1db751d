from __future__ import annotations

import datetime as dt
import uuid

import pytest
import responses
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.models import Action, Entry
from loyaltyadmin.activity.operations import merchant_of
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.stores.models import Store
from tests.conftest import client_of
from tests.pages import Page
from tests.spreadsheets import rows_of_csv

ADDRESS = "/activity/"


def entry_of(store: Store, **fields: object) -> Entry:
    values: dict[str, object] = {
        "at": timezone.now(),
        "who": Entry.Who.MERCHANT,
        "session": "0a1b2c3d",
        "action": Action.UPDATE_CASHBACK_RULE,
        "outcome": Entry.Outcome.DONE,
        "before": {"points_rewarded": 5, "amount_to_spend": "100", "is_active": True},
        "after": {"points_rewarded": 12, "amount_to_spend": "100", "is_active": True},
        **fields,
    }
    return Entry.objects.create(store=store, **values)


def entries(response: object) -> str:
    return Page(response).one(id="entries").text


def test_it_says_who_changed_what_from_what_to_what(store: Store, merchant: Client) -> None:
    entry_of(store)

    said = entries(merchant.get(ADDRESS))

    assert "Cashback rule changed" in said
    assert "Points the customer gets: 5 12" in said
    assert "For each amount spent" not in said
    assert "In Zid's dashboard 0a1b2c3d" in said


def test_it_says_which_rule_or_method_was_switched(store: Store, merchant: Client) -> None:
    rule = {"points_rewarded": 12, "amount_to_spend": "100", "is_active": True}
    method = {"kind": "percentage", "discount_value": "15", "points_to_redeem": 300}
    entry_of(store, action=Action.TOGGLE_CASHBACK_RULE, before=None, after=rule)
    entry_of(store, action=Action.TOGGLE_REDEMPTION_METHOD, before=method, after=method)
    entry_of(store, action=Action.TOGGLE_CASHBACK_RULE, before=None, after={"is_active": True})

    said = entries(merchant.get(ADDRESS))

    assert "12 points for every" in said
    assert "15% off for 300 points" in said


def test_it_says_what_zid_answered_to_a_refusal(store: Store, merchant: Client) -> None:
    entry_of(store, outcome=Entry.Outcome.REFUSED, zid_message="Too many points")

    said = entries(merchant.get(ADDRESS))

    assert "Refused by Zid" in said
    assert "Too many points" in said


def test_it_shows_what_became_of_a_customers_points_by_now(store: Store, merchant: Client) -> None:
    line = Line.objects.create(
        store=store,
        customer_id=1001,
        action="add",
        direction="+",
        points=50,
        reason="A gift",
        status="rejected",
        ended_at=timezone.now(),
        created_at=timezone.now(),
    )
    entry_of(
        store,
        action=Action.ADJUST_CUSTOMER_POINTS,
        before=None,
        after={"action": "add", "points": 50, "reason": "A gift"},
        customer_id=1001,
        line_id=line.id,
    )

    page = Page(merchant.get(ADDRESS))

    assert "Refused by Zid" in page.one(id="entries").text
    assert page.has("a", href="/customers/1001/")


def test_it_links_to_the_bulk_adjustment(store: Store, merchant: Client) -> None:
    job_id = uuid.uuid4()
    entry_of(store, action=Action.PAUSE_BULK_ADJUSTMENT, before=None, after={}, job_id=job_id)

    assert Page(merchant.get(ADDRESS)).has("a", href=f"/bulk-adjustments/{job_id}/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kind": "settings"}, {"Cashback rule changed"}),
        ({"kind": "bulk"}, {"Bulk adjustment paused"}),
        ({"since": "2026-03-02"}, {"Bulk adjustment paused"}),
        ({"until": "2026-03-01"}, {"Cashback rule changed"}),
        ({}, {"Cashback rule changed", "Bulk adjustment paused"}),
    ],
)
def test_it_shows_what_is_asked_for_by_kind_and_by_the_stores_own_days(
    store: Store, merchant: Client, query: dict[str, str], found: set[str]
) -> None:
    late = dt.datetime(2026, 3, 1, 20, 59, tzinfo=dt.UTC)  # 23:59 in Riyadh
    entry_of(store, at=late)
    entry_of(
        store,
        at=late + dt.timedelta(minutes=2),
        action=Action.PAUSE_BULK_ADJUSTMENT,
        before=None,
        after={},
    )

    said = entries(merchant.get(ADDRESS, query))

    assert {it for it in ("Cashback rule changed", "Bulk adjustment paused") if it in said} == found


def test_a_day_that_is_none_is_told_beside_its_field(store: Store, merchant: Client) -> None:
    response = merchant.get(ADDRESS, {"since": "tomorrow"})

    assert response.status_code == 422
    assert Page(response).has(id="id_since_error")


def test_it_teaches_what_will_be_here_while_there_is_nothing(merchant: Client) -> None:
    assert "No change yet" in Page(merchant.get(ADDRESS)).one(id="main").text


def test_it_says_that_nothing_matches(store: Store, merchant: Client) -> None:
    entry_of(store)

    assert "Nothing matches" in Page(merchant.get(ADDRESS, {"kind": "bulk"})).one(id="main").text


def test_the_file_holds_the_same_and_no_formula(store: Store, merchant: Client) -> None:
    entry_of(store, outcome=Entry.Outcome.REFUSED, zid_message="=1+1")

    response = merchant.get("/activity/activity.csv", {"kind": "settings"})

    (row,) = rows_of_csv(response.getvalue())
    assert row["action"] == "update_cashback_rule"
    assert row["changed"] == "Points the customer gets: 5 → 12"
    assert row["zid"] == "'=1+1"
    assert row["date"].endswith("+03:00")


@pytest.mark.parametrize("address", [ADDRESS, "/activity/activity.csv"])
def test_a_store_sees_only_its_own(store: Store, stranger: Client, address: str) -> None:
    entry_of(store)

    assert b"0a1b2c3d" not in stranger.get(address).getvalue()


def test_it_asks_zid_nothing(merchant: Client, zid: responses.RequestsMock) -> None:
    assert merchant.get(ADDRESS).status_code == 200


def test_it_speaks_arabic_from_right_to_left(store: Store) -> None:
    entry_of(store)

    page = Page(client_of(store, language="ar").get(ADDRESS))

    assert (page.one("html")["lang"], page.one("html")["dir"]) == ("ar", "rtl")
    assert "تعديل قاعدة كاش باك" in page.one(id="entries").text


def test_sessions_are_told_apart_and_not_told() -> None:
    one, other = merchant_of("a-session-key"), merchant_of("another-session-key")

    assert one.session != other.session
    assert one.session not in "a-session-key"


@pytest.mark.django_db
def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(client: Client) -> None:
    assert client.get(ADDRESS).status_code == 403
