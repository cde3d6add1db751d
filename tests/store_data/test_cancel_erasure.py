from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.stores.models import Store

ADDRESS = "/your-data/erasure/cancel/"


@pytest.fixture
def asked(store: Store) -> Store:
    store.erasure_due_at = timezone.now() + dt.timedelta(days=3)
    store.save()
    return store


def test_it_takes_the_wish_back(asked: Store, merchant: Client) -> None:
    response = merchant.post(ADDRESS)

    asked.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, "/your-data/")
    assert asked.erasure_due_at is None
    assert [it.action for it in Entry.objects.filter(store=asked)] == ["cancel_erasure"]


def test_without_a_wish_it_does_nothing(store: Store, merchant: Client) -> None:
    merchant.post(ADDRESS)

    assert not Entry.objects.exists()


def test_a_stranger_cancels_nothing(asked: Store, stranger: Client) -> None:
    stranger.post(ADDRESS)

    asked.refresh_from_db()
    assert asked.erasure_due_at is not None


def test_nothing_is_changed_by_reading(merchant: Client) -> None:
    assert merchant.get(ADDRESS).status_code == 405
