"""Everything can be done without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenApp, WriteCsv
from tests.browser.merchant import Merchant
from tests.zid_sandbox.control import Sandbox

pytestmark = pytest.mark.browser

WHAT_HAS_THE_FOCUS = "() => document.activeElement.outerHTML"
STOPS = 12


@pytest.fixture(params=["ar", "en"])
def merchant(request: pytest.FixtureRequest, open_app: OpenApp) -> Merchant:
    """Pages that run from right to left, and from left to right."""
    return open_app(language=request.param)


def test_tab_leads_back_the_way_it_came(merchant: Merchant) -> None:
    merchant.press_tab_until("a.zid-skip")
    there = [merchant.frame.evaluate(WHAT_HAS_THE_FOCUS)]
    for _ in range(STOPS):
        merchant.page.keyboard.press("Tab")
        there.append(merchant.frame.evaluate(WHAT_HAS_THE_FOCUS))

    back = [there[-1]]
    for _ in range(STOPS):
        merchant.page.keyboard.press("Shift+Tab")
        back.append(merchant.frame.evaluate(WHAT_HAS_THE_FOCUS))

    assert back == there[::-1]
    assert len(set(there)) == STOPS + 1


def test_a_switch_toggles_by_the_space_bar_and_keeps_the_focus(merchant: Merchant) -> None:
    switch = merchant.press_tab_until("li[id^=cashback-rule-] [role=switch]")

    merchant.page.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(switch).to_be_focused()
    merchant.page.keyboard.press("Space")

    expect(switch).to_have_attribute("aria-checked", "true")
    expect(switch).to_be_focused()
    assert merchant.rules_on() == 2


def test_the_focus_goes_to_the_field_with_the_mistake(merchant: Merchant) -> None:
    merchant.go("bulk-adjustments")
    merchant.press_tab_until("main form[enctype] button")
    merchant.page.keyboard.press("Enter")
    expect(merchant.app.locator("#id_file")).to_be_focused()

    merchant.find_customer(1001)
    merchant.press_tab_until("#adjust-customer-points form button")
    merchant.page.keyboard.press("Enter")

    expect(merchant.app.locator("#id_points")).to_be_focused()


def test_the_skip_link_comes_first_and_leads_to_the_content(merchant: Merchant) -> None:
    skip = merchant.press_tab_until("a.zid-skip")

    expect(skip).to_be_in_viewport()
    merchant.page.keyboard.press("Enter")

    expect(merchant.app.locator("#main")).to_be_focused()
    assert merchant.path == "/program/"


def test_points_are_given_from_the_program_on_without_a_mouse(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    press = merchant.page.keyboard.press
    type_text = merchant.page.keyboard.type

    merchant.press_tab_until("a[href='/customers/']")
    press("Enter")
    expect(merchant.app.locator("#id_typed")).to_be_visible()
    expect(merchant.app.locator("#main")).to_be_focused()  # else a key comes before the focus
    merchant.press_tab_until("#id_typed")
    type_text("1003")
    press("Enter")
    expect(merchant.app.locator("#customer-points")).to_be_visible()
    expect(merchant.app.locator("#main")).to_be_focused()
    merchant.press_tab_until("#id_points")
    type_text("٢٥")
    merchant.press_tab_until("#id_reason")
    type_text("هدية")
    merchant.press_tab_until("#adjust-customer-points form button")
    press("Enter")

    expect(merchant.app.locator("#adjust-customer-points .zid-alert--success")).to_be_visible()
    given = [it["points"] for it in sandbox.ledger() if it["customer_id"] == 1003]
    assert given == [25]


def test_the_focus_goes_to_the_outcome_of_an_adjustment(merchant: Merchant) -> None:
    merchant.find_customer(1002)
    merchant.fill_adjustment(points=5, reason="هدية")
    merchant.press_tab_until("#adjust-customer-points form button")
    merchant.page.keyboard.press("Enter")

    outcome = merchant.app.locator("#adjust-customer-points [data-outcome]")
    expect(outcome.locator(".zid-alert--success")).to_be_visible()
    expect(outcome).to_be_focused()


def test_the_focus_of_pause_goes_to_resume_and_the_state_is_announced(
    merchant: Merchant, sandbox: Sandbox, csv_of: WriteCsv
) -> None:
    sandbox.fault(path="adjust-customer-points", kind="latency", seconds=1)
    merchant.go("bulk-adjustments")
    merchant.app.locator("input[type=file]").set_input_files(csv_of(range(1001, 1041), points=1))
    merchant.app.locator("main form[enctype] button").click()
    merchant.app.locator("#start").click()

    merchant.app.locator("#pause").press("Enter")

    expect(merchant.app.locator("#resume")).to_be_focused()
    state = merchant.app.locator("#job-status").inner_text()
    expect(merchant.app.locator("#announcement")).to_contain_text(state)


def test_the_buttons_stay_while_the_progress_goes_on(merchant: Merchant, csv_of: WriteCsv) -> None:
    merchant.product.sandbox.fault(path="adjust-customer-points", kind="latency", seconds=1)
    merchant.go("bulk-adjustments")
    merchant.app.locator("input[type=file]").set_input_files(csv_of(range(1001, 1041), points=1))
    merchant.app.locator("main form[enctype] button").click()
    merchant.app.locator("#start").click()
    expect(merchant.app.locator("#job-status[data-state=running]")).to_be_visible()
    pause, bar = merchant.app.locator("#pause"), merchant.app.locator("#progress progress")
    pause.evaluate("button => { button.isTheSame = true; button.focus(); }")
    done = bar.get_attribute("value")

    expect(bar).not_to_have_attribute("value", done or "")

    assert pause.evaluate("button => button.isTheSame && document.activeElement === button")
