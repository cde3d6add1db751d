"""One customer's points, with everything that can go wrong between a click and Zid."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.merchant import Merchant
from tests.zid_sandbox.control import Sandbox

pytestmark = pytest.mark.browser

CUSTOMER_ID = 1002
ADJUST = "adjust-customer-points"
SETTLED_MILLISECONDS = 20_000


def test_it_checks_a_lost_answer_and_then_shows_the_points_once(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    merchant.find_customer(CUSTOMER_ID)
    before = sandbox.balances()[CUSTOMER_ID]
    card = merchant.app.locator("#adjust-customer-points")
    sandbox.fault(path=ADJUST, kind="drop_after", count=1)

    merchant.fill_adjustment(points=50, reason="هدية").click()

    expect(card.locator(".zid-alert--warning")).to_be_visible()
    expect(card).to_contain_text(
        merchant.says("Zid's answer was lost. The points history is being checked.")
    )
    expect(card.locator("form")).to_have_count(0)
    expect(card.locator(".zid-alert--success")).to_be_visible(timeout=SETTLED_MILLISECONDS)
    expect(card.locator("form")).to_have_count(1)
    expect(merchant.balance()).to_have_text(f"{before + 50:,}")
    assert [entry["points"] for entry in sandbox.ledger()] == [50]


def test_it_says_that_nothing_happened_when_the_change_never_arrived(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    merchant.find_customer(CUSTOMER_ID)
    card = merchant.app.locator("#adjust-customer-points")
    sandbox.fault(path=ADJUST, kind="drop_before", count=1)

    merchant.fill_adjustment(points=50, reason="هدية").click()

    expect(card.locator(".zid-alert--warning")).to_be_visible()
    expect(card).to_contain_text(
        merchant.says("The adjustment was not made."), timeout=SETTLED_MILLISECONDS
    )
    expect(card.locator("form")).to_have_count(1)
    assert sandbox.ledger() == []


def test_it_adjusts_once_on_a_double_click(merchant: Merchant, sandbox: Sandbox) -> None:
    merchant.find_customer(CUSTOMER_ID)
    before = sandbox.balances()[CUSTOMER_ID]
    sandbox.fault(path=ADJUST, kind="latency", seconds=0.5)

    merchant.fill_adjustment(points=7, reason="هدية").dblclick()

    expect(merchant.app.locator("#adjust-customer-points .zid-alert--success")).to_be_visible()
    expect(merchant.balance()).to_have_text(f"{before + 7:,}")
    assert [entry["points"] for entry in sandbox.ledger()] == [7]


def test_it_adjusts_once_when_the_page_is_left_and_the_form_sent_again(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    merchant.find_customer(CUSTOMER_ID)
    send = merchant.fill_adjustment(points=7, reason="هدية")
    form = {
        name: merchant.app.locator(f"#adjust-customer-points [name={name}]").input_value()
        for name in ("submission", "csrfmiddlewaretoken")
    }
    send.click()
    expect(merchant.app.locator("#adjust-customer-points .zid-alert--success")).to_be_visible()

    again = merchant.frame.evaluate(
        """async (form) => (await fetch("adjust/", {
            method: "POST",
            headers: JSON.parse(document.body.getAttribute("hx-headers")),
            body: new URLSearchParams({...form, action: "add", points: "7", reason: "هدية"}),
        })).status""",
        form,
    )

    assert again == 200
    assert [entry["points"] for entry in sandbox.ledger()] == [7]


def test_it_keeps_what_was_typed_when_the_reason_is_missing(
    merchant: Merchant, sandbox: Sandbox
) -> None:
    merchant.find_customer(CUSTOMER_ID)

    merchant.fill_adjustment(points=50, reason="").click()

    card = merchant.app.locator("#adjust-customer-points")
    expect(card.locator("#id_reason")).to_have_attribute("aria-invalid", "true")
    expect(card.locator("#id_reason_error")).to_be_visible()
    expect(card.locator("#id_points")).to_have_value("50")
    assert sandbox.ledger() == []
    # What the customer would be told is asked for only where that is ticked.
    assert merchant.watch.count("POST", f"/customers/{CUSTOMER_ID}/adjust/preview/") == 0


def test_it_shows_zids_own_words_when_it_refuses(merchant: Merchant, sandbox: Sandbox) -> None:
    merchant.find_customer(CUSTOMER_ID)
    card = merchant.app.locator("#adjust-customer-points")
    card.locator("input[name=action][value=take]").check()

    merchant.fill_adjustment(points=999_999, reason="تصحيح").click()

    expect(card).to_contain_text(
        merchant.says("Zid did not accept the adjustment. Nothing was changed.")
    )
    expect(card.locator(".zid-alert bdi")).not_to_be_empty()
    assert sandbox.ledger() == []
