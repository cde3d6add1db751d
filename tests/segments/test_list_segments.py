from __future__ import annotations

from django.test import Client

from loyaltyadmin.stores.models import Store
from tests.pages import Page
from tests.segments.conftest import make_segment

ADDRESS = "/segments/"


def test_it_lists_the_stores_segments_by_name(
    store: Store, other_store: Store, merchant: Client
) -> None:
    second = make_segment(store, "b")
    first = make_segment(store, "a")
    make_segment(other_store, "stranger")

    page = Page(merchant.get(ADDRESS))

    links = [link["href"] for link in page.all("a") if link.text in {"a", "b", "stranger"}]
    assert links == [f"/segments/{first.id}/", f"/segments/{second.id}/"]


def test_without_one_it_says_what_they_are_good_for(merchant: Client) -> None:
    page = Page(merchant.get(ADDRESS))

    assert "No segment yet" in page.one(id="main").text
    assert page.has("a", href="/segments/add/")


def test_it_is_only_read(merchant: Client) -> None:
    assert merchant.post(ADDRESS).status_code == 405
