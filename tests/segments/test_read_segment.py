from __future__ import annotations

from django.test import Client

from loyaltyadmin.stores.models import Store
from tests.customers.conftest import know
from tests.pages import Page
from tests.segments.conftest import make_segment


def test_it_shows_who_is_in_today(store: Store, merchant: Client) -> None:
    know(store, 1, name="in", points=1500)
    know(store, 2, name="out", points=5)
    segment = make_segment(store, "VIP", points_from=100)

    page = Page(merchant.get(f"/segments/{segment.id}/"))

    assert page.one("h1").text == "VIP"
    assert [number.text for number in page.all("dd")] == ["1", "1,500"]
    assert page.has("a", href="/customers/1/")
    assert not page.has("a", href="/customers/2/")


def test_it_shows_a_page_of_many(store: Store, merchant: Client) -> None:
    for number in range(1, 31):
        know(store, number, points=number)
    segment = make_segment(store, points_from=1)

    page = Page(merchant.get(f"/segments/{segment.id}/?page=2"))

    assert page.has("a", href="/customers/5/")
    assert not page.has("a", href="/customers/6/")


def test_it_says_that_nobody_is_in(store: Store, merchant: Client) -> None:
    segment = make_segment(store, points_from=1)

    page = Page(merchant.get(f"/segments/{segment.id}/"))

    assert "No customer meets all of this today" in page.one(id="main").text
