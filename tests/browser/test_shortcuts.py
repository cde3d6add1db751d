"""Keys for what is done often, on every keyboard; and dialogs that give the focus back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WriteCsv
from tests.browser.merchant import Merchant

pytestmark = pytest.mark.browser

# What a browser sends for the keys of an Arabic keyboard.
ARABIC = {
    "/": {"key": "ظ", "code": "Slash"},
    "n": {"key": "ى", "code": "KeyN"},
    "?": {"key": "؟", "code": "Slash", "shiftKey": True},
}
PRESS = """key => (document.activeElement || document.body).dispatchEvent(
    new KeyboardEvent("keydown", {...key, bubbles: true, cancelable: true}))"""


def press(merchant: Merchant, key: str, keyboard: str) -> None:
    if keyboard == "arabic":
        merchant.frame.evaluate(PRESS, ARABIC[key])
    else:
        merchant.page.keyboard.press(key)


def has_focus(merchant: Merchant, element_id: str) -> None:
    # Not to_be_focused(): an event that no key made does not bring the focus into the frame.
    script = "id => document.activeElement?.id === id"
    merchant.frame.wait_for_function(script, arg=element_id)


@pytest.mark.parametrize("keyboard", ["latin", "arabic"])
def test_they_lead_to_the_search_the_adjustment_and_the_list(
    merchant: Merchant, keyboard: str
) -> None:
    app = merchant.app
    app.locator("h1").click()

    press(merchant, "/", keyboard)
    has_focus(merchant, "id_typed")
    merchant.page.keyboard.type("1001")
    merchant.page.keyboard.press("Enter")
    expect(app.locator("#customer-points")).to_be_visible()
    has_focus(merchant, "main")
    press(merchant, "n", keyboard)
    has_focus(merchant, "id_points")
    app.locator("#main").focus()
    press(merchant, "?", keyboard)
    expect(app.locator("dialog#shortcuts")).to_be_visible()
    merchant.page.keyboard.press("Escape")
    expect(app.locator("dialog#shortcuts")).to_be_hidden()


def test_they_do_nothing_while_typing_or_when_switched_off(merchant: Merchant) -> None:
    app = merchant.app
    merchant.go("customers")
    app.locator("#id_typed").press_sequentially("?/n")
    expect(app.locator("#id_typed")).to_have_value("?/n")
    expect(app.locator("dialog#shortcuts")).to_be_hidden()

    app.locator("#show-shortcuts").click()
    app.locator("#shortcuts-setting").get_by_role("switch").click()
    expect(app.locator("#shortcuts-setting[data-shortcuts=off]")).to_be_visible()
    merchant.page.keyboard.press("Escape")
    expect(app.locator("#show-shortcuts")).to_be_focused()
    merchant.go("program")
    merchant.page.keyboard.press("?")
    expect(app.locator("dialog#shortcuts")).to_be_hidden()


# The click comes as soon as there is something new to click: no hand is quicker.
CLICK_WHAT_COMES = """selector => {
    const old = document.querySelector(selector);
    new MutationObserver((_, observer) => {
        const come = document.querySelector(selector);
        if (come && come !== old) { observer.disconnect(); come.click(); }
    }).observe(document.body, {childList: true, subtree: true});
}"""


def test_what_has_just_come_in_answers_a_click_at_once(
    merchant: Merchant, csv_of: WriteCsv
) -> None:
    app = merchant.app
    merchant.go("bulk-adjustments")
    app.locator("input[type=file]").set_input_files(csv_of(range(1001, 1201), points=1))
    app.locator("main form[enctype] button").click()
    app.locator("button[form=confirm]").click()
    expect(app.locator("#cancel")).to_be_visible()

    merchant.frame.evaluate(CLICK_WHAT_COMES, "#cancel")

    expect(app.locator("dialog#dialog")).to_be_visible()
    app.locator("dialog#dialog #confirm-cancel").click()


def test_cancelling_asks_first_and_gives_the_focus_back(
    merchant: Merchant, csv_of: WriteCsv
) -> None:
    app = merchant.app
    merchant.product.sandbox.fault(path="adjust-customer-points", kind="latency", seconds=1)
    merchant.go("bulk-adjustments")
    app.locator("input[type=file]").set_input_files(csv_of(range(1001, 1201), points=1))
    app.locator("main form[enctype] button").click()
    app.locator("button[form=confirm]").click()
    app.locator("#pause").click()
    expect(app.locator("#resume")).to_be_visible()

    app.locator("#cancel").press("Enter")

    dialog = app.locator("dialog#dialog")
    expect(dialog).to_be_visible()
    # The page behind it is asked for again meanwhile, the link with it.
    merchant.page.wait_for_timeout(2500)
    merchant.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(app.locator("#cancel")).to_be_focused()
    app.locator("#cancel").click()
    dialog.locator("#confirm-cancel").click()
    expect(app.locator("#job-status[data-state=cancelled]")).to_be_visible()
