from __future__ import annotations

import json

import time_machine
from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.recurring_adjustments import operations
from loyaltyadmin.recurring_adjustments.models import RecurringAdjustment
from loyaltyadmin.recurring_adjustments.terms import Occasion
from loyaltyadmin.stores.models import Store
from tests.pages import Page
from tests.recurring_adjustments.conftest import at, make_recurring

NOON = time_machine.travel(at("2026-03-15", 12), tick=False)


def form_of(it: RecurringAdjustment, **fields: str) -> dict[str, str]:
    state = operations.state_of(it)
    return {
        "points": str(it.points), "reason": it.reason, "hour": str(it.hour),
        "audience": it.audience, "day_of_month": str(it.day_of_month or ""),
        "based_on": json.dumps(state), **fields,
    }  # fmt: skip


def update(client: Client, it: RecurringAdjustment, **fields: str) -> RecurringAdjustment:
    path = f"/recurring-adjustments/{it.id}/update/"
    assert client.post(path, form_of(it, **fields)).status_code == 302
    return RecurringAdjustment.objects.get(id=it.id)


@NOON
def test_the_form_shows_what_holds(merchant: Client, store: Store) -> None:
    it = make_recurring(store, Occasion.MONTHLY, day_of_month=31, hour=7, most_customers=500)

    page = Page(merchant.get(f"/recurring-adjustments/{it.id}/update/"))

    values = {name: page.all("input", name=name)[0]["value"] for name in ("points", "reason")}
    assert values == {"points": "50", "reason": "A gift"}
    assert page.all("input", name="day_of_month")[0]["value"] == "31"
    assert page.all("input", name="most_customers")[0]["value"] == "500"
    assert "Next time" in page.all(id="forecast")[0].text


@NOON
def test_a_run_that_is_due_stays_due_when_the_points_are_changed(
    merchant: Client, store: Store
) -> None:
    it = make_recurring(store, next_run_at=at("2026-03-15"))

    it = update(merchant, it, points="60")

    assert (it.points, it.next_run_at) == (60, at("2026-03-15"))


@NOON
def test_another_hour_is_waited_for(merchant: Client, store: Store) -> None:
    it = make_recurring(store, next_run_at=at("2026-03-15"))

    assert update(merchant, it, hour="10").next_run_at == at("2026-03-16", 10)
    assert update(merchant, it, based_on=based_on(it), hour="14").next_run_at == at(
        "2026-03-15", 14
    )


def based_on(it: RecurringAdjustment) -> str:
    return json.dumps(operations.state_of(RecurringAdjustment.objects.get(id=it.id)))


@NOON
def test_a_last_day_without_another_run_ends_it(merchant: Client, store: Store) -> None:
    it = make_recurring(store, next_run_at=at("2026-03-16"))

    it = update(merchant, it, ends_on="2026-03-15")

    assert (it.stop_reason, it.next_run_at) == ("over", None)


@NOON
def test_one_that_is_stopped_stays_stopped(merchant: Client, store: Store) -> None:
    it = update(merchant, make_recurring(store), hour="20")

    assert (it.hour, it.stop_reason) == (20, "new")


@NOON
def test_the_activity_says_what_was_changed(merchant: Client, store: Store) -> None:
    it = make_recurring(store)

    update(merchant, it, points="60")

    entry = Entry.objects.latest("id")
    assert entry.action == "update_recurring_adjustment"
    assert (entry.before["points"], entry.after["points"]) == (50, 60)


@NOON
def test_what_somebody_else_changed_is_shown_before_it_is_overwritten(
    merchant: Client, store: Store
) -> None:
    it = make_recurring(store)
    form = form_of(it, points="70")
    update(merchant, it, points="60")

    response = merchant.post(f"/recurring-adjustments/{it.id}/update/", form)

    assert response.status_code == 409
    assert "60 points, A gift" in Page(response).all("main")[0].text
    assert Page(response).all("input", name="points")[0]["value"] == "70"
    assert RecurringAdjustment.objects.get().points == 60


@NOON
def test_what_is_odd_changes_nothing(merchant: Client, store: Store) -> None:
    it = make_recurring(store)

    response = merchant.post(f"/recurring-adjustments/{it.id}/update/", form_of(it, points="none"))

    assert response.status_code == 422
    assert RecurringAdjustment.objects.get().points == 50
