"""Who is in a segment, criterion by criterion."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from loyaltyadmin.customers import directory
from loyaltyadmin.segments import operations
from loyaltyadmin.segments.criteria import Criteria
from loyaltyadmin.stores.models import Store
from tests.customers.conftest import know
from tests.segments.conftest import make_segment

RIYADH = dt.timezone(dt.timedelta(hours=3))


def who(store: Store, *, on: dt.date | None = None, **criteria: Any) -> list[str]:
    found = operations.customers_in(store=store, criteria=Criteria(**criteria), on=on)
    return sorted(found.values_list("name", flat=True))


@pytest.fixture
def _three(store: Store) -> None:
    know(
        store, 1, name="a", points=0, order_count=0, city_name_ar="جدة", is_active=False,
        order_total_amount=Decimal(0),
    )  # fmt: skip
    know(
        store, 2, name="b", points=100, order_count=3, city_name_ar="الرياض", tags=("VIP",),
        order_total_amount=Decimal("99.50"), is_active=True,
        last_order_at=dt.datetime(2026, 3, 1, 0, 0, tzinfo=RIYADH),
    )  # fmt: skip
    know(
        store, 3, name="c", points=250, order_count=9, city_name_en="Dammam", tags=("VIP2", "new"),
        order_total_amount=Decimal(5000), is_active=None,
        last_order_at=dt.datetime(2026, 3, 31, 23, 59, tzinfo=RIYADH),
    )  # fmt: skip


@pytest.mark.usefixtures("_three")
@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({}, ["a", "b", "c"]),
        ({"points_from": 100}, ["b", "c"]),
        ({"points_from": 101}, ["c"]),
        ({"points_to": 100}, ["a", "b"]),
        ({"points_from": 0, "points_to": 0}, ["a"]),
        ({"has_points": True}, ["b", "c"]),
        ({"has_points": False}, ["a"]),
        ({"orders_from": 3}, ["b", "c"]),
        ({"paid_from": Decimal("99.50")}, ["b", "c"]),
        ({"paid_from": Decimal("99.51")}, ["c"]),
        ({"paid_to": Decimal("99.50")}, ["a", "b"]),
        ({"last_order_from": dt.date(2026, 3, 1)}, ["b", "c"]),
        ({"last_order_from": dt.date(2026, 3, 2)}, ["c"]),
        ({"last_order_to": dt.date(2026, 3, 31)}, ["b", "c"]),
        ({"last_order_to": dt.date(2026, 3, 30)}, ["b"]),
        ({"city": "الرياض"}, ["b"]),
        ({"city": "Dammam"}, ["c"]),
        ({"tag": "VIP"}, ["b"]),
        ({"tag": "new"}, ["c"]),
        ({"is_active": True}, ["b"]),
        ({"is_active": False}, ["a"]),
        ({"has_points": True, "orders_from": 4}, ["c"]),
        ({"tag": "VIP", "city": "جدة"}, []),
    ],
)
def test_who_meets_the_criteria(
    store: Store, criteria: dict[str, Any], expected: list[str]
) -> None:
    assert who(store, **criteria) == expected


@pytest.mark.parametrize(
    ("birthday", "on", "expected"),
    [
        ("today", dt.date(2026, 12, 31), ["last day"]),
        ("today", dt.date(2026, 1, 1), ["first day"]),
        ("week", dt.date(2026, 12, 28), ["first day", "last day"]),
        ("week", dt.date(2026, 12, 25), ["last day"]),
        ("month", dt.date(2026, 12, 5), ["last day"]),
        ("today", dt.date(2026, 2, 28), ["leap day"]),
        ("today", dt.date(2028, 2, 28), []),
        ("today", dt.date(2028, 2, 29), ["leap day"]),
        ("", dt.date(2026, 1, 1), ["first day", "last day", "leap day", "untold"]),
    ],
)
def test_whose_birthday_it_is(
    store: Store, birthday: str, on: dt.date, expected: list[str]
) -> None:
    know(store, 1, name="last day", birth_date=dt.date(1990, 12, 31))
    know(store, 2, name="first day", birth_date=dt.date(2001, 1, 1))
    know(store, 3, name="leap day", birth_date=dt.date(2000, 2, 29))
    know(store, 4, name="untold")

    assert who(store, birthday=birthday, on=on) == expected


def test_who_is_gone_or_of_another_store_is_not_in(store: Store, other_store: Store) -> None:
    know(store, 1, name="here", points=5)
    know(store, 2, name="gone", points=5)
    know(other_store, 3, name="stranger", points=5)
    later = timezone.now() + dt.timedelta(minutes=1)
    directory.mark_gone(store=store, customer_id=2, asked_at=later)

    segment = make_segment(store, points_from=1)

    found = operations.customers_of(segment=segment)
    assert [customer.name for customer in found] == ["here"]
    assert operations.size_of(found) == operations.Size(customers=1, points=5)


def test_criteria_come_back_from_where_they_are_kept_as_they_were(store: Store) -> None:
    criteria = Criteria(
        points_from=0,
        has_points=False,
        last_order_to=dt.date(2026, 3, 1),
        paid_from=Decimal("99.50"),
        city="الرياض",
        birthday="week",
    )

    segment = operations.add_segment(
        store=store, by=operations.activity.OPERATOR, name="x", criteria=criteria
    )

    segment.refresh_from_db()
    assert segment.criteria == criteria
    assert bool(criteria)
    assert not Criteria()
