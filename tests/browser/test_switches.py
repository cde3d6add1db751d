"""A switch shows what Zid answered, not what was hoped, and says why."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenApp
from tests.browser.merchant import Merchant
from tests.zid_sandbox.control import Sandbox

pytestmark = pytest.mark.browser

SWITCH = "points-collection/update-status"


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"kind": "status", "status": 422}, "Zid did not accept the change"),
        ({"kind": "status", "status": 500}, "Zid's answer was lost"),
        ({"kind": "hang", "seconds": 20}, "Zid's answer was lost"),
    ],
    ids=["refused", "broken", "hanging"],
)
def test_it_stays_where_it_was_and_says_why(
    fault: dict[str, Any], why: str, language: str, open_app: OpenApp, sandbox: Sandbox
) -> None:
    merchant = open_app(language=language)
    switch = merchant.rule().get_by_role("switch")
    sandbox.fault(path=SWITCH, count=1, **fault)

    switch.click()

    alert = merchant.rule().get_by_role("alert")
    expect(alert).to_contain_text(merchant.says(why))
    expect(switch).to_have_attribute("aria-checked", "true")
    assert merchant.rules_on() == 2

    switch.click()

    expect(switch).to_have_attribute("aria-checked", "false")
    expect(alert).to_have_count(0)
    assert merchant.rules_on() == 1


def test_it_shows_the_change_that_was_made_though_its_answer_was_lost(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    sandbox.fault(path=SWITCH, kind="drop_after", count=1)
    switch = merchant.rule().get_by_role("switch")

    switch.click()

    expect(switch).to_have_attribute("aria-checked", "false")
    expect(merchant.rule().get_by_role("alert")).to_have_count(0)
    assert merchant.rules_on() == 1


def test_it_tells_at_the_pages_top_when_zid_cannot_even_be_read(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    sandbox.fault(path="managers/loyalty-program", kind="status", status=503)
    switch = merchant.rule().get_by_role("switch")

    switch.click()

    expect(merchant.app.locator("#page-alert")).to_contain_text(
        merchant.says("Zid's answer was lost")
    )
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(switch).to_be_enabled()
    assert merchant.rules_on() == 2


def test_the_whole_program_and_a_redemption_method_have_switches_too(merchant: Merchant) -> None:
    program = merchant.app.locator("#activation").get_by_role("switch")
    method = merchant.app.locator("li[id^=redemption-method-]").first.get_by_role("switch")

    method.click()
    expect(method).to_have_attribute("aria-checked", "false")
    program.click()
    expect(program).to_have_attribute("aria-checked", "false")

    merchant.open()
    expect(program).to_have_attribute("aria-checked", "false")
    expect(method).to_have_attribute("aria-checked", "false")
