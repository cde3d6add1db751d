"""What a store pays is what Zid says when it is asked; events are only a reason to ask."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import responses
from django.test import Client
from django.utils import timezone

from loyaltyadmin.points_adjustments import turns
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import JobStatus
from loyaltyadmin.recurring_adjustments import runs
from loyaltyadmin.stores import subscriptions, tasks
from loyaltyadmin.stores.models import Store
from loyaltyadmin.stores.subscriptions import ALLOWS, HELD_BACK, Subscription
from tests import edge as loyalty
from tests.customers.conftest import know
from tests.pages import Page
from tests.points_adjustments.conftest import Ledger, make_job
from tests.recurring_adjustments.conftest import make_recurring
from tests.stores import edge

LAST_DAY = dt.date(2026, 12, 31)
SUSPENDED = {"status": "suspended", "end_date": "2026-12-31"}


@pytest.fixture
def ledger(zid: responses.RequestsMock) -> Ledger:
    return Ledger(zid)


def deliver(status: str, **fields: Any) -> int:
    event = {
        "event_name": f"app.market.subscription.{status}",
        "store_id": 90001,
        "status": status,
        **fields,
    }
    answer = Client().post("/zid/webhooks/app", json.dumps(event), content_type="application/json")
    return answer.status_code


def check(store: Store) -> Store:
    """Have Zid asked now, whenever it was asked last."""
    Store.objects.filter(id=store.id).update(check_due_at=timezone.now(), checked_at=None)
    tasks.check_stores()
    return Store.objects.get(id=store.id)


def pays(store: Store, subscription: str) -> None:
    Store.objects.filter(id=store.id).update(subscription=subscription)


# What Zid says


@pytest.mark.parametrize(
    ("answer", "state", "ends_on"),
    [
        ({"status": "object", "subscription": SUSPENDED}, "suspended", LAST_DAY),
        ({"status": "object", "data": SUSPENDED}, "suspended", LAST_DAY),
        ({"data": {"subscription": SUSPENDED}}, "suspended", LAST_DAY),
        ({"data": [SUSPENDED]}, "suspended", LAST_DAY),
        (SUSPENDED, "suspended", LAST_DAY),
        ({"subscription": {"status": " Expired "}}, "expired", None),
        ({"subscription": {"status": "active", "end_date": "soon"}}, "active", None),
        ({"status": "active", "subscription": {"status": "refunded"}}, "refunded", None),
    ],
)
def test_it_finds_the_state_wherever_it_stands(
    answer: dict[str, Any], state: str, ends_on: dt.date | None
) -> None:
    told = subscriptions.read(answer)

    assert (told.state, told.ends_on) == (state, ends_on)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"status": "object"},
        {"status": "string", "subscription": None, "data": []},
        {"subscription": {"status": "dormant"}},
        {"subscription": {"status": None}},
        {"subscription": "expired"},
        {"status": True, "data": 7},
    ],
)
def test_it_takes_nothing_else_for_a_state(answer: dict[str, Any]) -> None:
    assert subscriptions.read(answer).state is None


@pytest.mark.parametrize("status", Subscription.values)
def test_it_believes_zid_when_it_is_asked(
    zid: responses.RequestsMock, store: Store, status: str
) -> None:
    zid.get(edge.PROFILE, json=edge.profile())
    edge.tells_subscription(zid, status)

    status_code = deliver(status)
    tasks.check_stores()

    store.refresh_from_db()
    assert (status_code, store.subscription, store.subscription_ends_on) == (202, status, LAST_DAY)


@pytest.mark.parametrize("event", ["expired", "refunded", "active", "renew", "made-up"])
def test_an_event_that_is_forged_late_or_out_of_order_changes_nothing_by_itself(
    zid: responses.RequestsMock, store: Store, event: str
) -> None:
    pays(store, "warning")
    zid.get(edge.PROFILE, json=edge.profile())
    edge.tells_subscription(zid, "warning")

    deliver(event, end_date="1999-01-01")
    deliver(event)
    tasks.check_stores()

    store.refresh_from_db()
    assert (store.subscription, store.subscription_ends_on) == ("warning", LAST_DAY)


def test_an_unknown_word_changes_nothing_and_is_logged_once(
    zid: responses.RequestsMock, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    pays(store, "expired")
    zid.get(edge.PROFILE, json=edge.profile())
    edge.tells_subscription(zid, "hibernating")

    check(store)
    after = check(store)

    assert after.subscription == "expired"
    assert caplog.text.count("hibernating") == 1


@pytest.mark.parametrize("status", [401, 403, 404, 422, 500])
def test_what_zid_does_not_answer_changes_nothing(
    zid: responses.RequestsMock, store: Store, no_waiting: None, status: int
) -> None:
    pays(store, "warning")
    zid.get(edge.PROFILE, json=edge.profile())
    zid.get(edge.SUBSCRIPTION, status=status, json={})

    after = check(store)

    # Nor are tokens renewed that work elsewhere.
    assert (after.subscription, after.uninstalled_at, after.tokens_version) == ("warning", None, 0)


def test_every_store_is_asked_about_once_a_day(zid: responses.RequestsMock, store: Store) -> None:
    zid.get(edge.PROFILE, json=edge.profile())
    edge.tells_subscription(zid)

    after = check(store)

    assert after.check_due_at is not None
    left = after.check_due_at - timezone.now()
    assert dt.timedelta(hours=23) < left <= dt.timedelta(hours=24)


# What the app does


@pytest.mark.parametrize("subscription", HELD_BACK)
def test_where_nothing_may_be_changed_everything_can_be_read(
    zid: responses.RequestsMock, store: Store, merchant: Client, subscription: str
) -> None:
    pays(store, subscription)

    read = merchant.get("/quick-choices/")
    refused = merchant.post("/quick-choices/", {}, headers=loyalty.HTMX)

    assert (read.status_code, refused.status_code) == (200, 403)
    assert "App Market" in Page(read).one(id="subscription").text
    assert "Nothing was changed" in refused.content.decode()


def test_customers_can_still_be_searched(store: Store, merchant: Client) -> None:
    know(store, name="نورة")
    pays(store, "suspended")

    found = merchant.post("/customers/", {"typed": "نورة"}, headers=loyalty.HTMX)

    assert found.status_code == 200
    assert "نورة" in found.content.decode()


def test_what_is_running_can_still_be_stopped(store: Store, merchant: Client) -> None:
    job = make_job(store)
    pays(store, "expired")

    stopped = merchant.post(f"/bulk-adjustments/{job.id}/pause/")
    resumed = merchant.post(f"/bulk-adjustments/{job.id}/resume/")

    job.refresh_from_db()
    assert (stopped.status_code, resumed.status_code, job.status) == (302, 403, JobStatus.PAUSED)


@pytest.mark.parametrize("subscription", ["", *Subscription.values])
def test_a_running_bulk_adjustment_ends_and_a_queued_one_waits_where_it_must(
    ledger: Ledger, store: Store, subscription: str
) -> None:
    running, queued = make_job(store, customers=2), make_job(store, customers=1)
    now = timezone.now()
    BulkAdjustment.objects.filter(id=running.id).update(status=JobStatus.RUNNING, started_at=now)
    pays(store, subscription)

    turns.take_turn(store_id=store.id, sleep=lambda seconds: None)

    running.refresh_from_db()
    queued.refresh_from_db()
    may_start = subscription not in HELD_BACK
    assert running.status == JobStatus.FINISHED
    assert queued.status == (JobStatus.FINISHED if may_start else JobStatus.QUEUED)
    assert len(ledger.entries) == (3 if may_start else 2)


@pytest.mark.parametrize("subscription", ["", *Subscription.values])
def test_a_recurring_adjustment_runs_only_where_it_may(store: Store, subscription: str) -> None:
    it = make_recurring(store, next_run_at=timezone.now())
    pays(store, subscription)

    due = runs.due_ids()

    assert due == ([] if subscription in HELD_BACK else [it.id])


def test_every_state_stands_in_the_table() -> None:
    assert set(ALLOWS) == set(Subscription)


@pytest.mark.parametrize(
    ("subscription", "said"),
    [
        ("warning", "The subscription to this app ends on"),
        ("suspended", "Zid has suspended the subscription"),
        ("expired", "The subscription to this app has ended"),
        ("refunded", "The subscription to this app was refunded"),
    ],
)
def test_every_page_says_so(store: Store, merchant: Client, subscription: str, said: str) -> None:
    Store.objects.filter(id=store.id).update(
        subscription=subscription, subscription_ends_on=LAST_DAY
    )

    page = Page(merchant.get("/quick-choices/"))

    assert said in page.one(id="subscription").text


@pytest.mark.parametrize("subscription", ["", "active"])
def test_who_pays_is_told_nothing(store: Store, merchant: Client, subscription: str) -> None:
    pays(store, subscription)

    assert not Page(merchant.get("/quick-choices/")).has(id="subscription")
