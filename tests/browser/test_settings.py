"""A setting is changed on what holds; two people at once see each other's change."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenApp
from tests.browser.merchant import Merchant
from tests.zid_sandbox.control import Sandbox

pytestmark = pytest.mark.browser


def open_rule(merchant: Merchant) -> Locator:
    """The first rule's form; gives the field for its points."""
    merchant.rule().locator("[id^=edit-]").click()
    points = merchant.app.locator("#id_points_rewarded")
    expect(points).to_be_visible()
    return points


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_rule_is_changed_with_an_example_before_and_a_word_after(
    language: str, open_app: OpenApp
) -> None:
    merchant = open_app(language=language)
    points = open_rule(merchant)
    expect(merchant.app.locator("#save")).to_be_hidden()

    points.fill("٢٠")

    expect(merchant.app.locator("#example")).to_contain_text("500")  # a basket of 250, by tens
    merchant.app.locator("#save").click()
    expect(merchant.app.locator("#toasts")).to_contain_text(merchant.says("The rule is saved"))
    expect(merchant.rule()).to_contain_text("20")
    merchant.open()
    expect(merchant.rule()).to_contain_text("20")


def test_what_is_discarded_is_not_saved(merchant: Merchant) -> None:
    points = open_rule(merchant)
    before = points.input_value()

    points.fill("77")
    merchant.app.locator("button[type=reset]").click()

    expect(points).to_have_value(before)
    expect(points).to_be_focused()
    expect(merchant.app.locator("#save")).to_be_hidden()


def test_two_tabs_that_change_the_same_rule_see_each_other(open_app: OpenApp) -> None:
    one, other = open_app(language="en"), open_app(language="en")
    ones, others = open_rule(one), open_rule(other)
    ones.fill("3")
    one.app.locator("#save").click()
    expect(one.rule()).to_contain_text("3 points")

    others.fill("9")
    other.app.locator("#save").click()

    alert = other.app.locator("main [role=alert]")
    expect(alert).to_contain_text("Somebody changed this meanwhile")
    expect(alert).to_contain_text("3 points")
    expect(others).to_have_value("9")

    other.app.locator("#save").click()

    expect(other.rule()).to_contain_text("9 points")


def test_zids_late_refusal_stands_beside_the_form_and_nothing_is_lost(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    points = open_rule(merchant)
    sandbox.fault(path="points-collection/update", kind="status", status=422, count=1)

    points.fill("9")
    merchant.app.locator("#save").click()

    expect(merchant.app.locator("main [role=alert]").first).to_be_visible()
    expect(points).to_have_value("9")
    expect(merchant.app.locator("#save")).to_be_visible()


METHODS = "li[id^=redemption-method-]"


def saves(merchant: Merchant, **values: str) -> None:
    for name, value in values.items():
        merchant.app.locator(f"#id_{name}").fill(value)
    merchant.app.locator("#save").click()


def is_told(merchant: Merchant, text: str) -> None:
    expect(merchant.app.locator("#toasts")).to_contain_text(merchant.says(text))


def open_method(merchant: Merchant) -> None:
    merchant.app.locator(f"{METHODS} [id^=edit-]").first.click()
    expect(merchant.app.locator("#id_points_to_redeem")).to_be_visible()


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_setting_is_changed_and_stands_in_the_activity(
    language: str, open_app: OpenApp
) -> None:
    """In a store of its own: the activity is what no test can empty."""
    merchant = open_app(language=language, store_id=90002)
    app = merchant.app
    merchant.go("activity")
    before = app.locator("#entries > li").count()
    merchant.go("program")

    for switch in ("#activation", "[id^=cashback-rule-]", METHODS):
        app.locator(switch).first.get_by_role("switch").click()
        expect(app.locator(switch).first.get_by_role("switch")).to_have_attribute(
            "aria-checked", "false"
        )
        is_told(merchant, "Switched off")
    app.locator("a[href='/program/points-expiration/']").click()
    saves(merchant, days="٩٠")
    is_told(merchant, "The expiry of points is saved")
    open_rule(merchant)
    saves(merchant, points_rewarded="4", amount_to_spend="20")
    is_told(merchant, "The rule is saved")
    app.locator("#add-method").click()
    saves(merchant, discount_value="7", points_to_redeem="70")
    is_told(merchant, "The method is added")
    expect(app.locator(METHODS)).to_have_count(4)
    open_method(merchant)
    saves(merchant, discount_value="11")
    is_told(merchant, "The method is saved")
    open_method(merchant)
    app.locator("main a[href$='/delete/']").click()
    app.locator("#save.zid-button--error").click()
    is_told(merchant, "The method is deleted")
    expect(app.locator(METHODS)).to_have_count(3)

    merchant.go("activity")
    expect(app.locator("#entries > li")).to_have_count(before + 8)
    app.locator("#entries > li [id^=restore-]").first.click()
    app.locator("#save").click()
    is_told(merchant, "The setting is restored")
    expect(app.locator("#entries > li")).to_have_count(before + 9)
    merchant.go("program")
    expect(app.locator(METHODS)).to_have_count(4)


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize(
    ("opens", "zid_path", "zid_field", "field"),
    [
        ("rule", "points-collection/update", "config.points", "points_rewarded"),
        ("method", "points-redemption/update", "config.discount", "discount_value"),
        ("expiry", "points-expiration", "days", "days"),
    ],
    ids=["rule", "method", "expiry"],
)
def test_zids_refusal_stands_beside_the_field_it_is_about(
    opens: str,
    zid_path: str,
    zid_field: str,
    field: str,
    language: str,
    open_app: OpenApp,
    sandbox: Sandbox,
) -> None:
    merchant = open_app(language=language)
    if opens == "expiry":
        merchant.app.locator("a[href='/program/points-expiration/']").click()
    elif opens == "rule":
        open_rule(merchant)
    else:
        open_method(merchant)
    sandbox.fault(path=zid_path, kind="status", status=422, fields={zid_field: "whole"}, count=1)

    saves(merchant, **{field: "9"})

    expect(merchant.app.locator(f"#id_{field}_error")).to_be_visible()
    expect(merchant.app.locator(f"#id_{field}")).to_have_value("9")
    expect(merchant.app.locator(f"#id_{field}")).to_be_focused()

    merchant.app.locator("#save").click()

    expect(merchant.app.locator("#program")).to_be_visible()


def test_a_late_answer_is_waited_for_and_nothing_is_sent_twice(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    open_rule(merchant)
    sandbox.fault(path="points-collection/update", kind="latency", seconds=2, count=1)

    saves(merchant, points_rewarded="9")

    expect(merchant.app.locator("#save")).to_be_disabled()
    is_told(merchant, "The rule is saved")
    sent = [it for it in merchant.watch.requests if it.method == "POST" and "/update/" in it.url]
    assert len(sent) == 1


def test_while_zid_is_down_the_program_opens_with_a_notice_and_nothing_typed_is_lost(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    points = open_rule(merchant)
    sandbox.fault(path="managers/", kind="status", status=503)

    points.fill("9")
    merchant.app.locator("#save").click()

    expect(merchant.app.locator("main [role=alert]")).to_be_visible()
    expect(points).to_have_value("9")

    merchant.open()

    expect(merchant.app.locator("#program")).to_be_visible()
    expect(merchant.app.locator("[role=alert]:not(:empty)").first).to_be_visible()


def test_the_program_is_painted_before_zid_answers_and_keeps_the_focus(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    merchant.go("customers")
    sandbox.fault(path="list-data", kind="latency", seconds=3, count=1)

    merchant.go("program")

    switch = merchant.rule().get_by_role("switch")
    expect(merchant.app.locator("[data-stale]")).to_be_visible()
    switch.focus()
    expect(merchant.app.locator("[data-stale]")).to_have_count(0)
    expect(switch).to_be_focused()


def test_a_switch_that_is_used_before_zid_answers_is_not_undone_by_the_fresh_copy(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    merchant.go("customers")
    sandbox.fault(path="list-data", kind="latency", seconds=2, count=1)
    sandbox.fault(path="points-collection/update-status", kind="latency", seconds=1, count=1)
    merchant.go("program")
    switch = merchant.rule().get_by_role("switch")
    expect(merchant.app.locator("[data-stale]")).to_be_visible()

    switch.click()

    expect(switch).to_have_attribute("aria-checked", "false")
    expect(merchant.app.locator("[data-stale]")).to_have_count(0)
    expect(switch).to_have_attribute("aria-checked", "false")
    assert merchant.rules_on() == 1


def test_what_is_said_about_a_switch_stays_in_sight_while_zid_is_down(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    merchant.go("customers")
    sandbox.fault(path="managers/", kind="status", status=500)
    merchant.go("program")
    alert, switch = merchant.app.locator("#page-alert"), merchant.rule().get_by_role("switch")
    expect(alert).to_contain_text(merchant.says("Zid is not answering"))

    switch.click()

    lost = merchant.says("Zid's answer was lost")
    expect(alert).to_contain_text(lost)
    expect(switch).to_be_focused()
    merchant.page.wait_for_timeout(1000)
    expect(alert).to_contain_text(lost)
    expect(alert).to_be_in_viewport()
