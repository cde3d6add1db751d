from __future__ import annotations

import datetime as dt

from django.test import Client
from django.utils import timezone

from loyaltyadmin.customers import fetching
from loyaltyadmin.customers.models import Directory
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of

ADDRESS = "/customers/fetch/"


def make_directory(store: Store, *, minutes_ago: int) -> None:
    now = timezone.now()
    Directory.objects.create(
        store=store,
        due_at=now + dt.timedelta(days=1),
        fetched_at=now - dt.timedelta(minutes=minutes_ago),
    )


def test_it_has_the_customers_read_again(store: Store, merchant: Client) -> None:
    make_directory(store, minutes_ago=60)

    response = merchant.post(ADDRESS)

    assert (response.status_code, response["Location"]) == (302, "/customers/")
    assert fetching.stores_to_serve() == [store.id]


def test_it_does_not_read_again_what_was_just_read(store: Store, merchant: Client) -> None:
    make_directory(store, minutes_ago=1)

    assert merchant.post(ADDRESS, headers=edge.HTMX).status_code == 200
    assert fetching.stores_to_serve() == []


def test_it_is_for_the_merchants_own_store(
    store: Store, other_store: Store, stranger: Client
) -> None:
    make_directory(store, minutes_ago=60)
    make_directory(other_store, minutes_ago=60)

    stranger.post(ADDRESS)

    assert fetching.stores_to_serve() == [other_store.id]


def test_it_lets_nobody_in_whose_store_has_left(disconnected_store: Store) -> None:
    assert client_of(disconnected_store).post(ADDRESS).status_code == 403


def test_it_takes_only_what_is_posted(merchant: Client) -> None:
    assert merchant.get(ADDRESS).status_code == 405
