from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.segments.criteria import Criteria
from loyaltyadmin.segments.models import Segment
from loyaltyadmin.stores.models import Store
from tests.customers.conftest import know
from tests.pages import Page
from tests.segments.conftest import make_segment

ADDRESS = "/segments/add/"


def test_it_saves_what_is_asked_for_under_a_name(store: Store, merchant: Client) -> None:
    know(store, 1, city_name_ar="الرياض", tags=("VIP",))

    response = merchant.post(
        ADDRESS,
        {
            "name": "عيد ميلاد",
            "points_from": "١٠٠",
            "paid_from": "1,000.50",
            "city": "الرياض",
            "tag": "VIP",
            "birthday": "month",
            "has_points": "yes",
            "is_active": "no",
            "last_order_from": "2026-01-01",
        },
    )

    segment = Segment.objects.get(store=store)
    assert (response.status_code, response["Location"]) == (302, f"/segments/{segment.id}/")
    assert segment.name == "عيد ميلاد"
    assert (segment.criteria.points_from, segment.criteria.paid_from) == (100, Decimal("1000.50"))
    assert (segment.criteria.has_points, segment.criteria.is_active) == (True, False)
    [entry] = Entry.objects.filter(store=store)
    assert (entry.action, entry.after) == ("add_segment", {"name": "عيد ميلاد"})


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"name": ""}, "id_name_error"),
        ({"name": "x" * 81}, "id_name_error"),
        ({"points_from": "1.5"}, "id_points_from_error"),
        ({"points_from": "-1"}, "id_points_from_error"),
        ({"points_from": "100", "points_to": "99"}, "id_points_to_error"),
        ({"paid_from": "much"}, "id_paid_from_error"),
        ({"last_order_from": "yesterday"}, "id_last_order_from_error"),
        (
            {"last_order_from": "2026-02-01", "last_order_to": "2026-01-01"},
            "id_last_order_to_error",
        ),
        ({"city": "Atlantis"}, "id_city_error"),
        ({"birthday": "never"}, "id_birthday_error"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong_and_keeps_the_rest(
    store: Store, merchant: Client, typed: dict[str, str], wrong: str
) -> None:
    response = merchant.post(ADDRESS, {"name": "mine", "orders_from": "7", **typed})

    assert response.status_code == 422
    page = Page(response)
    assert page.one(id=wrong).text
    assert page.one(id="id_orders_from")["value"] == "7"
    assert not Segment.objects.exists()
    assert not Entry.objects.exists()


def test_it_wants_a_filter_at_least(store: Store, merchant: Client) -> None:
    response = merchant.post(ADDRESS, {"name": "all"})

    assert response.status_code == 422
    assert "at least one filter" in Page(response).one(id="main").text


def test_a_name_stands_for_one_segment(store: Store, other_store: Store, merchant: Client) -> None:
    make_segment(store, "VIP")
    make_segment(other_store, "Others")

    taken = merchant.post(ADDRESS, {"name": "vip", "points_from": "1"})
    free = merchant.post(ADDRESS, {"name": "others", "points_from": "1"})

    assert taken.status_code == 422
    assert Page(taken).one(id="id_name_error").text
    assert free.status_code == 302


def test_a_hostile_name_is_shown_as_text(store: Store, merchant: Client) -> None:
    response = merchant.post(
        ADDRESS, {"name": "<script>alert(1)</script>", "points_from": "1"}, follow=True
    )

    assert response.status_code == 200
    assert b"<script>alert" not in response.content


def test_all_criteria_are_on_the_form(merchant: Client) -> None:
    page = Page(merchant.get(ADDRESS))

    for name in Criteria.__dataclass_fields__:
        assert page.has(name=name), name
