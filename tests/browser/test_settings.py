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
