from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.customers.conftest import know
from tests.pages import Page

ADDRESS = "/segments/preview/"


def preview(merchant: Client, **typed: str) -> Any:
    return merchant.post(ADDRESS, typed, headers=edge.HTMX)


def test_it_counts_and_shows_a_few_while_somebody_chooses(store: Store, merchant: Client) -> None:
    for number in range(1, 9):
        know(store, number, name=f"customer {number}", points=number * 100)

    page = Page(preview(merchant, points_from="300"))

    assert [number.text for number in page.all("dd")] == ["6", "3,300"]
    shown = [item.text for item in page.all("li")]
    assert len(shown) == 5
    assert "customer 8" in shown[0]
    assert "800 points" in shown[0]
    assert not page.has("html")


@pytest.mark.parametrize("typed", [{"points_from": "x"}, {"paid_from": "1", "paid_to": "0"}])
def test_it_counts_nothing_while_something_is_wrong(
    store: Store, merchant: Client, typed: dict[str, str]
) -> None:
    page = Page(preview(merchant, **typed))

    assert not page.has("dd")


def test_it_counts_the_stores_own(store: Store, other_store: Store, stranger: Client) -> None:
    know(store, 1, points=5)

    assert [number.text for number in Page(preview(stranger)).all("dd")] == ["0", "0"]


def test_it_lets_nobody_in_whose_store_has_left(disconnected_store: Store) -> None:
    assert preview(client_of(disconnected_store)).status_code == 403


def test_it_takes_only_what_is_posted(merchant: Client) -> None:
    assert merchant.get(ADDRESS).status_code == 405
