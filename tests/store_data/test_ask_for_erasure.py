from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.stores.models import Store
from tests.pages import Page
from tests.points_adjustments.conftest import make_job

ADDRESS = "/your-data/erasure/ask/"


def test_it_says_what_happens_before_it_is_asked_for(store: Store, merchant: Client) -> None:
    page = Page(merchant.get(ADDRESS))

    assert "Nobody can bring it back" in page.one(id="main").text
    store.refresh_from_db()
    assert store.erasure_due_at is None


@pytest.mark.parametrize("number", ["90001", "٩٠٠٠١"])
def test_the_typed_number_of_the_store_arranges_it_for_a_week_later(
    store: Store, merchant: Client, number: str
) -> None:
    response = merchant.post(ADDRESS, {"number": number})

    store.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, "/your-data/")
    assert store.erasure_due_at is not None
    left = store.erasure_due_at - timezone.now()
    assert dt.timedelta(days=6, hours=23) < left <= dt.timedelta(days=7)
    assert [it.action for it in Entry.objects.filter(store=store)] == ["ask_for_erasure"]
    assert Page(merchant.get("/quick-choices/")).has(id="erasure")


@pytest.mark.parametrize("number", ["", "90002", "yes"])
def test_any_other_number_changes_nothing(store: Store, merchant: Client, number: str) -> None:
    response = merchant.post(ADDRESS, {"number": number})

    store.refresh_from_db()
    assert (response.status_code, store.erasure_due_at) == (422, None)
    assert "Type 90001 to confirm." in Page(response).one(id="id_number_error").text


def test_it_waits_no_longer_than_data_is_kept(
    store: Store, merchant: Client, settings: Any
) -> None:
    settings.ERASE_AFTER_DAYS = 2

    merchant.post(ADDRESS, {"number": "90001"})

    store.refresh_from_db()
    assert store.erasure_due_at is not None
    assert store.erasure_due_at - timezone.now() <= dt.timedelta(days=2)


def test_it_is_not_to_be_had_while_points_are_to_be_moved(store: Store, merchant: Client) -> None:
    make_job(store)

    page = Page(merchant.get(ADDRESS))
    response = merchant.post(ADDRESS, {"number": "90001"})

    store.refresh_from_db()
    assert not page.has(id="id_number")
    assert (response.status_code, store.erasure_due_at) == (409, None)


def test_asked_for_twice_the_first_date_stays(store: Store, merchant: Client) -> None:
    due_at = timezone.now() + dt.timedelta(days=1)
    Store.objects.filter(id=store.id).update(erasure_due_at=due_at)

    merchant.post(ADDRESS, {"number": "90001"})

    store.refresh_from_db()
    assert store.erasure_due_at == due_at
    assert not Entry.objects.exists()


def test_it_can_be_asked_for_whatever_is_paid(store: Store, merchant: Client) -> None:
    Store.objects.filter(id=store.id).update(subscription="expired")

    merchant.post(ADDRESS, {"number": "90001"})

    store.refresh_from_db()
    assert store.erasure_due_at is not None
