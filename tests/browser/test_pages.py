"""Every page: a name for everything, one heading, the right direction, no overflow."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenApp, WriteCsv
from tests.browser.merchant import Merchant
from tests.zid_sandbox.control import Sandbox

pytestmark = pytest.mark.browser

FINISHED_MILLISECONDS = 20_000
FORGET_WHAT_ZID_TOLD = """
from loyaltyadmin.snapshots.models import Snapshot
Snapshot.objects.all().delete()
"""

# What a person without eyes or with a telephone would complain of.
INSPECT = """() => {
    const found = [];
    const name = (element) =>
        element.labels?.length || element.getAttribute("aria-label")
        || document.getElementById(element.getAttribute("aria-labelledby"))
        || (element.matches("a, button, summary") && element.innerText.trim());
    const controls = "a, button, input, select, textarea, progress";
    for (const element of document.querySelectorAll(controls)) {
        if (element.type !== "hidden" && !name(element)) {
            found.push(`no name: ${element.outerHTML.slice(0, 120)}`);
        }
        for (const id of (element.getAttribute("aria-describedby") || "").split(" ")) {
            if (id && !document.getElementById(id)) found.push(`describedby nothing: ${id}`);
        }
    }
    const headings = document.querySelectorAll("h1").length;
    if (headings !== 1) found.push(`${headings} h1`);
    if (!document.title.trim()) found.push("no title");
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) {
        found.push(`twice: #${id}`);
    }
    for (const element of document.querySelectorAll("th")) {
        if (!element.innerText.trim() && !element.getAttribute("aria-label")) {
            found.push("a column without a name");
        }
    }
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth) {
        found.push(`${page.scrollWidth} wide in ${page.clientWidth}`);
    }
    return found;
}"""


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
def test_every_page_is_named_directed_and_fits(
    language: str, direction: str, width: int, open_app: OpenApp, csv_of: WriteCsv
) -> None:
    merchant = open_app(language=language, width=width)
    app = merchant.app
    complaints: dict[str, list[str]] = {}

    def look(page: str) -> None:
        expect(app.locator("html")).to_have_attribute("lang", language)
        expect(app.locator("html")).to_have_attribute("dir", direction)
        if found := merchant.frame.evaluate(INSPECT):
            complaints[page] = found

    look("program")
    merchant.find_customer(1015)
    look("customer")
    merchant.fill_adjustment(points=5, reason="").click()
    expect(app.locator("#id_reason_error")).to_be_visible()
    look("customer, with a mistake")
    merchant.fill_adjustment(points=5, reason="هدية").click()
    expect(app.locator("#adjust-customer-points .zid-alert--success")).to_be_visible()
    look("customer, adjusted")
    merchant.go("customers")
    look("find a customer")
    merchant.go("bulk-adjustments")
    look("bulk adjustments")
    app.locator("input[type=file]").set_input_files(csv_of(range(1001, 1021), points=1))
    app.locator("main form[enctype] button").click()
    expect(app.locator("button[form=confirm]")).to_be_visible()
    look("draft")
    app.locator("button[form=confirm]").click()
    expect(app.locator("progress")).to_be_visible()
    look("under way")
    expect(app.locator("#job-status[data-state=finished]")).to_be_visible(
        timeout=FINISHED_MILLISECONDS
    )
    look("finished")

    assert complaints == {}


def test_an_unknown_customer_is_told_and_the_app_goes_on_without_a_cookie(
    open_app: OpenApp,
) -> None:
    merchant = open_app(cookies="all cookies blocked")
    merchant.go("customers")

    merchant.app.locator("#id_typed").fill("99999999")
    merchant.app.locator("#find button").click()

    expect(merchant.app.locator("#id_typed_error")).to_have_text(
        merchant.says("Your store has no customer with this number.")
    )
    merchant.find_customer(1001)
    merchant.go("program")


def test_a_file_that_cannot_be_read_is_told_and_the_language_can_still_be_changed(
    merchant: Merchant, tmp_path: Path
) -> None:
    file = tmp_path / "nonsense.csv"
    file.write_text("nonsense\n1\n")
    merchant.go("bulk-adjustments")

    merchant.app.locator("input[type=file]").set_input_files(file)
    merchant.app.locator("main form[enctype] button").click()

    expect(merchant.app.locator("#id_file_error")).to_be_visible()
    merchant.app.locator("button[name=language]").click()
    expect(merchant.app.locator("html")).to_have_attribute("lang", "en")
    expect(merchant.app.locator("input[type=file]")).to_be_visible()
    merchant.frame.evaluate("location.reload()")
    expect(merchant.app.locator("input[type=file]")).to_be_visible()


def test_on_a_first_visit_a_zid_that_is_down_is_told_with_a_way_to_try_again(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    expect(merchant.app.locator("#program:not([data-stale]) #activation")).to_be_visible()
    merchant.go("customers")
    merchant.product.manage("shell", "-c", FORGET_WHAT_ZID_TOLD)
    sandbox.fault(path="managers/loyalty-program", kind="status", status=503)

    merchant.app.locator("nav a[href='/program/']").click()

    expect(merchant.app.locator("h1")).to_have_text(merchant.says("Zid is not answering"))
    sandbox.clear_faults()
    merchant.app.locator("main a[href='/program/']").click()
    expect(merchant.app.locator("#activation")).to_be_visible()


def test_the_page_asked_for_last_is_the_one_that_stays(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    merchant.go("customers")
    sandbox.fault(path="managers/loyalty-program", kind="latency", seconds=2)

    merchant.app.locator("nav.zid-nav a[href='/program/']").click()
    merchant.page.wait_for_timeout(300)
    merchant.app.locator("nav.zid-nav a[href='/bulk-adjustments/']").click()

    expect(merchant.app.locator("input[type=file]")).to_be_visible()
    merchant.page.wait_for_timeout(3000)
    expect(merchant.app.locator("input[type=file]")).to_be_visible()
    assert merchant.path == "/bulk-adjustments/"


def test_a_click_without_a_connection_is_told_until_it_is_back(merchant: Merchant) -> None:
    alert = merchant.app.locator("#page-alert")
    switch = merchant.rule().locator("[role=switch]")
    merchant.page.route("**/toggle/", lambda route: route.abort())

    switch.click()

    expect(alert).to_contain_text(merchant.says("There is no connection"))
    expect(alert).to_be_in_viewport()
    expect(switch).to_be_focused()
    merchant.page.unroute("**/toggle/")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(alert).to_be_empty()


def test_a_half_filled_adjustment_is_not_left_unasked(merchant: Merchant) -> None:
    merchant.find_customer(1002)
    merchant.fill_adjustment(points=5, reason="هدية")
    question = merchant.app.locator("#unsaved")

    merchant.app.locator("nav.zid-nav a[href='/program/']").click()
    expect(question).to_be_visible()
    merchant.page.keyboard.press("Escape")
    expect(merchant.app.locator("#id_points")).to_have_value("5")
    merchant.app.locator("nav.zid-nav a[href='/program/']").click()
    question.locator("[data-leave]").click()

    expect(merchant.app.locator("#activation")).to_be_visible()


def test_a_sent_adjustment_is_left_without_a_question(merchant: Merchant) -> None:
    merchant.find_customer(1002)
    merchant.fill_adjustment(points=5, reason="هدية").click()
    expect(merchant.app.locator("#adjust-customer-points .zid-alert--success")).to_be_visible()

    merchant.go("program")

    expect(merchant.app.locator("#unsaved")).to_be_hidden()
