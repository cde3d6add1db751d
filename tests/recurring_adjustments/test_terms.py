"""On which days a recurring adjustment comes, and which occasion a day belongs to."""

from __future__ import annotations

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest

from loyaltyadmin.recurring_adjustments.terms import Occasion, Weekday, birthdays_on
from tests.recurring_adjustments.conftest import at, make_terms

RIYADH, CAIRO = ZoneInfo("Asia/Riyadh"), ZoneInfo("Africa/Cairo")
IT, ANOTHER = uuid.UUID(int=1), uuid.UUID(int=2)


def days_of(terms, *, first: str, times: int, zone: ZoneInfo = RIYADH) -> list[str]:
    moment, days = at(first, 0), []
    for _ in range(times):
        moment = terms.next_after(moment, zone=zone)
        days.append(f"{moment.astimezone(zone):%Y-%m-%d %H:%M}")
    return days


def test_birthdays_are_looked_for_every_morning() -> None:
    terms = make_terms(Occasion.BIRTHDAY, hour=9)

    assert days_of(terms, first="2026-02-27", times=3) == [
        "2026-02-27 09:00", "2026-02-28 09:00", "2026-03-01 09:00",
    ]  # fmt: skip


def test_an_hour_that_is_over_comes_the_next_day() -> None:
    terms = make_terms(Occasion.BIRTHDAY, hour=9)

    assert terms.next_after(at("2026-03-15", 9), zone=RIYADH) == at("2026-03-16", 9)


def test_the_last_days_of_a_month_stand_for_those_that_it_has_not() -> None:
    terms = make_terms(Occasion.MONTHLY, day_of_month=31, hour=0)

    assert days_of(terms, first="2027-12-15", times=5) == [
        "2027-12-31 00:00", "2028-01-31 00:00", "2028-02-29 00:00", "2028-03-31 00:00",
        "2028-04-30 00:00",
    ]  # fmt: skip


def test_a_month_whose_day_is_over_is_not_made_up_for() -> None:
    terms = make_terms(Occasion.MONTHLY, day_of_month=31, hour=9)

    assert terms.next_after(at("2026-01-31", 10), zone=RIYADH) == at("2026-02-28", 9)


def test_a_day_of_the_week_comes_each_week() -> None:
    terms = make_terms(Occasion.WEEKLY, weekday=Weekday.FRIDAY, hour=16)

    assert days_of(terms, first="2026-03-15", times=2) == ["2026-03-20 16:00", "2026-03-27 16:00"]


def test_the_last_day_is_the_last_one() -> None:
    terms = make_terms(Occasion.BIRTHDAY, ends_on=dt.date(2026, 3, 15))

    assert terms.next_after(at("2026-03-15", 8), zone=RIYADH) == at("2026-03-15", 9)
    assert terms.next_after(at("2026-03-15", 9), zone=RIYADH) is None


def test_the_hour_is_the_store_s_own() -> None:
    terms = make_terms(Occasion.BIRTHDAY, hour=1)

    riyadh = terms.next_after(at("2026-01-15", 0), zone=RIYADH)
    cairo = terms.next_after(at("2026-01-15", 0), zone=CAIRO)

    assert riyadh == at("2026-01-15", 1)
    assert cairo == at("2026-01-15", 2)


def test_every_day_comes_once_where_the_clocks_change() -> None:
    """In Cairo an hour at midnight is left out on 24 April 2026, and one is there twice in
    October.
    """
    for hour in (0, 23):
        terms = make_terms(Occasion.BIRTHDAY, hour=hour)
        for first in ("2026-04-22", "2026-10-28"):
            days = [day[:10] for day in days_of(terms, first=first, times=5, zone=CAIRO)]
            assert len(set(days)) == 5


@pytest.mark.parametrize(
    ("day", "born"),
    [
        ("2026-03-15", [(3, 15)]),
        ("2026-02-28", [(2, 28), (2, 29)]),
        ("2028-02-28", [(2, 28)]),
        ("2028-02-29", [(2, 29)]),
        ("2026-03-01", [(3, 1)]),
    ],
)
def test_who_was_born_on_29_february_celebrates_on_the_28th_without_one(day, born) -> None:
    assert birthdays_on(dt.date.fromisoformat(day)) == born


def occasion_on(day: str, occasion: Occasion, of: uuid.UUID = IT) -> str:
    return make_terms(occasion).occasion_on(dt.date.fromisoformat(day), of=of)


def test_a_birthday_is_one_a_year_whichever_gives_for_it() -> None:
    first = occasion_on("2026-03-15", Occasion.BIRTHDAY)

    assert first == occasion_on("2026-12-31", Occasion.BIRTHDAY, ANOTHER)
    assert first != occasion_on("2027-01-01", Occasion.BIRTHDAY)


def test_a_month_is_one_whatever_the_day_in_it() -> None:
    first = occasion_on("2026-03-01", Occasion.MONTHLY)

    assert first == occasion_on("2026-03-31", Occasion.MONTHLY)
    assert first != occasion_on("2026-04-01", Occasion.MONTHLY)
    assert first != occasion_on("2026-03-01", Occasion.MONTHLY, ANOTHER)


def test_a_week_is_one_from_sunday_to_saturday() -> None:
    first = occasion_on("2026-03-15", Occasion.WEEKLY)

    assert first == occasion_on("2026-03-21", Occasion.WEEKLY)
    assert first != occasion_on("2026-03-14", Occasion.WEEKLY)
    assert first != occasion_on("2026-03-22", Occasion.WEEKLY)
    assert len(first) <= 64
