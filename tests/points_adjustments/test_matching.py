"""Whose a line of a file is."""

from __future__ import annotations

import pytest
from django.utils import timezone

from loyaltyadmin.customers.models import Directory
from loyaltyadmin.points_adjustments import matching, sheet
from loyaltyadmin.points_adjustments.sheet import Sheet
from loyaltyadmin.stores.models import Store
from tests.conftest import make_store
from tests.customers.conftest import know


def complete(store: Store) -> None:
    """All of the store's customers have been fetched."""
    now = timezone.now()
    Directory.objects.update_or_create(store=store, defaults={"due_at": now, "fetched_at": now})


def match(store: Store, text: str) -> Sheet:
    return matching.match(store=store, reading=sheet.read(content=text.encode()))


def customers(found: Sheet) -> list[int]:
    return [row.customer_id for row in found.rows]


def codes(found: Sheet) -> list[tuple[int, str, str]]:
    return [(it.line, it.code, it.value) for it in found.problems]


def test_it_finds_customers_by_number_address_and_mobile_line_by_line(store: Store) -> None:
    know(store, 1001)
    know(store, 1002, email="Noura@example.com")
    know(store, 1003, mobile="966501234567")
    complete(store)

    found = match(store, "العميل,النقاط\n1001,1\nNOURA@example.com,2\n0501234567,3\n")

    assert customers(found) == [1001, 1002, 1003]
    assert found.problems == []


@pytest.mark.parametrize(
    "written",
    [
        *("0501234567", "501234567", "966501234567", "+966501234567", "00966501234567"),
        *("9660501234567", "+966 50 123 4567", "050-123-4567", "(050) 1234567"),
        *("٠٥٠١٢٣٤٥٦٧", "۰۵۰۱۲۳۴۵۶۷", "\u202a+966501234567\u202c", "966501234567.0"),
    ],
)
@pytest.mark.parametrize("header", ["mobile", "العميل", "customer_id"])
def test_a_mobile_is_found_in_every_form(store: Store, header: str, written: str) -> None:
    know(store, 1003, mobile="966501234567")
    complete(store)

    assert customers(match(store, f"{header};points\n{written};5\n")) == [1003]


@pytest.mark.parametrize(
    ("currency", "known", "written"),
    [
        ("AED", "971501234567", "0501234567"),
        ("KWD", "96550012345", "50012345"),
        ("BHD", "97336001234", "36001234"),
        ("QAR", "97455123456", "55123456"),
        ("OMR", "96892123456", "92123456"),
        ("SAR", "971501234567", "971501234567"),
        ("SAR", "96550012345", "0096550012345"),
    ],
)
def test_a_mobile_is_found_in_every_country_of_the_gulf(
    db: None, currency: str, known: str, written: str
) -> None:
    store = make_store(90004, currency=currency)
    know(store, 1003, mobile=known)
    complete(store)

    assert customers(match(store, f"mobile,points\n{written},5\n")) == [1003]


def test_a_line_without_a_number_is_found_by_what_else_it_has(store: Store) -> None:
    know(store, 1001, email="a@example.com", mobile="966501234567")
    complete(store)

    found = match(
        store,
        "customer_id,email,mobile,points\n1001,,,1\n,a@example.com,,2\n,,501234567,3\n,,,4\n",
    )

    assert customers(found) == [1001, 1001, 1001]
    assert codes(found) == [(5, "no_customer", "")]


def test_whom_a_complete_list_does_not_have_is_no_customer(store: Store) -> None:
    know(store, 1001)
    complete(store)

    found = match(store, "customer,points\n1001,5\n1002,5\nx@example.com,5\n+966500000000,5\n")

    assert customers(found) == [1001]
    assert codes(found) == [
        (3, "unknown_customer", "1002"),
        (4, "unknown_customer", "x@example.com"),
        (5, "unknown_customer", "+966500000000"),
    ]


def test_while_the_list_is_not_complete_zid_judges_numbers(store: Store) -> None:
    know(store, 1001, email="a@example.com")

    found = match(
        store, "customer,points\n1002,5\na@example.com,5\nx@example.com,5\n0501234567,5\n"
    )

    assert customers(found) == [1002, 1001]
    assert codes(found) == [
        (4, "customer_not_known_yet", "x@example.com"),
        (5, "customer_not_known_yet", "0501234567"),
    ]


def test_what_may_be_a_number_or_a_mobile_is_what_the_list_has(store: Store) -> None:
    know(store, 501234567)
    know(store, 1002, mobile="966507654321")
    complete(store)

    assert customers(match(store, "customer,points\n501234567,5\n507654321,5\n")) == [
        501234567,
        1002,
    ]


def test_it_does_not_choose_between_a_number_and_another_customers_mobile(store: Store) -> None:
    know(store, 501234567)
    know(store, 1002, mobile="966501234567")
    complete(store)

    assert codes(match(store, "customer,points\n501234567,5\n")) == [
        (2, "ambiguous_customer", "501234567")
    ]
    assert customers(match(store, "customer_id,points\n501234567,5\n")) == [501234567]
    assert customers(match(store, "mobile,points\n501234567,5\n")) == [1002]


def test_it_does_not_choose_between_two_customers_who_share_an_address(store: Store) -> None:
    know(store, 1001, email="shared@example.com")
    know(store, 1002, email="shared@example.com")
    complete(store)

    assert codes(match(store, "email,points\nshared@example.com,5\n")) == [
        (2, "ambiguous_customer", "shared@example.com")
    ]


def test_customers_of_another_store_are_strangers(store: Store) -> None:
    know(make_store(90009), 1001, email="a@example.com")
    complete(store)

    found = match(store, "customer,points\n1001,5\na@example.com,5\n")

    assert [code for _, code, _ in codes(found)] == ["unknown_customer"] * 2


def test_it_asks_the_database_as_often_for_many_lines_as_for_few(
    store: Store, django_assert_max_num_queries: object
) -> None:
    complete(store)
    text = "customer,points\n" + "".join(
        f"{number},5\nc{number}@example.com,5\n+96650{number},5\n"
        for number in range(1000000, 1003000)
    )

    with django_assert_max_num_queries(4):
        found = match(store, text)

    assert len(found.problems) == 9000
