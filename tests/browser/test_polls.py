"""What asks again by itself asks only while somebody looks, and no longer than there is news."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WriteCsv
from tests.browser.merchant import Merchant

pytestmark = pytest.mark.browser

HIDE = "Object.defineProperty(document, 'hidden', {configurable: true, get: () => true})"
SHOW = "delete document.hidden"
TWO_POLLS = 5_000


def polls(merchant: Merchant, end: str) -> int:
    return sum(path.endswith(end) for path, _ in merchant.watch.statuses)


def test_progress_is_asked_for_while_it_is_seen_and_not_over(
    merchant: Merchant, csv_of: WriteCsv
) -> None:
    app, page, sandbox = merchant.app, merchant.page, merchant.product.sandbox
    sandbox.fault(path="adjust-customer-points", kind="latency", seconds=0.6)
    merchant.go("bulk-adjustments")
    app.locator("input[type=file]").set_input_files(csv_of(range(1001, 1081), points=1))
    app.locator("main form[enctype] button").click()
    app.locator("button[form=confirm]").click()
    expect(app.locator("#job-status[data-state=running]")).to_be_visible()

    # In a tab behind another one nothing is asked for.
    merchant.frame.evaluate(HIDE)
    page.wait_for_timeout(500)
    before = polls(merchant, "/progress/")
    page.wait_for_timeout(TWO_POLLS)
    assert polls(merchant, "/progress/") == before
    merchant.frame.evaluate(SHOW)
    page.wait_for_timeout(TWO_POLLS)
    assert polls(merchant, "/progress/") > before

    # Every other page has a line that moves, and leads back.
    job_path = merchant.path
    merchant.go("customers")
    line = app.locator("#running")
    said = line.inner_text()
    expect(line).not_to_have_text(said)
    assert polls(merchant, "/line/") > 0

    # After the end nothing is asked for.
    sandbox.clear_faults()
    line.get_by_role("link").click()
    expect(app.locator("#job-status[data-state=finished]")).to_be_visible(timeout=60_000)
    assert merchant.path == job_path
    before = polls(merchant, "/progress/")
    page.wait_for_timeout(TWO_POLLS)
    assert polls(merchant, "/progress/") == before
    assert merchant.watch.complaints == []
