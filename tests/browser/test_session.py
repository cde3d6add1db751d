"""Who may see what: reloads, ended sessions, and two stores in one browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import COOKIES, OpenApp
from tests.browser.merchant import Merchant
from tests.processes import Product

pytestmark = pytest.mark.browser

END_ALL_SESSIONS = (
    "from django.contrib.sessions.models import Session; Session.objects.all().delete()"
)


def test_a_reload_of_the_frame_goes_on_with_the_partitioned_cookie(merchant: Merchant) -> None:
    merchant.find_customer(1001)

    merchant.frame.evaluate("location.reload()")

    expect(merchant.app.locator("#customer-points")).to_be_visible()
    assert merchant.path == "/customers/1001/"
    [cookie] = merchant.context.cookies(merchant.product.url)
    assert cookie["partitionKey"]
    assert cookie["secure"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "None"


def test_a_reload_without_any_cookie_says_to_open_the_app_again(open_app: OpenApp) -> None:
    merchant = open_app(cookies="all cookies blocked")
    merchant.go("customers")

    merchant.frame.evaluate("location.reload()")

    expect(way_back(merchant)).to_be_visible()
    assert ("GET /customers/", 403) in merchant.watch.statuses
    merchant.open()
    expect(merchant.app.locator("#activation")).to_be_visible()


@pytest.mark.parametrize("cookies", COOKIES)
def test_an_ended_session_says_to_open_the_app_again(cookies: str, open_app: OpenApp) -> None:
    merchant = open_app(cookies=cookies)
    merchant.product.manage("shell", "-c", END_ALL_SESSIONS)

    # A switch asks for a part of the page, and gets the whole one that says what to do.
    merchant.rule().get_by_role("switch").click()

    expect(way_back(merchant)).to_be_visible()
    assert merchant.rules_on() == 2
    way_back(merchant).click()
    merchant.page.wait_for_url(f"{merchant.product.sandbox.url}/**")
    expect(merchant.page.locator("iframe.frame")).to_have_count(0)


def test_a_token_that_is_not_ours_opens_nothing_though_the_cookie_would(
    merchant: Merchant,
) -> None:
    merchant.frame.evaluate(
        """() => {
            const headers = JSON.parse(document.body.getAttribute("hx-headers"));
            const broken = JSON.stringify({ ...headers, "X-Session-Token": "broken" });
            document.body.setAttribute("hx-headers", broken);
        }"""
    )

    merchant.app.locator("nav a[href='/customers/']").click()

    expect(way_back(merchant)).to_be_visible()


def test_a_wrong_token_of_the_dashboard_is_refused_with_a_page(
    product: Product, merchant: Merchant
) -> None:
    merchant.page.goto(f"{product.url}/embedded?token=no-such-token&language=en")

    expect(merchant.page.locator("h1")).to_have_count(1)
    expect(merchant.page.locator("html")).to_have_attribute("lang", "en")
    assert ("GET /embedded", 403) in merchant.watch.statuses


@pytest.mark.parametrize("cookies", COOKIES)
def test_two_stores_in_two_tabs_do_not_mix(cookies: str, open_app: OpenApp) -> None:
    first = open_app(cookies=cookies)
    product = first.product
    product.install(store_id=90002)
    second = Merchant(
        product=product,
        context=first.context,
        store_id=90002,
        language="en",
        page=first.context.new_page(),
    )
    second.open()

    # The browser's cookie is the second store's by now; the first tab is still the first's.
    first.page.bring_to_front()
    switch = first.rule().get_by_role("switch")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    assert (first.rules_on(), second.rules_on()) == (1, 2)
    first.find_customer(1001)
    first.fill_adjustment(points=3, reason="هدية").click()
    expect(first.app.locator("#adjust-customer-points .zid-alert--success")).to_be_visible()
    expect(first.app.locator("html")).to_have_attribute("lang", "ar")
    first.go("program")
    first.go_back()
    expect(first.app.locator("#customer-points")).to_be_visible()

    second.page.bring_to_front()
    second.go("customers")
    second.go("program")
    expect(second.rule().get_by_role("switch")).to_have_attribute("aria-checked", "true")
    expect(second.app.locator("html")).to_have_attribute("lang", "en")
    ledgers = [product.sandbox.ledger(store_id) for store_id in (90001, 90002)]
    assert [[entry["points"] for entry in ledger] for ledger in ledgers] == [[3], []]


@pytest.mark.parametrize("cookies", COOKIES)
def test_going_back_in_the_dashboard_never_shows_another_tabs_store(
    cookies: str, open_app: OpenApp
) -> None:
    first = open_app(cookies=cookies)
    product = first.product
    first.find_customer(1001)
    product.install(store_id=90002)
    second = Merchant(
        product=product, context=first.context, store_id=90002, page=first.context.new_page()
    )
    second.open()
    first.page.bring_to_front()
    first.page.locator("nav.side a[href='/ar/stores/90001/']").click()
    expect(first.page.locator("iframe")).to_have_count(0)

    # The frame comes back at the customer's address, with no token and the other store's cookie.
    first.page.go_back()

    expect(way_back(first)).to_be_visible()
    first.open()
    expect(first.app.locator("body")).to_have_attribute("data-store", "90001")


def test_going_back_in_the_dashboard_goes_on_where_it_was(merchant: Merchant) -> None:
    merchant.find_customer(1001)
    merchant.page.locator("nav.side a[href='/ar/stores/90001/']").click()
    expect(merchant.page.locator("iframe")).to_have_count(0)

    merchant.page.go_back()

    expect(merchant.app.locator("#customer-points")).to_be_visible()


def way_back(merchant: Merchant) -> Locator:
    """The link of the page that says to open the app from the dashboard again."""
    return merchant.app.locator(f"a[target=_top][href='{merchant.product.sandbox.url}']")
