"""The whole path, as a merchant walks it, whatever the browser makes of cookies."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import expect

from loyaltyadmin.points_adjustments.job_pages import LINES_PER_PAGE
from tests.browser.conftest import COOKIES, OpenBrowser, WriteCsv
from tests.browser.merchant import Merchant
from tests.processes import Product

pytestmark = pytest.mark.browser

STORE_ID = 90001
CUSTOMER_ID = 1001
CUSTOMERS = range(1001, 2001)
JOB_MILLISECONDS = 240_000  # a busy machine is no failure


@pytest.mark.parametrize("cookies", COOKIES)
def test_it_installs_opens_and_moves_points(
    cookies: str, product: Product, open_browser: OpenBrowser, csv_of: WriteCsv
) -> None:
    sandbox = product.sandbox
    logged_before = len(product.log())
    merchant = Merchant(product=product, context=open_browser(cookies=cookies), store_id=STORE_ID)
    page, app = merchant.page, merchant.app

    # Install from the App Market: consent, and back in the dashboard with the app in its frame.
    page.goto(f"{sandbox.url}/ar/stores/{STORE_ID}/")
    page.locator("form[action$='/install'] button").click()
    page.locator("button[value=allow]").click()
    page.wait_for_url(product.dashboard_url(store_id=STORE_ID, language="ar"))
    expect(app.locator("h1")).to_have_text(merchant.says("Loyalty program"))
    expect(app.locator("html")).to_have_attribute("dir", "rtl")
    expect(app.locator("html")).to_have_attribute("lang", "ar")
    assert merchant.frame.url == f"{product.url}/program/"
    assert keeps_cookies(merchant) is (cookies == "third-party cookies allowed")
    assert bool(merchant.context.cookies(product.url)) is (cookies != "all cookies blocked")

    # Turn a cashback rule off.
    switch = merchant.rule().get_by_role("switch")
    expect(switch).to_have_attribute("aria-checked", "true")
    assert merchant.rules_on() == 2
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    assert merchant.rules_on() == 1

    # Give a customer 50 points.
    before = sandbox.balances(STORE_ID)[CUSTOMER_ID]
    merchant.find_customer(CUSTOMER_ID)
    assert merchant.path == f"/customers/{CUSTOMER_ID}/"
    expect(merchant.balance()).to_have_text(f"{before:,}")
    merchant.fill_adjustment(points=50, reason="تعويض عن تأخير").click()
    expect(app.locator("#adjust-customer-points .zid-alert--success")).to_be_visible()
    expect(merchant.balance()).to_have_text(f"{before + 50:,}")
    first_entry = app.locator("#customer-points tbody tr").first
    expect(first_entry).to_contain_text("+50")
    expect(first_entry).to_contain_text("تعويض عن تأخير")
    assert sandbox.balances(STORE_ID)[CUSTOMER_ID] == before + 50

    # A thousand customers by file: see what will happen, confirm, watch, read the outcomes.
    merchant.go("bulk-adjustments")
    app.locator("input[type=file]").set_input_files(csv_of(CUSTOMERS, points=10))
    app.locator("main form[enctype] button").click()
    expect(app.locator("dl.zid-stats dd").first).to_have_text("1,000")
    expect(app.locator("dl.zid-stats")).to_contain_text("+10,000")
    assert len(sandbox.ledger(STORE_ID)) == 1
    app.locator("button[form=confirm]").click()
    expect(app.locator("progress")).to_be_visible()
    expect(app.locator("#job-status[data-state=finished]")).to_be_visible(timeout=JOB_MILLISECONDS)
    expect(app.locator("progress")).to_have_js_property("value", len(CUSTOMERS))
    applied = app.locator("#lines tbody tr .zid-chip[data-state=applied]")
    expect(applied).to_have_count(LINES_PER_PAGE)
    adjusted = Counter(entry["customer_id"] for entry in sandbox.ledger(STORE_ID)[1:])
    assert adjusted == Counter(CUSTOMERS)

    # The results, as a file.
    with page.expect_download() as download:
        app.locator("#results").click()
    assert download.value.suggested_filename.startswith("bulk-adjustment-")
    rows = read_csv(download.value.path())
    assert [int(row["customer_id"]) for row in rows] == list(CUSTOMERS)
    assert {row["points"] for row in rows} == {"+10"}
    assert {row["reason"] for row in rows} == {"عيد مبارك"}
    assert {row["outcome"] for row in rows} == {"applied"}

    # Back and forth with the browser's own buttons.
    job_path = merchant.path
    merchant.go_back()
    expect(app.locator("input[type=file]")).to_be_visible()
    merchant.go_back()
    expect(merchant.balance()).to_have_text(f"{before + 60:,}")
    assert merchant.path == f"/customers/{CUSTOMER_ID}/"
    merchant.go_forward()
    expect(app.locator("input[type=file]")).to_be_visible()
    app.locator(f"main a[href='{job_path}']").click()
    expect(app.locator("#job-status[data-state=finished]")).to_be_visible()

    # In English.
    app.locator("button[name=language][value=en]").click()
    expect(app.locator("html")).to_have_attribute("dir", "ltr")
    expect(app.locator("html")).to_have_attribute("lang", "en")
    expect(app.locator("#job-status")).to_have_text("Finished")
    assert merchant.path == job_path

    # What the shopper sees.
    token = embedded_token(merchant)
    page.goto(f"{sandbox.url}/storefront/{STORE_ID}/customers/{CUSTOMER_ID}?lang=ar")
    expect(page.locator("dl.figures dd").first).to_have_text(str(before + 60))
    expect(page.locator("tbody")).to_contain_text("عيد مبارك")

    watch = merchant.watch
    assert watch.complaints == []
    assert watch.failed == []
    assert not [seen for seen in watch.statuses if seen[1] >= 400]
    assert not [referer for referer in watch.referers() if token in referer]
    carried = {request.url for request in watch.requests if token in request.url}
    assert all(url.startswith(f"{product.url}/embedded?") for url in carried)
    assert carried
    assert token not in product.log()[logged_before:]


def keeps_cookies(merchant: Merchant) -> bool:
    """Whether the frame keeps an ordinary third-party cookie."""
    set_and_read = """() => {
        document.cookie = "probe=1; SameSite=None; Secure";
        return document.cookie.includes("probe=1");
    }"""
    return bool(merchant.frame.evaluate(set_and_read))


def embedded_token(merchant: Merchant) -> str:
    """Zid's token, as the dashboard put it into the frame's first address."""
    address = merchant.page.locator("iframe.frame").get_attribute("src") or ""
    token = address.split("token=")[1].split("&")[0]
    assert len(token) >= 32
    return token


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
