"""A merchant in the dashboard's frame, who comes to pages and waits for them."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import FrameLocator

from tests.bench.browsing import SHOWN, Frames
from tests.zid_sandbox.seed import FIRST_STORE_ID

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

    def load(self, path: str, *, is_first: bool = False) -> None:
        """Come to a page by its address; for the first time with nothing of it in the cache."""
        if is_first:
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
