"""Lines that are pasted, as many as a file may have."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.merchant import Merchant

pytestmark = pytest.mark.browser


def test_more_than_a_megabyte_can_be_pasted(merchant: Merchant) -> None:
    app = merchant.app
    merchant.go("bulk-adjustments")
    blank_lines = f"{' ' * 99}\n" * 11_000

    app.locator("#id_pasted").evaluate(
        "(field, lines) => { field.value = lines }", f"1001\t+50\n{blank_lines}1002\t-20"
    )
    app.locator("#id_reason").fill("هدية")
    app.locator("main form[enctype] button").click()

    expect(app.locator("dl.zid-stats dd").first).to_have_text("2")
    assert merchant.watch.complaints == []
