"""Tokens are renewed well before they end; where Zid refuses that, every page says what helps."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import responses
import time_machine
from django.test import Client
from django.utils import timezone

from loyaltyadmin.stores import operations, tasks
from loyaltyadmin.stores.models import Store
from tests.pages import Page
from tests.stores import edge

DAY = 24 * 60 * 60


def is_due(store: Store, *, in_days: float = -1) -> None:
    now = timezone.now()
    Store.objects.filter(id=store.id).update(
        refresh_due_at=now + dt.timedelta(days=in_days), tokens_expire_at=now + dt.timedelta(days=9)
    )


@pytest.mark.parametrize(("lifetime_days", "ahead_days"), [(365, 30), (1095, 30), (30, 10)])
def test_new_tokens_are_to_be_renewed_well_before_they_end(
    zid: responses.RequestsMock, store: Store, lifetime_days: int, ahead_days: int
) -> None:
    edge.gives_tokens(zid, expires_in=lifetime_days * DAY)

    operations.refresh_tokens(store_id=store.id, refused=store.tokens)

    store.refresh_from_db()
    assert store.tokens_expire_at is not None
    assert store.refresh_due_at is not None
    assert store.tokens_expire_at - store.refresh_due_at == dt.timedelta(days=ahead_days)


def test_beat_renews_them_then(zid: responses.RequestsMock, store: Store) -> None:
    is_due(store)
    edge.gives_tokens(zid)

    tasks.refresh_tokens()
    tasks.refresh_tokens()

    store.refresh_from_db()
    assert (store.manager_token, len(zid.calls)) == ("new-manager-token", 1)


@pytest.mark.parametrize("left", [True, False])
def test_it_asks_for_none_that_are_not_due(
    zid: responses.RequestsMock, store: Store, disconnected_store: Store, left: bool
) -> None:
    is_due(disconnected_store if left else store, in_days=-1 if left else 1)

    tasks.refresh_tokens()

    assert len(zid.calls) == 0


def test_a_process_that_renews_them_already_is_left_to_it(
    zid: responses.RequestsMock, store: Store, settings: Any
) -> None:
    is_due(store)
    settings.ZID_TIMEOUT_SECONDS = 0
    until = timezone.now() + dt.timedelta(minutes=1)
    Store.objects.filter(id=store.id).update(refresh_claimed_until=until)

    tasks.refresh_tokens()

    assert len(zid.calls) == 0


def test_every_page_says_what_helps_where_zid_refuses(
    zid: responses.RequestsMock, store: Store, merchant: Client
) -> None:
    is_due(store)
    zid.post(edge.TOKEN, status=400, json={"error": "invalid_grant"})

    tasks.refresh_tokens()

    store.refresh_from_db()
    assert store.uninstalled_at is None  # its tokens still work
    assert "Activate the app again" in Page(merchant.get("/quick-choices/")).one(id="access").text


def test_a_failure_that_proves_nothing_is_told_nobody(
    zid: responses.RequestsMock, store: Store, merchant: Client
) -> None:
    is_due(store)
    zid.post(edge.TOKEN, status=503)

    tasks.refresh_tokens()

    assert not Page(merchant.get("/quick-choices/")).has(id="access")


def test_a_refusal_is_asked_about_again_the_next_day(
    zid: responses.RequestsMock, store: Store
) -> None:
    is_due(store)
    refused = zid.post(edge.TOKEN, status=400, json={"error": "invalid_grant"})
    tasks.refresh_tokens()
    tasks.refresh_tokens()
    asked_today = refused.call_count
    zid.reset()
    edge.gives_tokens(zid)

    with time_machine.travel(timezone.now() + dt.timedelta(days=1, minutes=1)):
        tasks.refresh_tokens()

    store.refresh_from_db()
    assert (asked_today, store.refresh_refused_at) == (1, None)
    assert store.manager_token == "new-manager-token"
