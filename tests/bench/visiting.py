"""The main pages, how a merchant comes to each, and what is done there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import FrameLocator

from tests.bench.browsing import SHOWN, Frames
from tests.browser.gallery import seed
from tests.zid_sandbox.seed import FIRST_STORE_ID

CUSTOMER_ID = 1024
JOB = f"/bulk-adjustments/{seed.job_id('running')}/"
QUIET_MILLISECONDS = 500  # what comes after this belongs to nothing that was asked for
WATCH_CLICK = """() => {
    Object.assign(window.seen, { clicked: 0, shown: 0, shifts: 0, slowest: 0 });
    const note = (event) => { seen.clicked ||= event.timeStamp; };
    addEventListener("click", note, { capture: true, once: true });
    document.addEventListener("htmx:afterSettle", async () => {
        await document.fonts.ready;
        const painted = () => { seen.shown ||= performance.now(); };
        requestAnimationFrame(() => requestAnimationFrame(painted));
    }, { once: true });
}"""


class Merchant:
    def __init__(self, *, frames: Frames) -> None:
        self.frames = frames

    @property
    def app(self) -> FrameLocator:
        return self.frames.page.frame_locator("iframe.frame")

    def open(self) -> None:
        address = self.frames.prepare(store_id=FIRST_STORE_ID, language="ar")
        self.frames.traffic.start()
        self.frames.open(address)
        self._wait_until_there()

    def load(self, path: str) -> None:
        """Come to a page by its address, with nothing of it in the cache."""
        self.frames.session.send("Network.clearBrowserCache")
        self.frames.traffic.start()
        self.frames.open(f"{self.frames.product.url}{path}")
        self._wait_until_there()

    def follow(self, way: Callable[[Merchant], None]) -> float:
        """Milliseconds from the click to the page that it leads to."""
        self.frames.traffic.start()
        self.frames.frame.evaluate(WATCH_CLICK)
        way(self)
        self.frames.frame.wait_for_function("() => window.seen.shown")
        self.rest()
        return float(self.frames.frame.evaluate("() => seen.shown - seen.clicked"))

    def look(self, figure: str) -> float:
        self.rest()
        return float(self.frames.frame.evaluate("name => window.seen[name]", figure))

    def rest(self) -> None:
        self.frames.page.wait_for_timeout(QUIET_MILLISECONDS)

    def click(self, selector: str) -> None:
        self.app.locator(selector).first.click()

    def _wait_until_there(self) -> None:
        self.app.locator("main#main h1").wait_for()
        self.frames.frame.evaluate("() => document.fonts.ready.then(() => true)")
        self.frames.frame.evaluate(SHOWN)
        self.rest()


@dataclass(frozen=True, kw_only=True)
class Page:
    address: str
    way: Callable[[Merchant], None]
    act: Callable[[Merchant], None]


def by_link(address: str) -> Callable[[Merchant], None]:
    return lambda merchant: merchant.click(f"a[href='{address}']")


def looks_up(merchant: Merchant) -> None:
    merchant.app.locator("#id_typed").fill(str(CUSTOMER_ID))
    merchant.click("#find button")


def switches(merchant: Merchant) -> None:
    merchant.click("li[id^=cashback-rule-] [role=switch]")
    merchant.rest()


def types_a_number(merchant: Merchant) -> None:
    merchant.click("#id_typed")
    merchant.frames.page.keyboard.type(str(CUSTOMER_ID), delay=50)


def adjusts(merchant: Merchant) -> None:
    merchant.click("#adjust-customer-points [name=points]")
    merchant.frames.page.keyboard.type("5", delay=50)
    merchant.click("#adjust-customer-points [name=reason]")
    merchant.frames.page.keyboard.type("هدية العيد", delay=50)
    merchant.click("#adjust-customer-points form button[type=submit]")
    merchant.app.locator("#adjust-customer-points .zid-alert").first.wait_for()


def sends_no_file(merchant: Merchant) -> None:
    merchant.click("main form[enctype] button[type=submit]")
    merchant.app.locator("#id_file_error").wait_for()


def filters(merchant: Merchant) -> None:
    merchant.click("a[href*='outcome=rejected']")
    merchant.rest()


# In this order, each from the one before.
PAGES = {
    "find a customer": Page(address="/customers/", way=by_link("/customers/"), act=types_a_number),
    "customer": Page(address=f"/customers/{CUSTOMER_ID}/", way=looks_up, act=adjusts),
    "program": Page(address="/program/", way=by_link("/program/"), act=switches),
    "bulk adjustments": Page(
        address="/bulk-adjustments/", way=by_link("/bulk-adjustments/"), act=sends_no_file
    ),
    "bulk adjustment": Page(address=JOB, way=by_link(JOB), act=filters),
}
