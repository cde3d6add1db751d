"""Every page, how a merchant comes to it, and what is done there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.full_pages import CUSTOMER_ID, INFO_PAGE_ENTRY, RULE_ENTRY, RULE_ID, id_of
from tests.bench.visiting import Merchant
from tests.browser.gallery import seed

SEGMENT = f"/segments/{seed.segment_id('نقاط كثيرة')}/"
RECURRING = f"/recurring-adjustments/{id_of('recurring 0')}/"


def job(name: str) -> str:
    return f"/bulk-adjustments/{id_of(name)}/"


def clicks(selector: str) -> Callable[[Merchant], None]:
    return lambda merchant: merchant.click(selector)


def chooses(selector: str) -> Callable[[Merchant], None]:
    """Follow a link or a switch that changes a part of the page."""

    def act(merchant: Merchant) -> None:
        merchant.click(selector)
        merchant.rest()

    return act


def types(selector: str, text: str) -> Callable[[Merchant], None]:
    def act(merchant: Merchant) -> None:
        merchant.click(selector)
        merchant.frames.page.keyboard.press("End")
        merchant.frames.page.keyboard.type(text, delay=50)
        merchant.rest()

    return act


def looks_up(merchant: Merchant) -> None:
    merchant.app.locator("#id_typed").fill(str(CUSTOMER_ID))
    merchant.click("#find button")


def adjusts(merchant: Merchant) -> None:
    types("#adjust-customer-points [name=points]", "5")(merchant)
    types("#adjust-customer-points [name=reason]", "هدية العيد")(merchant)
    merchant.click("#adjust-customer-points form button[data-shortcut=save]")
    merchant.app.locator("#adjust-customer-points .zid-alert").first.wait_for()


def sends_no_file(merchant: Merchant) -> None:
    merchant.click("main form[enctype] button[type=submit]")
    merchant.app.locator("#id_file_error").wait_for()


def writes(merchant: Merchant) -> None:
    """Into the text itself, which is in a frame of its own."""
    text = merchant.app.frame_locator(".zid-panel-ar iframe").locator("main")
    text.click()
    merchant.frames.page.keyboard.type("نقاط", delay=50)
    merchant.rest()


def looks(merchant: Merchant) -> None:
    """Where there is nothing to fill in, nor to switch."""
    merchant.click("main h1")


@dataclass(frozen=True, kw_only=True)
class Page:
    address: str
    start: str = "/customers/"  # the page with the link to it
    way: Callable[[Merchant], None] | None = None  # where it is not a link to the address
    act: Callable[[Merchant], None] = looks
    is_painted_first: bool = False  # what is shown before Zid answers

    def come(self, merchant: Merchant) -> None:
        way = self.way or clicks(f"a[href='{self.address}']")
        way(merchant)


PAGES = {
    "program": Page(address="/program/", act=chooses("li[id^=cashback-rule-] [role=switch]")),
    "program, painted first": Page(
        address="/program/", act=chooses("#activation [role=switch]"), is_painted_first=True
    ),
    "cashback rule": Page(
        address=f"/cashback-rules/{RULE_ID}/update/",
        start="/program/",
        act=types("#id_points_rewarded", "5"),
    ),
    "new redemption method": Page(
        address="/redemption-methods/add/",
        start="/program/",
        act=types("#id_discount_value", "15"),
    ),
    "expiry of points": Page(
        address="/program/points-expiration/", start="/program/", act=types("#id_days", "5")
    ),
    "info page": Page(address="/info-page/", start="/program/", act=writes),
    "info page, earlier version": Page(
        address=f"/info-page/restore/{INFO_PAGE_ENTRY}/", start="/info-page/", act=writes
    ),
    "customers": Page(
        address="/customers/", start="/activity/", act=types("#id_typed", str(CUSTOMER_ID))
    ),
    "customer": Page(address=f"/customers/{CUSTOMER_ID}/", way=looks_up, act=adjusts),
    "segments": Page(address="/segments/"),
    "segment": Page(address=SEGMENT, start="/segments/"),
    "segment, edited": Page(
        address=f"{SEGMENT}update/", start="/segments/", act=types("#id_points_from", "0")
    ),
    "quick choices": Page(
        address="/quick-choices/",
        start=f"/customers/{CUSTOMER_ID}/",
        act=types("main input[type=text] >> nth=0", "5"),
    ),
    "bulk adjustments": Page(address="/bulk-adjustments/", act=sends_no_file),
    "bulk adjustment, columns": Page(
        address=f"/bulk-adjustments/columns/{id_of('columns')}/",
        start=job("draft"),
        act=types("#id_reason", "هدية"),
    ),
    "bulk adjustment, draft": Page(
        address=job("draft"),
        start="/bulk-adjustments/",
        act=types("#left-out input[type=text] >> nth=0", "5"),
    ),
    "bulk adjustment, running": Page(
        address=job("running"), start="/bulk-adjustments/", act=chooses("a[href*='outcome=rej']")
    ),
    "bulk adjustment, done": Page(
        address=job("done"), start="/bulk-adjustments/", act=chooses("a[href*='outcome=rej']")
    ),
    "chosen customers": Page(
        address="/bulk-adjustments/chosen/",
        start="/bulk-adjustments/",
        act=types("#id_points", "5"),
    ),
    "telling customers": Page(
        address=f"{job('draft')}tell/", start=job("draft"), act=types("#id_text_ar", "نقاط")
    ),
    "safeguards": Page(
        address="/bulk-adjustments/safeguards/",
        start="/bulk-adjustments/",
        act=types("main input[type=text] >> nth=0", "5"),
    ),
    "recurring adjustments": Page(address="/recurring-adjustments/", start="/bulk-adjustments/"),
    "recurring adjustment": Page(address=RECURRING, start="/recurring-adjustments/"),
    "recurring adjustment, edited": Page(
        address=f"{RECURRING}update/", start=RECURRING, act=types("#id_points", "5")
    ),
    "activity": Page(address="/activity/", act=types("#id_text", "نقاط")),
    "restore a setting": Page(address=f"/cashback-rules/restore/{RULE_ENTRY}/", start="/activity/"),
}
