"""Whom a search finds, however the name was written and whatever was typed."""

from __future__ import annotations

import pytest

from loyaltyadmin.customers import operations, search
from loyaltyadmin.stores.models import Store
from tests.conftest import make_store
from tests.customers.conftest import know


def found(store: Store, typed: str) -> list[int]:
    customers = operations.list_customers(store=store, typed=typed).customers
    return sorted(customers.values_list("customer_id", flat=True))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("نورة العتيبي", "نورة"),
        ("نورة العتيبي", "نوره"),
        ("نورة العتيبي", "عتيبي نورة"),
        ("نورة العتيبي", "العتيبى"),
        ("نورة العتيبي", "نو"),
        ("أحمد آل إبراهيم", "احمد ابراهيم"),
        ("احمد", "أحمد"),
        ("إيمان", "ايمان"),
        ("آمنة", "امنه"),
        ("مُحَمَّد", "محمد"),
        ("محمد", "مُحمّد"),
        ("محمـــد", "محمد"),
        ("عبد الله القحطاني", "عبدالله"),
        ("عبدالله القحطاني", "عبد الله"),
        ("رؤى", "روي"),
        ("فائزة", "فايزه"),
        ("علاء", "علا"),
        ("Noura Al-Otaibi", "noura alotaibi"),
        ("Noura Al-Otaibi", "OTAIBI"),
        ("José Núñez", "jose nunez"),
        ("کریم", "كريم"),
        ("القحطاني", "قحطاني"),
    ],
)
def test_a_name_is_found_however_it_is_written(store: Store, name: str, typed: str) -> None:
    know(store, 1, name=name)
    know(store, 2, name="سلطان الدوسري")

    assert found(store, typed) == [1]


@pytest.mark.parametrize(
    "typed",
    [
        "05", "050", "0501234", "501234567", "9665012", "+96650123", "0096650123",
        "٠٥٠١٢٣٤٥٦٧", "050 123 4567", "(050) 123-4567", "+966 50 123 4567",
    ],
)  # fmt: skip
def test_a_mobile_is_found_from_its_first_digits_in_any_form(store: Store, typed: str) -> None:
    know(store, 1, name="نورة", mobile="966501234567")
    know(store, 2, name="سارة", mobile="966551234567")

    assert found(store, typed) == ([] if len(typed) < 3 else [1])


def test_a_mobile_of_another_country_is_found_with_it(store: Store) -> None:
    know(store, 1, mobile="971501234567")

    assert found(store, "+971501") == [1]
    assert found(store, "971501") == [1]


def test_a_number_is_one_of_the_stores_country(db: None) -> None:
    store = make_store(90004, currency="AED")
    know(store, 1, mobile="971501234567")

    assert found(store, "050123") == [1]


@pytest.mark.parametrize(
    "typed", ["noura.ot", "Noura.Otaibi@example.com", "noura.otaibi@", "otaibi"]
)
def test_an_address_is_found(store: Store, typed: str) -> None:
    know(store, 1, name="x", email="noura.otaibi@example.com")
    know(store, 2, name="y", email="sara@example.com")

    assert found(store, typed) == [1]


def test_a_customers_number_is_found_from_three_digits_on(store: Store) -> None:
    know(store, 1024, name="a")
    know(store, 5, name="b")

    assert found(store, "102") == [1024]
    assert found(store, "10") == []
    assert found(store, "5") == [5]


def test_a_name_and_a_number_together_narrow_it_down(store: Store) -> None:
    know(store, 1, name="نورة", mobile="966501234567")
    know(store, 2, name="نورة", mobile="966551234567")
    know(store, 3, name="سارة", mobile="966501234568")

    assert found(store, "نورة 0501") == [1]
    assert found(store, "0501 نورة") == [1]


@pytest.mark.parametrize(
    "typed",
    ["القطحاني", "القحطني", "القحطاانى", "القحطانب", "قحطني", "سعوود القحطني", "Mohamad"],
)
def test_small_mistakes_are_forgiven(store: Store, typed: str) -> None:
    know(store, 1, name="سعود القحطاني")
    know(store, 1, name="سعود القحطاني")
    know(store, 3, name="Mohammad Saeed")
    know(store, 2, name="سلطان الدوسري")

    result = operations.list_customers(store=store, typed=typed)

    assert result.is_forgiving
    assert found(store, typed) == ([3] if typed == "Mohamad" else [1])


def test_mistakes_are_only_forgiven_when_nobody_is_written_like_that(store: Store) -> None:
    know(store, 1, name="سعيد")
    know(store, 2, name="سعود")

    assert found(store, "سعيد") == [1]
    assert not operations.list_customers(store=store, typed="سعيد").is_forgiving


@pytest.mark.parametrize("typed", ["", "   ", "-", "…", "@", "\u200f"])
def test_what_says_nothing_finds_everybody(store: Store, typed: str) -> None:
    know(store, 1, name="نورة")

    assert found(store, typed) == [1]


@pytest.mark.parametrize("typed", ["%", "_", "نور%", "%%", "\\", "'", "نورة; --", "\x00"])
def test_signs_of_the_database_are_only_signs(store: Store, typed: str) -> None:
    know(store, 1, name="نورة")
    know(store, 2, name="سارة", email="a_b%c@example.com")

    assert 2 not in found(store, typed) or found(store, typed) == [1, 2]


def test_an_address_with_signs_of_the_database_is_found_as_it_is(store: Store) -> None:
    know(store, 1, email="a_b@example.com")
    know(store, 2, email="axb@example.com")

    assert found(store, "a_b@") == [1]


def test_stores_are_strangers(store: Store, other_store: Store) -> None:
    know(store, 1, name="نورة")
    know(other_store, 2, name="نورة")

    assert found(store, "نورة") == [1]
    assert found(store, "نوررة") == [1]


def test_many_are_the_first_of_them(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_FOUND", 3)
    for number in range(1, 6):
        know(store, number, name="نورة")

    result = operations.list_customers(store=store, typed="نورة")

    assert (result.count, result.has_more) == (3, True)
    assert len(found(store, "نورة")) == 3


def test_many_words_that_everybody_has_are_found_too(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MANY", 2)
    for number in range(1, 6):
        know(store, number, name="نورة العتيبي" if number % 2 else "نورة الحربي")

    assert found(store, "نورة عتيبي") == [1, 3, 5]
