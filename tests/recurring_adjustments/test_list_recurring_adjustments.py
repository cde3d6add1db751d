from __future__ import annotations

from django.test import Client

from loyaltyadmin.recurring_adjustments.terms import Occasion
from loyaltyadmin.stores.models import Store
from tests.pages import Page
from tests.recurring_adjustments.conftest import at, make_recurring

NEXT = at("2100-03-15")


def test_it_lists_each_with_its_next_time_and_what_it_gave(merchant: Client, store: Store) -> None:
    make_recurring(store, reason="Happy birthday", next_run_at=NEXT)
    make_recurring(store, Occasion.MONTHLY, reason="The month's gift")

    page = Page(merchant.get("/recurring-adjustments/"))

    [listed] = page.all(id="recurring-adjustments")
    assert "Happy birthday" in listed.text
    assert "Next time: 2100-03-15 09:00, Riyadh time" in listed.text
    assert "Given so far: 0" in listed.text
    assert "Not started yet" in listed.text


def test_another_store_s_are_not_among_them(stranger: Client, store: Store) -> None:
    make_recurring(store, reason="Happy birthday")

    assert "Happy birthday" not in stranger.get("/recurring-adjustments/").content.decode()


def test_without_any_it_says_what_they_are_for(merchant: Client) -> None:
    page = Page(merchant.get("/recurring-adjustments/"))

    assert "Nothing repeats yet" in page.all("main")[0].text
    for occasion in Occasion:
        assert page.all("a", href=f"/recurring-adjustments/add/{occasion}/")


def test_the_page_of_bulk_adjustments_leads_here(merchant: Client, store: Store) -> None:
    assert "Let points be given by themselves" in said(merchant)

    make_recurring(store, reason="Later", next_run_at=at("2101-01-01"))
    make_recurring(store, reason="Sooner", next_run_at=NEXT)
    make_recurring(store, reason="Never")

    assert "2 are on" in said(merchant)
    assert "Sooner" in said(merchant)
    assert "Later" not in said(merchant)


def said(merchant: Client) -> str:
    page = Page(merchant.get("/bulk-adjustments/"))
    assert page.all("a", href="/recurring-adjustments/")
    return page.all("main")[0].text
