from __future__ import annotations

from django.test import Client
from django.utils import timezone

from loyaltyadmin.customers.models import Directory
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.pages import Page

ADDRESS = "/customers/directory/"


def test_it_is_asked_for_again_until_all_customers_are_read(store: Store, merchant: Client) -> None:
    before = Page(merchant.get(ADDRESS, headers=edge.HTMX)).one(id="directory")
    now = timezone.now()
    Directory.objects.create(store=store, due_at=now, fetched_at=now)
    after = Page(merchant.get(ADDRESS, headers=edge.HTMX)).one(id="directory")

    assert "hx-get" in before.attributes
    assert "hx-get" not in after.attributes
    assert "All customers as of" in after.text


def test_it_is_the_stores_own(other_store: Store, merchant: Client) -> None:
    now = timezone.now()
    Directory.objects.create(store=other_store, due_at=now, fetched_at=now)

    assert "hx-get" in Page(merchant.get(ADDRESS)).one(id="directory").attributes


def test_it_lets_nobody_in_whose_store_has_left(disconnected_store: Store) -> None:
    assert client_of(disconnected_store).get(ADDRESS).status_code == 403


def test_it_is_only_read(merchant: Client) -> None:
    assert merchant.post(ADDRESS).status_code == 405
