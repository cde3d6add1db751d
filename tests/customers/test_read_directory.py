from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from loyaltyadmin.customers.models import Directory
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.customers.conftest import know
from tests.pages import Page

ADDRESS = "/customers/directory/"
NEWS = "customers-read"


def read(store: Store, **fields: Any) -> None:
    """How far the reading of the store's customers is."""
    Directory.objects.update_or_create(store=store, defaults={"due_at": timezone.now(), **fields})


def test_it_is_asked_for_again_until_all_customers_are_read(store: Store, merchant: Client) -> None:
    before = Page(merchant.get(ADDRESS, headers=edge.HTMX)).one(id="directory")
    read(store, fetched_at=timezone.now())
    after = Page(merchant.get(ADDRESS, headers=edge.HTMX)).one(id="directory")

    assert "hx-get" in before.attributes
    assert "hx-get" not in after.attributes
    assert "All customers as of" in after.text


def test_the_list_comes_in_with_the_first_customers_and_when_all_are_read(
    store: Store, merchant: Client
) -> None:
    def ask(address: str | None) -> tuple[bool, str | None]:
        """Whether the list is to be asked for, and where the next question goes."""
        response = merchant.get(address or ADDRESS, headers=edge.HTMX)
        attributes = Page(response).one(id="directory").attributes
        return NEWS in response.headers.get("HX-Trigger", ""), attributes.get("hx-get")

    read(store, started_at=timezone.now())
    nobody = ask(ADDRESS)
    read(store, started_at=timezone.now(), seen_count=100, total_count=300)
    first = ask(nobody[1])
    read(store, started_at=timezone.now(), seen_count=200, total_count=300)
    more = ask(first[1])
    read(store, started_at=None, seen_count=300, total_count=300, fetched_at=timezone.now())
    everybody = ask(more[1])

    assert [news for news, _ in (nobody, first, more, everybody)] == [False, True, False, True]
    assert everybody[1] is None


@pytest.mark.parametrize("query", ["", "?page=2&show=with_points"])
def test_the_list_asks_for_itself_as_it_is(store: Store, merchant: Client, query: str) -> None:
    for number in range(1001, 1031):
        know(store, number, points=5)

    page = Page(merchant.get(f"/customers/{query}"))
    [own] = [it for it in page.elements if it.attributes.get("hx-trigger") == f"{NEWS} from:body"]
    again = merchant.get(own["hx-get"], headers=edge.HTMX)

    assert Page(again).one(id="customers").text == page.one(id="customers").text


def test_it_is_the_stores_own(other_store: Store, merchant: Client) -> None:
    read(other_store, fetched_at=timezone.now())

    assert "hx-get" in Page(merchant.get(ADDRESS)).one(id="directory").attributes


def test_it_lets_nobody_in_whose_store_has_left(disconnected_store: Store) -> None:
    assert client_of(disconnected_store).get(ADDRESS).status_code == 403


def test_it_is_only_read(merchant: Client) -> None:
    assert merchant.post(ADDRESS).status_code == 405
