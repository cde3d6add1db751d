from __future__ import annotations

import datetime as dt
import uuid

import pytest
import responses
import time_machine
from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.recurring_adjustments.models import RecurringAdjustment
from loyaltyadmin.recurring_adjustments.terms import Occasion, Weekday
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.pages import Page
from tests.recurring_adjustments.conftest import at, know_birthdays, make_terms

FILLED_IN = {"points": "50", "reason": "Happy birthday", "hour": "9", "audience": "everyone"}


@pytest.fixture(autouse=True)
def _zid_hears_nothing(zid: responses.RequestsMock) -> None:
    """No address here calls Zid."""


def filled_in(**fields: str) -> dict[str, str]:
    return {**FILLED_IN, "id": str(uuid.uuid4()), **fields}


def test_the_form_asks_only_for_the_day_of_its_occasion(merchant: Client) -> None:
    asked = {
        occasion: [
            name
            for name in ("weekday", "day_of_month")
            if Page(merchant.get(f"/recurring-adjustments/add/{occasion}/")).all(name=name)
        ]
        for occasion in ("birthday", "weekly", "monthly")
    }

    assert asked == {"birthday": [], "weekly": ["weekday"], "monthly": ["day_of_month"]}


def test_it_is_kept_and_not_started(merchant: Client, store: Store) -> None:
    form = filled_in(points="٥٠", ends_on="2100-01-31", most_customers="1,000")

    response = merchant.post("/recurring-adjustments/add/birthday/", form)

    it = RecurringAdjustment.objects.get()
    assert response.headers["Location"] == f"/recurring-adjustments/{it.id}/"
    assert it.terms == make_terms(
        reason="Happy birthday", ends_on=dt.date(2100, 1, 31), most_customers=1000
    )
    assert (it.store, it.stop_reason, it.next_run_at) == (store, "new", None)


def test_a_week_has_its_day(merchant: Client) -> None:
    merchant.post("/recurring-adjustments/add/weekly/", filled_in(weekday="friday"))

    assert RecurringAdjustment.objects.get().terms.weekday == Weekday.FRIDAY


def test_a_month_has_its_day(merchant: Client) -> None:
    merchant.post("/recurring-adjustments/add/monthly/", filled_in(day_of_month="31"))

    assert RecurringAdjustment.objects.get().terms.day_of_month == 31


def test_the_activity_says_what_was_added(merchant: Client) -> None:
    merchant.post("/recurring-adjustments/add/birthday/", filled_in())

    entry = Entry.objects.get()
    assert (entry.action, entry.who) == ("add_recurring_adjustment", "merchant")
    assert entry.subject == str(RecurringAdjustment.objects.get().id)
    assert entry.after["points"] == 50


def test_a_double_click_adds_one(merchant: Client) -> None:
    form = filled_in()

    for _ in range(2):
        assert merchant.post("/recurring-adjustments/add/birthday/", form).status_code == 302

    assert RecurringAdjustment.objects.count() == 1
    assert Entry.objects.count() == 1


def test_it_takes_no_one_of_another_store_over(
    merchant: Client, stranger: Client, other_store: Store
) -> None:
    form = filled_in()
    stranger.post("/recurring-adjustments/add/birthday/", form)

    assert merchant.post("/recurring-adjustments/add/birthday/", form).status_code == 404
    assert RecurringAdjustment.objects.get().store == other_store


@pytest.mark.parametrize(
    ("occasion", "fields", "said"),
    [
        ("birthday", {"points": "0"}, "Enter a whole number from 1 to 1,000,000."),
        ("birthday", {"points": "-5"}, "Enter a whole number from 1 to 1,000,000."),
        ("birthday", {"reason": ""}, "Write a reason."),
        ("birthday", {"ends_on": "2020-01-01"}, "This day has passed already."),
        ("birthday", {"ends_on": "soon"}, "Enter a date."),
        ("birthday", {"most_customers": "0"}, "Enter a whole number of at least 1."),
        ("monthly", {"day_of_month": "32"}, "Enter a day from 1 to 31."),
        ("monthly", {}, "Enter a day from 1 to 31."),
    ],
)
def test_what_is_odd_is_said_beside_the_field_and_nothing_is_lost(
    merchant: Client, occasion: str, fields: dict[str, str], said: str
) -> None:
    form = filled_in(reason="A text to keep") | fields

    response = merchant.post(f"/recurring-adjustments/add/{occasion}/", form)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert fields.get("reason", "A text to keep") in response.content.decode()
    assert not RecurringAdjustment.objects.exists()


def test_htmx_is_led_to_its_page(merchant: Client) -> None:
    form = filled_in()

    response = merchant.post("/recurring-adjustments/add/birthday/", form, headers=edge.BOOSTED)

    assert f"/recurring-adjustments/{form['id']}/" in response.headers["HX-Location"]
    assert "toast" in response.headers["HX-Trigger"]


def forecast(client: Client, occasion: str = "birthday", **fields: str) -> str:
    response = client.get(
        f"/recurring-adjustments/forecast/{occasion}/", FILLED_IN | fields, headers=edge.HTMX
    )
    assert response.status_code == 200
    return Page(response).all(id="forecast")[0].text


@time_machine.travel(at("2026-03-14", 12), tick=False)
def test_while_it_is_written_it_says_whom_it_would_reach(merchant: Client, store: Store) -> None:
    know_birthdays(store, c1001="1990-03-15", c1002="1991-03-15", c1003="1990-03-16", c1004="")

    said = forecast(merchant)

    assert "15 March 2026 09:00" in said
    assert "Riyadh time" in said
    assert "As of today 2 customers would get points then." in said
    assert "That is 100 points in all." in said
    assert "Customers whose date of birth is known: 3 of 4." in said


@time_machine.travel(at("2026-03-14", 12), tick=False)
def test_a_day_without_birthdays_is_said_so(merchant: Client) -> None:
    assert "As of today no customer has a birthday then." in forecast(merchant)


@time_machine.travel(at("2026-03-14", 12), tick=False)
def test_a_last_day_before_the_next_time_is_said_so(merchant: Client) -> None:
    said = forecast(merchant, "monthly", day_of_month="1", ends_on="2026-03-20")

    assert said == "Its last day comes before its next time, so it would not run any more."


def test_odd_terms_have_no_forecast(merchant: Client) -> None:
    assert forecast(merchant, points="many") == ""
    assert forecast(merchant, of="nonsense", points="") == ""


def test_in_arabic_it_reads_from_the_right(store: Store) -> None:
    response = client_of(store, language="ar").get("/recurring-adjustments/add/monthly/")

    assert 'dir="rtl"' in response.content.decode()


def test_every_occasion_has_its_page(merchant: Client) -> None:
    for occasion in Occasion:
        assert merchant.get(f"/recurring-adjustments/add/{occasion}/").status_code == 200
