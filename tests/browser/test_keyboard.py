"""Everything can be done without a mouse."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Response, expect

from tests.browser.conftest import OpenApp, WriteCsv
from tests.browser.merchant import MOST_TABS, Merchant
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


# The info page: its texts are edited in frames of their own.

HAS_THE_FOCUS = "iframe => document.activeElement === iframe && iframe.contentDocument.hasFocus()"


def open_info_page(merchant: Merchant) -> None:
    merchant.press_tab_until("#edit-info-page")
    merchant.page.keyboard.press("Enter")
    expect(merchant.app.locator("[data-editor=started]")).to_have_count(2)
    expect(merchant.app.locator("#main")).to_be_focused()


def press_tab_into_the_text(merchant: Merchant, language: str) -> None:
    """Until the keys go into the frame in which that language's text is."""
    merchant.press_tab_until(f".zid-panel-{language} [data-format=redo]")
    merchant.page.keyboard.press("Tab")
    frame = merchant.app.locator(f".zid-panel-{language} iframe")
    assert frame.evaluate(HAS_THE_FOCUS)


def text_of(merchant: Merchant, language: str) -> Locator:
    return merchant.app.frame_locator(f".zid-panel-{language} iframe").locator("main")


def test_a_text_is_written_formatted_and_saved_without_a_mouse(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    sandbox.program(90001, info_page={"content_en": "<p>Collect points</p>"})
    press = merchant.page.keyboard.press
    open_info_page(merchant)

    press_tab_into_the_text(merchant, "en")
    press("Control+A")
    press("Shift+Tab")
    expect(merchant.app.locator(".zid-panel-en [data-format=redo]")).to_be_focused()
    bold = merchant.app.locator(".zid-panel-en [data-format=bold]")
    for _ in range(9):
        press("Shift+Tab")
    expect(bold).to_be_focused()
    press("Enter")
    expect(bold).to_have_attribute("aria-pressed", "true")
    expect(text_of(merchant, "en").locator("b")).to_have_text("Collect points")
    press("Control+End")
    merchant.page.keyboard.type(" now")
    press("Control+S")

    expect(merchant.app.locator("#toasts")).to_contain_text(merchant.says("The info page is saved"))
    assert "now" in sandbox.program(90001)["info_page"]["content_en"]


def test_tab_leaves_the_text_and_the_focus_is_seen(merchant: Merchant) -> None:
    open_info_page(merchant)
    press_tab_into_the_text(merchant, "ar")
    before = text_of(merchant, "ar").inner_html()
    frame = merchant.app.locator(".zid-panel-ar iframe")
    editor = merchant.app.locator(".zid-editor:has(iframe)").first
    expect(editor).to_have_css("outline-style", "solid")

    merchant.page.keyboard.press("Tab")

    assert not frame.evaluate(HAS_THE_FOCUS)
    expect(editor).to_have_css("outline-style", "none")
    assert text_of(merchant, "ar").inner_html() == before
    expect(merchant.app.locator("#id_title_en")).to_be_focused()


def test_a_link_is_put_in_without_a_mouse(merchant: Merchant, sandbox: Sandbox) -> None:
    sandbox.program(90001, info_page={"content_en": "<p>Collect points</p>"})
    open_info_page(merchant)
    press_tab_into_the_text(merchant, "en")
    merchant.page.keyboard.press("Control+A")
    for _ in range(4):
        merchant.page.keyboard.press("Shift+Tab")
    expect(merchant.app.locator(".zid-panel-en [data-format=link]")).to_be_focused()

    merchant.page.keyboard.press("Enter")
    expect(merchant.app.locator("#link-address")).to_be_focused()
    merchant.page.keyboard.type("store.example")
    merchant.page.keyboard.press("Enter")

    expect(merchant.app.locator("dialog#link")).to_be_hidden()
    expect(text_of(merchant, "en").locator("a")).to_have_attribute("href", "https://store.example")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_on_a_telephone_the_arrow_keys_show_the_other_language(
    language: str, open_app: OpenApp
) -> None:
    merchant = open_app(language=language, width=360, height=740)
    open_info_page(merchant)
    merchant.press_tab_until("#half-ar")

    merchant.page.keyboard.press("ArrowDown")

    expect(merchant.app.locator("#half-en")).to_be_focused()
    expect(text_of(merchant, "en")).to_be_visible()
    expect(text_of(merchant, "ar")).to_be_hidden()
    press_tab_into_the_text(merchant, "en")


def test_the_preview_is_looked_at_as_on_a_computer_without_a_mouse(merchant: Merchant) -> None:
    open_info_page(merchant)
    merchant.press_tab_until("#device-phone")

    merchant.page.keyboard.press("ArrowDown")

    expect(merchant.app.locator("#device-desktop")).to_be_focused()
    expect(merchant.app.locator("#device-desktop")).to_be_checked()


# Restoring


def saved(response: Response) -> bool:
    return response.request.method == "POST" and response.url.endswith("/info-page/")


def test_an_earlier_version_is_brought_back_without_a_mouse(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    press = merchant.page.keyboard.press
    sandbox.program(90001, info_page={"content_en": "<p>As it was</p>"})
    open_info_page(merchant)
    press_tab_into_the_text(merchant, "en")
    press("Control+End")
    merchant.page.keyboard.type(" no more")
    with merchant.page.expect_response(saved):
        press("Control+S")
    expect(merchant.app.locator("#main")).to_be_focused()

    merchant.press_tab_until("a[href^='/info-page/restore/']")
    press("Enter")
    expect(merchant.app.locator("#main")).to_be_focused()
    expect(text_of(merchant, "en")).to_have_text("As it was")
    merchant.press_tab_until("#save")
    with merchant.page.expect_response(saved):
        press("Enter")

    assert sandbox.program(90001)["info_page"]["content_en"] == "<p>As it was</p>"


def test_a_setting_is_brought_back_without_a_mouse(merchant: Merchant) -> None:
    press = merchant.page.keyboard.press
    merchant.press_tab_until("li[id^=cashback-rule-] [role=switch]")
    press("Space")
    expect(merchant.rule().get_by_role("switch")).to_have_attribute("aria-checked", "false")
    for _ in range(MOST_TABS):
        press("Shift+Tab")
        if merchant.frame.evaluate(
            "() => document.activeElement.matches('a[href=\"/activity/\"]')"
        ):
            break
    press("Enter")
    expect(merchant.app.locator("#entries")).to_be_visible()
    expect(merchant.app.locator("#main")).to_be_focused()

    merchant.press_tab_until("#entries [id^=restore-]")
    press("Enter")
    expect(merchant.app.locator("#save")).to_be_visible()
    expect(merchant.app.locator("#main")).to_be_focused()
    merchant.press_tab_until("#save")
    press("Enter")

    expect(merchant.app.locator("#toasts")).to_contain_text(
        merchant.says("The setting is restored")
    )
    expect(merchant.app.locator("#main")).to_be_focused()
    assert merchant.rules_on() == 2
