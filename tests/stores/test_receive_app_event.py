"""Zid's app events: anybody can send one, so Zid itself is asked before anything is done."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import responses
import time_machine
from django.test import Client
from django.utils import timezone

from loyaltyadmin.stores import checks, tasks
from loyaltyadmin.stores.models import Store
from tests.stores import edge

ADDRESS = "/zid/webhooks/app"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def deliver(**changes: Any) -> int:
    event = {"event_name": "app.market.application.uninstall", "store_id": 90001, **changes}
    answer = Client().post(ADDRESS, json.dumps(event), content_type="application/json")
    return answer.status_code


def is_connected() -> bool:
    return Store.objects.get(id=90001).uninstalled_at is None


def zid_refuses_the_tokens(zid: responses.RequestsMock) -> None:
    zid.get(edge.PROFILE, status=401)
    zid.post(edge.TOKEN, status=400, json={"error": "invalid_grant"})


def test_an_uninstall_is_real_when_zid_no_longer_takes_the_tokens(
    zid: responses.RequestsMock, store: Store
) -> None:
    zid_refuses_the_tokens(zid)

    status = deliver()
    tasks.check_stores()

    store.refresh_from_db()
    assert status == 202
    assert store.uninstalled_at is not None
    assert not store.tokens.manager_token


def test_the_old_lookup_token_opens_nothing_then(zid: responses.RequestsMock, store: Store) -> None:
    Store.objects.filter(id=store.id).update(lookup_token_sha256=edge.sha256("lookup"))
    zid_refuses_the_tokens(zid)
    before = Client().get("/embedded", {"token": "lookup"}).status_code

    deliver()
    tasks.check_stores()

    assert (before, Client().get("/embedded", {"token": "lookup"}).status_code) == (200, 403)


def test_a_forged_uninstall_does_no_harm(zid: responses.RequestsMock, store: Store) -> None:
    zid.get(edge.PROFILE, json=edge.profile())
    edge.tells_subscription(zid)

    deliver()
    tasks.check_stores()

    assert is_connected()


def test_a_check_that_fails_proves_nothing_and_is_made_again(
    zid: responses.RequestsMock,
    store: Store,
    clock: time_machine.Traveller,
    no_waiting: None,
) -> None:
    zid.get(edge.PROFILE, status=500)
    deliver()
    tasks.check_stores()
    assert is_connected()
    zid.reset()
    zid_refuses_the_tokens(zid)

    clock.shift(checks.AGAIN.total_seconds() + 1)
    tasks.check_stores()

    assert not is_connected()


def test_a_flood_costs_one_check(
    zid: responses.RequestsMock, store: Store, clock: time_machine.Traveller
) -> None:
    of_profile = zid.get(edge.PROFILE, json=edge.profile())
    of_subscription = edge.tells_subscription(zid)

    for _ in range(20):
        deliver()
        tasks.check_stores()

    assert (of_profile.call_count, of_subscription.call_count) == (1, 1)


def test_an_uninstall_soon_after_a_check_is_found_out_a_minute_later(
    zid: responses.RequestsMock, store: Store, clock: time_machine.Traveller
) -> None:
    zid.get(edge.PROFILE, json=edge.profile())
    edge.tells_subscription(zid)
    deliver()
    tasks.check_stores()
    zid.reset()
    zid_refuses_the_tokens(zid)

    deliver()
    tasks.check_stores()
    at_once = is_connected()
    clock.shift(checks.AGAIN.total_seconds() + 1)
    tasks.check_stores()

    assert (at_once, is_connected()) == (True, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"event_name": "app.market.application.rated"},
        {"store_id": 4711},
        {"store_id": 2**70},
        {"store_id": -1},
    ],
)
def test_other_events_ask_nobody(
    zid: responses.RequestsMock, store: Store, changes: dict[str, Any]
) -> None:
    status = deliver(**changes)
    tasks.check_stores()

    assert status == 202
    assert is_connected()


@pytest.mark.parametrize("body", ["", "[]", "{", "null", '{"event_name": 1}', "[" * 100_000])
def test_what_is_no_event_is_refused(db: None, body: str) -> None:
    answer = Client().post(ADDRESS, body, content_type="application/json")

    assert answer.status_code in {400, 413}


def test_it_takes_no_other_method(db: None) -> None:
    assert Client().get(ADDRESS).status_code == 405
