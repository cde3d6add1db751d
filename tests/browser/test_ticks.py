"""Customers who are ticked in their list, by keyboard and by pointer."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from loyaltyadmin.customers.views import CUSTOMERS_PER_PAGE
from tests.browser.merchant import Merchant

pytestmark = pytest.mark.browser


def show_the_list(merchant: Merchant) -> None:
    """Once everybody has been read from Zid."""
    merchant.go("customers")
    expect(merchant.app.locator("#directory form")).to_be_visible()
    merchant.go("customers")


def test_a_bar_counts_those_who_are_ticked_and_leads_to_their_adjustment(
    merchant: Merchant,
) -> None:
    app, page = merchant.app, merchant.page
    show_the_list(merchant)
    boxes, bar = app.locator(".zid-ticked input"), app.locator("[data-ticked]")
    expect(boxes).to_have_count(CUSTOMERS_PER_PAGE)
    expect(bar).to_be_hidden()

    merchant.press_tab_until("[data-tick-all] input")
    page.keyboard.press("Space")
    expect(bar).to_contain_text(str(CUSTOMERS_PER_PAGE))
    boxes.first.click()
    expect(bar).to_contain_text(str(CUSTOMERS_PER_PAGE - 1))
    merchant.press_tab_until("[data-ticked] button")
    page.keyboard.press("Enter")

    expect(app.locator("#id_points")).to_be_visible()
    expect(app.locator("h1")).to_have_text(
        merchant.says("Adjust the points of the chosen customers")
    )
    expect(app.locator(".zid-page-head p")).to_contain_text(re.compile(r"^\s*24 "))
    assert merchant.watch.complaints == []


def test_the_bar_goes_with_the_last_tick(merchant: Merchant) -> None:
    app = merchant.app
    show_the_list(merchant)
    everyone = app.locator("[data-tick-all] input")

    app.locator(".zid-ticked input").first.click()
    expect(app.locator("[data-ticked]")).to_be_visible()
    expect(everyone).to_have_js_property("indeterminate", True)
    app.locator(".zid-ticked input").first.click()

    expect(app.locator("[data-ticked]")).to_be_hidden()
    expect(everyone).not_to_be_checked()
