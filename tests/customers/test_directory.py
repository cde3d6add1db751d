"""What Zid tells is kept, in whatever order it comes and however odd it is."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from loyaltyadmin.customers import directory
from loyaltyadmin.customers.models import Customer, Hint, Word
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import types
from tests import edge
from tests.customers.conftest import as_told, know

NOW = timezone.now()
EARLIER, LATER = NOW - dt.timedelta(minutes=1), NOW + dt.timedelta(minutes=1)


def test_it_keeps_what_zids_list_tells(store: Store) -> None:
    page = types.CustomerPage.from_payload(edge.fixture("customers"), endpoint="test")

    directory.keep(store=store, customers=page.customers, asked_at=NOW)

    row = Customer.objects.get(store=store, customer_id=page.customers[0].id)
    told = page.customers[0]
    assert (row.name, row.points, row.orders_count) == (told.name, told.points, told.order_count)
    assert row.paid_amount == round(told.order_total_amount or 0, 3)
    assert (row.last_order_at, row.birth_date) == (told.last_order_at, told.birth_date)
    assert row.tags == list(told.tags)
    assert row.gone_at is None


def test_a_later_answer_replaces_an_earlier_one(store: Store) -> None:
    know(store, asked_at=EARLIER, name="نورة", points=5, email="old@example.com", tags=("VIP",))

    row = know(store, asked_at=NOW, name="نورا", points=9, email=None, tags=())

    assert (row.name, row.points, row.email, row.tags) == ("نورا", 9, "", [])
    assert row.read_at == NOW


def test_an_answer_to_an_earlier_call_changes_nothing(store: Store) -> None:
    know(store, asked_at=NOW, name="نورة", points=9)

    row = know(store, asked_at=EARLIER, name="somebody", points=5)

    assert (row.name, row.points, row.read_at) == ("نورة", 9, NOW)


def test_the_page_about_one_customer_takes_nothing_away(store: Store) -> None:
    know(store, asked_at=EARLIER, points=5, email="n@example.com", tags=("VIP",), order_count=3)
    payload = {"customer": {"id": 1001, "name": "نورة", "points": {"points": 8}}}

    told = types.Customer.from_detail_payload(payload, endpoint="test")
    directory.keep(store=store, customers=[told], asked_at=NOW)

    row = Customer.objects.get(store=store)
    assert (row.name, row.points) == ("نورة", 8)
    assert (row.email, row.tags, row.orders_count) == ("n@example.com", ["VIP"], 3)


def test_who_comes_back_is_no_longer_gone(store: Store) -> None:
    know(store, asked_at=EARLIER)
    directory.mark_gone(store=store, customer_id=1001, asked_at=NOW)
    assert Customer.objects.get(store=store).gone_at == NOW

    assert know(store, asked_at=LATER).gone_at is None


def test_who_was_read_since_is_not_gone(store: Store) -> None:
    know(store, asked_at=NOW)

    directory.mark_gone(store=store, customer_id=1001, asked_at=EARLIER)

    assert Customer.objects.get(store=store).gone_at is None


def test_nothing_odd_stops_a_page(store: Store) -> None:
    odd = as_told(
        1001,
        name="ن" * 5000,
        email="e" * 5000,
        mobile="9" * 5000,
        points=-(10**15) + 1,
        order_count=10**15 - 1,
        order_total_amount=Decimal("999999999999999.99999999999999999"),
        city_name_en="c" * 500,
        tags=("t" * 500, "two\nlines", *map(str, range(1000))),
        birth_date=dt.date(1, 1, 1),
        last_order_at=dt.datetime(9998, 1, 1, tzinfo=dt.UTC),
    )

    directory.keep(store=store, customers=[odd, as_told(1002)], asked_at=NOW)

    row = Customer.objects.get(store=store, customer_id=1001)
    assert len(row.name) == 255
    assert row.tags[1] == "two lines"
    assert Customer.objects.filter(store=store).count() == 2


def test_a_page_that_names_a_customer_twice_is_kept(store: Store) -> None:
    directory.keep(store=store, customers=[as_told(1001), as_told(1001)], asked_at=NOW)

    assert Customer.objects.filter(store=store).count() == 1


def test_a_page_of_which_nothing_changed_is_not_written_again(
    store: Store, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    told = [as_told(number, name="نورة", tags=("VIP",)) for number in range(1001, 1101)]
    directory.keep(store=store, customers=told, asked_at=EARLIER)

    # a savepoint, the rows, one update of when they were read, the savepoint's end
    with django_assert_max_num_queries(4):
        directory.keep(store=store, customers=told, asked_at=NOW)

    assert Customer.objects.filter(store=store, read_at=NOW).count() == 100


def test_the_old_name_is_forgotten(store: Store) -> None:
    know(store, asked_at=EARLIER, name="نورة العتيبي", mobile="966501234567")

    know(store, asked_at=NOW, name="سارة", mobile="")

    words = set(Word.objects.filter(store=store).values_list("word", flat=True))
    assert words == {"ساره", "1001"}


def test_stores_are_strangers(store: Store, other_store: Store) -> None:
    know(store, asked_at=EARLIER, points=5)
    know(other_store, asked_at=EARLIER, points=7)

    directory.note_adjustments(store_id=store.id, moves=[(1001, 5, NOW)])

    assert Customer.objects.get(store=store).points == 10
    assert Customer.objects.get(store=other_store).points == 7


def test_an_adjustment_of_ours_is_added_to_what_was_read_before(store: Store) -> None:
    know(store, points=50, asked_at=EARLIER)

    moves = [(1001, 25, NOW), (1001, -5, NOW), (1002, 7, NOW)]
    directory.note_adjustments(store_id=store.id, moves=moves)

    row = Customer.objects.get(store=store)
    assert row.points == 70
    assert row.read_at > NOW
    assert not Hint.objects.exists()


def test_a_balance_that_was_read_meanwhile_is_read_again(store: Store) -> None:
    know(store, points=50, asked_at=NOW)

    directory.note_adjustments(store_id=store.id, moves=[(1001, 25, NOW)])

    assert Customer.objects.get(store=store).points == 50
    assert [hint.customer_id for hint in Hint.objects.filter(store=store)] == [1001]


def test_a_page_that_was_asked_for_before_an_adjustment_does_not_take_it_back(
    store: Store,
) -> None:
    know(store, points=50, asked_at=EARLIER)
    directory.note_adjustments(store_id=store.id, moves=[(1001, 25, NOW)])

    row = know(store, points=50, asked_at=NOW)

    assert row.points == 75


def test_hints_at_one_customer_are_one(store: Store) -> None:
    for _ in range(3):
        directory.hint(store_id=store.id, customer_ids=[1001])

    assert Hint.objects.count() == 1
