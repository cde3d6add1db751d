from __future__ import annotations

import datetime as dt

import pytest
import responses
import time_machine
from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.points_adjustments import operations as points_adjustments
from loyaltyadmin.points_adjustments import turns
from loyaltyadmin.recurring_adjustments import runs
from loyaltyadmin.recurring_adjustments.models import RecurringAdjustment, Run
from loyaltyadmin.recurring_adjustments.terms import Occasion
from loyaltyadmin.stores.models import Store
from tests.conftest import client_of
from tests.pages import Page
from tests.points_adjustments.conftest import Ledger
from tests.recurring_adjustments.conftest import (
    at,
    know_birthdays,
    make_recurring,
    read_directory,
)

DAY = at("2026-03-15")
EVE = time_machine.travel(at("2026-03-14", 12), tick=False)


@pytest.fixture
def known(store: Store) -> Store:
    read_directory(store, fetched_at=at("2026-03-14", 11))
    know_birthdays(store, c1001="1990-03-15", c1002="2001-03-15")
    return store


def page_of(client: Client, it: RecurringAdjustment) -> Page:
    response = client.get(f"/recurring-adjustments/{it.id}/")
    assert response.status_code == 200
    return Page(response)


def said(client: Client, it: RecurringAdjustment) -> str:
    [main] = page_of(client, it).all("main")
    return main.text


@EVE
def test_before_it_is_started_it_says_what_it_will_do(merchant: Client, known: Store) -> None:
    it = make_recurring(known, points=75)

    text = said(merchant, it)

    assert "Not started yet" in text
    assert "15 March 2026 09:00" in text
    assert "As of today 2 customers would get points then. That is 150 points in all." in text
    assert page_of(merchant, it).all(id="start")
    assert not page_of(merchant, it).all(id="stop")


@EVE
def test_it_is_started_for_its_next_time(merchant: Client, known: Store) -> None:
    it = make_recurring(known)

    response = merchant.post(f"/recurring-adjustments/{it.id}/resume/")

    assert response.headers["Location"] == f"/recurring-adjustments/{it.id}/"
    assert RecurringAdjustment.objects.get().next_run_at == DAY
    assert page_of(merchant, it).all(id="stop")


@EVE
def test_it_is_stopped(merchant: Client, known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)

    merchant.post(f"/recurring-adjustments/{it.id}/stop/")

    assert RecurringAdjustment.objects.get().stop_reason == "merchant"
    assert "Stopped" in said(merchant, it)


@EVE
def test_what_was_missed_while_it_was_stopped_is_not_made_up_for(
    merchant: Client, known: Store
) -> None:
    it = make_recurring(known, next_run_at=at("2026-03-01"))
    merchant.post(f"/recurring-adjustments/{it.id}/stop/")

    merchant.post(f"/recurring-adjustments/{it.id}/resume/")

    assert RecurringAdjustment.objects.get().next_run_at == DAY


@EVE
def test_stopping_twice_or_starting_twice_changes_nothing_more(
    merchant: Client, known: Store
) -> None:
    it = make_recurring(known)

    for end in ("stop/", "resume/", "resume/"):
        assert merchant.post(f"/recurring-adjustments/{it.id}/{end}").status_code == 302

    assert Entry.objects.filter(action="resume_recurring_adjustment").count() == 1
    assert not Entry.objects.filter(action="stop_recurring_adjustment").exists()


@EVE
def test_one_whose_last_day_is_over_cannot_be_started(merchant: Client, known: Store) -> None:
    it = make_recurring(known)
    RecurringAdjustment.objects.update(ends_on=dt.date(2026, 3, 13), stop_reason="over")

    assert "Its last day is over" in said(merchant, it)
    assert not page_of(merchant, it).all(id="start")
    merchant.post(f"/recurring-adjustments/{it.id}/resume/")
    assert RecurringAdjustment.objects.get().stop_reason == "over"


@EVE
@pytest.mark.parametrize("fetched_at", [None, at("2026-03-12")])
def test_it_says_when_the_customers_have_not_been_read(
    merchant: Client, known: Store, fetched_at: dt.datetime | None
) -> None:
    it = make_recurring(known, next_run_at=DAY)
    assert "waits for the list" not in said(merchant, it)

    read_directory(known, fetched_at=fetched_at)

    assert "It waits for the list of your customers" in said(merchant, it)


@EVE
def test_a_store_that_came_back_is_told_why_it_is_stopped(merchant: Client, known: Store) -> None:
    it = make_recurring(known)
    RecurringAdjustment.objects.update(stop_reason="access")

    assert "It was stopped because the app was removed from your store" in said(merchant, it)


@EVE
def test_it_lists_its_runs_and_what_was_given(
    merchant: Client, known: Store, ledger: Ledger
) -> None:
    it = make_recurring(known, next_run_at=at("2026-03-11"))
    Run.objects.create(
        recurring_adjustment=it, due_at=at("2026-03-01"), made_at=at("2026-03-10"),
        outcome=Run.Outcome.MISSED, times=9,
    )  # fmt: skip
    Run.objects.create(
        recurring_adjustment=it, due_at=at("2026-03-10"), made_at=at("2026-03-10"),
        outcome=Run.Outcome.NOBODY,
    )  # fmt: skip
    RecurringAdjustment.objects.update(next_run_at=DAY)
    job = runs.make_run(recurring_adjustment_id=it.id, now=at("2026-03-15", 12))
    turns.take_turn(store_id=known.id, sleep=lambda seconds: None)

    page = page_of(merchant, it)

    [listed] = page.all(id="runs")
    assert "2 customers" in listed.text
    assert "Made late, on" in listed.text
    assert "There was no customer to give points to." in listed.text
    assert "9 times in a row." in listed.text
    assert page.all("a", href=f"/bulk-adjustments/{job.id}/")
    assert "Points given so far100" in page.all("main")[0].text


@EVE
def test_what_was_taken_back_was_not_given(merchant: Client, known: Store, ledger: Ledger) -> None:
    it = make_recurring(known, next_run_at=DAY)
    job = runs.make_run(recurring_adjustment_id=it.id, now=DAY)
    turns.take_turn(store_id=known.id, sleep=lambda seconds: None)
    undo = points_adjustments.undo_bulk_adjustment(job=job, by=OPERATOR, reason_for=str)
    points_adjustments.confirm_bulk_adjustment(job=undo, by=OPERATOR)
    turns.take_turn(store_id=known.id, sleep=lambda seconds: None)

    assert "Points given so far0" in said(merchant, it)


@EVE
def test_a_run_that_asks_first_is_shown_until_it_is_answered(
    merchant: Client, known: Store
) -> None:
    it = make_recurring(known, next_run_at=DAY, most_customers=1)
    runs.make_run(recurring_adjustment_id=it.id, now=DAY)
    job = it.runs.get().job
    assert "A run waits for you" in said(merchant, it)

    points_adjustments.confirm_bulk_adjustment(job=job, by=OPERATOR)

    assert "A run waits for you" not in said(merchant, it)


@EVE
def test_a_job_s_page_says_what_has_made_it(
    merchant: Client, known: Store, zid: responses.RequestsMock
) -> None:
    it = make_recurring(known, next_run_at=DAY)
    job = runs.make_run(recurring_adjustment_id=it.id, now=DAY)

    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))

    assert page.all("a", href=f"/recurring-adjustments/{it.id}/")
    assert "By itself, as a recurring adjustment" in page.all("main")[0].text


@EVE
def test_a_job_s_page_stands_without_what_has_made_it(merchant: Client, known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)
    job = runs.make_run(recurring_adjustment_id=it.id, now=DAY)
    it.delete()

    assert merchant.get(f"/bulk-adjustments/{job.id}/").status_code == 200


@EVE
@pytest.mark.parametrize(
    ("occasion", "fields", "when"),
    [
        (Occasion.BIRTHDAY, {}, "On the customer's birthday at 09:00"),
        (Occasion.WEEKLY, {}, "Every Sunday at 09:00"),
        (Occasion.MONTHLY, {}, "On day 1 of every month at 09:00"),
        (Occasion.MONTHLY, {"day_of_month": 31}, "or its last day"),
    ],
)
def test_it_says_when_it_comes(
    merchant: Client, known: Store, occasion: Occasion, fields: dict[str, int], when: str
) -> None:
    assert when in said(merchant, make_recurring(known, occasion, **fields))


@EVE
def test_in_arabic_it_reads_from_the_right(known: Store) -> None:
    it = make_recurring(known, next_run_at=DAY)

    response = client_of(known, language="ar").get(f"/recurring-adjustments/{it.id}/")

    assert 'dir="rtl"' in response.content.decode()
