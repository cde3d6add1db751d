from __future__ import annotations

import json

from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import JobStatus
from loyaltyadmin.recurring_adjustments import operations, runs
from loyaltyadmin.recurring_adjustments.models import Gift, RecurringAdjustment
from loyaltyadmin.stores.models import Store
from tests.pages import Page
from tests.recurring_adjustments.conftest import (
    at,
    know_birthdays,
    make_recurring,
    read_directory,
)


def test_it_names_what_would_be_deleted(merchant: Client, store: Store) -> None:
    it = make_recurring(store, reason="Happy birthday")

    page = Page(merchant.get(f"/recurring-adjustments/{it.id}/delete/"))

    assert "Happy birthday · On the customer's birthday at 09:00" in page.all("main")[0].text
    assert RecurringAdjustment.objects.exists()


def test_it_is_deleted_and_its_jobs_stay(merchant: Client, store: Store) -> None:
    read_directory(store, fetched_at=at("2026-03-15", 3))
    know_birthdays(store, c1001="1990-03-15")
    it = make_recurring(store, next_run_at=at("2026-03-15"))
    runs.make_run(recurring_adjustment_id=it.id, now=at("2026-03-15"))
    based_on = json.dumps(operations.state_of(it))

    response = merchant.post(f"/recurring-adjustments/{it.id}/delete/", {"based_on": based_on})

    assert response.headers["Location"] == "/recurring-adjustments/"
    assert not RecurringAdjustment.objects.exists()
    assert BulkAdjustment.objects.get().status == JobStatus.QUEUED
    assert Gift.objects.count() == 1
    assert Entry.objects.latest("id").action == "delete_recurring_adjustment"


def test_one_that_was_changed_meanwhile_is_shown_first(merchant: Client, store: Store) -> None:
    it = make_recurring(store)
    based_on = json.dumps(operations.state_of(it) | {"points": 7})

    response = merchant.post(f"/recurring-adjustments/{it.id}/delete/", {"based_on": based_on})

    assert response.status_code == 409
    assert RecurringAdjustment.objects.exists()
