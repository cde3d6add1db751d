from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
import responses
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone

from loyaltyadmin.customers import directory, operations
from loyaltyadmin.customers.models import Directory
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.customers.conftest import know
from tests.pages import Page

ADDRESS = "/customers/"


@pytest.fixture(autouse=True)
def _is_read(store: Store) -> None:
    Directory.objects.create(store=store, due_at=timezone.now(), fetched_at=timezone.now())


def names(response: Any) -> list[str]:
    return [
        link.text
        for link in Page(response).all("a")
        if re.match(r"/customers/\d", link["href"] or "")
    ]


def search(merchant: Client, typed: str, **more: str) -> Any:
    """Press Enter."""
    return merchant.post(ADDRESS, {"typed": typed, **more}, follow=True)


def type_in(merchant: Client, typed: str, **more: str) -> Any:
    """What htmx sends while somebody types."""
    return merchant.post(ADDRESS, {"typed": typed, **more}, headers=edge.HTMX)


def test_it_lists_the_stores_customers_by_name_without_asking_zid(
    store: Store, other_store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    know(store, 1002, name="نورة", points=1250, mobile="966501234567", order_total_amount=None)
    know(store, 1001, name="أحمد")
    know(store, 1000, name="  ")
    know(other_store, 1004, name="غريب")

    response = merchant.get(ADDRESS)

    assert response.status_code == 200
    assert names(response) == ["أحمد", "نورة", "Customer without a name"]
    text = Page(response).one(id="customers").text
    assert "1,250" in text
    assert "+966501234567" in text
    assert "3 customers" in text


def test_it_is_in_order_by_name_along_an_index(store: Store) -> None:
    if connection.vendor == "postgresql":  # which would sort so few
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")

    plan = operations.list_customers(store=store).customers[:25].explain()

    assert "customers_by_name" in plan
    assert not re.search("Sort|TEMP B-TREE", plan)


def test_it_shows_a_page_of_many(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    for number in range(1001, 1031):
        know(store, number, name=f"{number}")

    first, second = merchant.get(ADDRESS), merchant.get(f"{ADDRESS}?page=2")

    assert names(first) == [str(number) for number in range(1001, 1026)]
    assert names(second) == [str(number) for number in range(1026, 1031)]
    assert Page(first).has("a", href="?page=2")


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["a", "b", "c"]),
        ("points", ["b", "c", "a"]),
        ("last_order", ["c", "a", "b"]),
        ("paid", ["a", "c", "b"]),
        ("nonsense", ["a", "b", "c"]),
    ],
)
def test_it_is_in_the_order_that_is_asked_for(
    store: Store, merchant: Client, zid: responses.RequestsMock, sort: str, expected: list[str]
) -> None:
    day = timezone.now()
    know(
        store,
        1,
        name="a",
        points=1,
        last_order_at=day - dt.timedelta(9),
        order_total_amount=Decimal(9),
    )
    know(store, 2, name="b", points=9, last_order_at=None, order_total_amount=Decimal(1))
    know(store, 3, name="c", points=5, last_order_at=day, order_total_amount=Decimal(5))

    assert names(merchant.get(ADDRESS, {"sort": sort})) == expected


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ("all", ["a", "b", "c"]),
        ("with_points", ["a"]),
        ("without_points", ["b", "c"]),
        ("inactive", ["c"]),
        ("gone", ["d"]),
    ],
)
def test_it_shows_those_who_are_asked_for(
    store: Store, merchant: Client, zid: responses.RequestsMock, show: str, expected: list[str]
) -> None:
    now = timezone.now()
    know(store, 1, name="a", points=1)
    know(store, 2, name="b", points=0)
    know(store, 3, name="c", is_active=False)
    know(store, 4, name="d")
    directory.mark_gone(store=store, customer_id=4, asked_at=now + dt.timedelta(minutes=1))

    assert names(merchant.get(ADDRESS, {"show": show})) == expected


# Searching


def test_what_is_searched_for_stands_in_no_address(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    know(store, 1001, name="نورة العتيبي")
    know(store, 1002, name="سارة الحربي")

    response = search(merchant, "عتيبي")

    assert names(response) == ["نورة العتيبي"]
    [(address, status)] = response.redirect_chain
    assert (status, address[:19]) == (302, "/customers/?search=")
    assert "عتيبي" not in address
    assert "%" not in address
    assert Page(response).one(id="id_typed")["value"] == "عتيبي"


def test_the_way_back_and_the_next_page_find_it_again(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    for number in range(30):
        know(store, 1001 + number, name="نورة")
    know(store, 2000, name="سارة")

    [(address, _)] = search(merchant, "نورة").redirect_chain

    assert names(merchant.get(address)) == ["نورة"] * 25
    [following] = [
        link["href"]
        for link in Page(merchant.get(address)).all("a")
        if "page=2" in (link["href"] or "")
    ]
    assert names(merchant.get(f"{ADDRESS}{following}")) == ["نورة"] * 5


def test_the_list_follows_while_somebody_types(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    know(store, 1001, name="نورة العتيبي")
    know(store, 1002, name="سارة الحربي")

    first = type_in(merchant, "نو")
    name = Page(first).one(name="search")["value"] or ""
    second = type_in(merchant, "نور", search=name)

    assert names(second) == ["نورة العتيبي"]
    page = Page(second)
    assert not page.has("html")
    # One place for all letters of one search, and the address names that.
    assert page.one(name="search")["value"] == name
    assert second["HX-Replace-Url"] == f"/customers/?search={name}"
    assert names(merchant.get(f"/customers/?search={name}")) == ["نورة العتيبي"]


def test_an_empty_search_shows_everybody(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    know(store, 1001, name="نورة")

    response = type_in(merchant, "  ")

    assert names(response) == ["نورة"]
    assert response["HX-Replace-Url"] == "/customers/"


def test_a_stranger_cannot_read_what_was_searched_for(
    store: Store,
    other_store: Store,
    merchant: Client,
    stranger: Client,
    zid: responses.RequestsMock,
) -> None:
    know(store, 1001, name="نورة")
    know(other_store, 1001, name="غريب")
    [(address, _)] = search(merchant, "نورة").redirect_chain

    response = stranger.get(address)

    assert names(response) == ["غريب"]
    assert "نورة" not in response.content.decode()


def test_only_so_many_searches_are_kept(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    for number in range(40):
        type_in(merchant, f"نورة {number}")

    [session] = [it.get_decoded() for it in Session.objects.all() if "searches" in it.get_decoded()]
    assert len(session["searches"]) == 20


def test_filters_hold_while_searching(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    know(store, 1001, name="نورة", points=5)
    know(store, 1002, name="نورا", points=0)

    response = search(merchant, "نور", show="with_points", sort="points")

    assert names(response) == ["نورة"]
    assert "show=with_points&sort=points" in response.redirect_chain[0][0]


def test_it_says_that_mistakes_were_forgiven(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    know(store, 1001, name="خالد القحطاني")

    response = type_in(merchant, "القطحاني")

    assert names(response) == ["خالد القحطاني"]
    assert "Similar ones" in Page(response).all("p", role="status")[0].text


def test_it_says_that_nobody_was_found(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    response = search(merchant, "xyz")

    assert response.status_code == 200
    assert "Nobody found" in Page(response).one(id="customers").text


@pytest.mark.parametrize(
    "typed", ['"><script>alert(1)</script>', "\x00", "ن" * 5000, "%", "_", "'"]
)
def test_hostile_text_finds_nobody(
    store: Store, merchant: Client, zid: responses.RequestsMock, typed: str
) -> None:
    know(store, 1001, name="نورة")

    response = type_in(merchant, typed)

    assert response.status_code in {200, 422}
    assert b"<script>alert" not in response.content


# By number


@pytest.mark.parametrize("typed", ["1001", " 1001 ", "١٠٠١", "۱۰۰۱"])
def test_a_number_and_enter_lead_to_the_customer(
    store: Store, merchant: Client, zid: responses.RequestsMock, typed: str
) -> None:
    know(store, 1001)
    know(store, 10012)

    response = merchant.post(ADDRESS, {"typed": typed})

    assert (response.status_code, response["Location"]) == (302, "/customers/1001/")


def test_a_number_that_is_not_known_yet_is_asked_for_at_zid(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    response = merchant.post(ADDRESS, {"typed": "370001"})

    assert (response.status_code, response["Location"]) == (302, "/customers/370001/")
    assert Page(type_in(merchant, "370001")).has("a", href="/customers/370001/")


@pytest.mark.parametrize("typed", ["0501234567", "+966501234567", "00966501234567", "نورة", "1,5"])
def test_what_is_no_number_of_a_customer_is_not(
    store: Store, merchant: Client, zid: responses.RequestsMock, typed: str
) -> None:
    response = merchant.post(ADDRESS, {"typed": typed})

    assert response["Location"].startswith("/customers/?search=")


# While the customers are being read


def test_it_says_how_far_the_reading_is_and_asks_again(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    Directory.objects.update(
        fetched_at=None, started_at=timezone.now(), seen_count=300, total_count=1250
    )

    page = Page(merchant.get(ADDRESS))

    part = page.one(id="directory")
    assert (part["hx-get"], part["hx-trigger"]) == ("/customers/directory/", "every 3s")
    assert "300 of 1,250 customers" in part.text


# Whom it lets in


def test_it_renders_from_right_to_left_in_arabic(store: Store, zid: responses.RequestsMock) -> None:
    response = client_of(store, language="ar").get(ADDRESS)

    assert Page(response).one("html")["dir"] == "rtl"


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(
    client: Client, method: str
) -> None:
    assert getattr(client, method)(ADDRESS).status_code == 403


def test_it_lets_nobody_in_whose_store_has_left(disconnected_store: Store) -> None:
    assert client_of(disconnected_store).get(ADDRESS).status_code == 403


def test_it_is_only_read_and_searched(merchant: Client) -> None:
    assert merchant.put(ADDRESS).status_code == 405


def test_nothing_of_a_search_is_logged(
    store: Store, merchant: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="loyaltyadmin")
    caplog.set_level("DEBUG", logger="django.request")

    search(merchant, "Secretname")
    type_in(merchant, "Secretname")

    assert "Secretname" not in caplog.text
