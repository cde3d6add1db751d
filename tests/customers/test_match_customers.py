from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from loyaltyadmin.customers import directory, operations
from loyaltyadmin.customers.operations import KnownBy
from loyaltyadmin.stores.models import Store
from tests.conftest import make_store
from tests.customers.conftest import know


@pytest.mark.parametrize(
    "typed",
    [
        "0501234567",
        "501234567",
        "966501234567",
        "9660501234567",
        "+966501234567",
        "00966501234567",
        "+966 50 123 4567",
        "050-123-4567",
        "(050) 1234567",
        "٠٥٠١٢٣٤٥٦٧",
        "٩٦٦٥٠١٢٣٤٥٦٧",
        "۰۵۰۱۲۳۴۵۶۷",
        "\u202a+966501234567\u202c",
    ],
)
@pytest.mark.parametrize("known", ["966501234567", "+966501234567", "0501234567"])
def test_a_mobile_is_found_in_any_form(store: Store, typed: str, known: str) -> None:
    know(store, 1001, mobile=known)
    know(store, 1002, mobile="966501234568")

    found = operations.match_customers(store=store, by=KnownBy.MOBILE, values=[typed])

    assert found == {typed: (1001,)}


def test_a_number_of_another_country_is_found_with_its_country(store: Store) -> None:
    know(store, 1001, mobile="971501234567")
    typed = ["+971501234567", "00971501234567", "971501234567", "0501234567"]

    found = operations.match_customers(store=store, by=KnownBy.MOBILE, values=typed)

    assert [found[value] for value in typed] == [(1001,), (1001,), (1001,), ()]


def test_a_number_without_a_country_is_taken_for_one_of_the_stores(db: None) -> None:
    store = make_store(90004, currency="AED")
    know(store, 1001, mobile="971501234567")

    found = operations.match_customers(store=store, by=KnownBy.MOBILE, values=["0501234567"])

    assert found == {"0501234567": (1001,)}


@pytest.mark.parametrize("typed", ["noura@example.com", "Noura@Example.COM", " noura@example.com "])
def test_an_address_is_found_however_it_is_written(store: Store, typed: str) -> None:
    know(store, 1001, email="Noura@example.com")

    found = operations.match_customers(store=store, by=KnownBy.EMAIL, values=[typed])

    assert found == {typed: (1001,)}


@pytest.mark.parametrize("typed", ["1001", " 1001 ", "01001", "١٠٠١"])
def test_a_number_of_a_customer_is_found_in_any_digits(store: Store, typed: str) -> None:
    know(store, 1001)

    found = operations.match_customers(store=store, by=KnownBy.ID, values=[typed])

    assert found == {typed: (1001,)}


@pytest.mark.parametrize("by", list(KnownBy))
@pytest.mark.parametrize("typed", ["", "  ", "0", "نورة", "9" * 30, "-1", "1.5", "\x00"])
def test_what_names_nobody_finds_nobody(store: Store, by: KnownBy, typed: str) -> None:
    know(store, 1001)

    assert operations.match_customers(store=store, by=by, values=[typed]) == {typed: ()}


def test_it_tells_all_customers_who_share_a_number(store: Store) -> None:
    know(store, 1002, mobile="966501234567")
    know(store, 1001, mobile="966501234567")

    found = operations.match_customers(
        store=store, by=KnownBy.MOBILE, values=["0501234567", "501234567", "0501234567"]
    )

    assert found == {"0501234567": (1001, 1002), "501234567": (1001, 1002)}


def test_it_finds_nobody_of_another_store_and_nobody_who_is_gone(
    store: Store, other_store: Store
) -> None:
    know(other_store, 1001)
    know(store, 1002, points=7)
    later = timezone.now() + dt.timedelta(seconds=1)
    directory.mark_gone(store=store, customer_id=1002, asked_at=later)

    found = operations.match_customers(store=store, by=KnownBy.ID, values=["1001", "1002"])

    assert found == {"1001": (), "1002": ()}
    assert operations.balances_of(store=store, customer_ids=[1001, 1002]) == {}
    assert operations.up_to_date_customers(store=store, customer_ids=[1001, 1002]) == {}


def test_it_gives_the_balances_of_many(store: Store, other_store: Store) -> None:
    know(store, 1001, points=70)
    know(store, 1002, points=None)
    know(other_store, 1001, points=5)

    balances = operations.balances_of(store=store, customer_ids=[1001, 1002, 1003])

    assert balances == {1001: 70, 1002: 0}


def test_it_asks_once_for_thousands(
    store: Store, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    know(store, 1001, mobile="966500001001")
    numbers = [str(number) for number in range(1001, 10_000)]

    with django_assert_num_queries(1):
        found = operations.match_customers(store=store, by=KnownBy.ID, values=numbers)
    with django_assert_num_queries(1):
        operations.balances_of(store=store, customer_ids=map(int, numbers))

    assert len(found) == len(numbers)
    assert found["1001"] == (1001,)
