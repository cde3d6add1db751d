"""A browser on a slow line and a slow processor, in the dashboard's frame, and what it measures.

The app's frame is of another site than the dashboard, so it has a process of its own, and to
Chromium's own tools it is a target of its own: what is slowed down for the dashboard is not slowed
down for the frame. So the frame first shows a page of the app's site that is not the app, which
gives it its process; that one is slowed down, and then the app is opened in it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession, Frame, Page, Playwright

from tests import services
from tests.browser.conftest import FLAGS
from tests.processes import Product

PATIENCE_MILLISECONDS = 60_000
BUSY = "() => { const at = performance.now(); let x = 0; for (let i = 0; i < 2e7; i++) x += i % 7;"
BUSY += " return performance.now() - at; }"
# What happens in the frame, from its first moment on.
OBSERVE = """() => {
    if (window.seen) return;
    window.seen = { lcp: 0, shifts: 0, slowest: 0, interactions: 0 };
    const watch = (type, more, tell) =>
        new PerformanceObserver((list) => list.getEntries().forEach(tell))
            .observe({ type, buffered: true, ...more });
    watch("largest-contentful-paint", {}, (entry) => { seen.lcp = entry.startTime; });
    watch("layout-shift", {}, (entry) => {
        if (!entry.hadRecentInput) seen.shifts += entry.value;
    });
    watch("event", { durationThreshold: 16 }, (entry) => {
        if (!entry.interactionId) return;
        seen.interactions += 1;
        seen.slowest = Math.max(seen.slowest, entry.duration);
    });
}"""
# The largest of what the page has loaded, once more.
MEASURE_LINE = """async () => {
    const ask = async (url) => {
        const at = performance.now();
        const bytes = (await (await fetch(url, { cache: "no-store" })).blob()).size;
        return [performance.now() - at, bytes];
    };
    const loaded = performance.getEntriesByType("resource");
    const [largest] = loaded.sort((one, other) => other.encodedBodySize - one.encodedBodySize);
    await ask("/healthz");
    const [away] = await ask("/healthz");
    const [took] = await ask(largest.name);
    return [away, (largest.encodedBodySize * 8) / (took - away) / 1000];
}"""
SHOWN = """() => new Promise((resolve) =>
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now()))))"""


@dataclass(frozen=True, kw_only=True)
class Profile:
    name: str
    width: int
    height: int
    megabits: float
    round_trip: int  # milliseconds
    slower: int  # how many times slower the processor is

    def __str__(self) -> str:
        line = f"{self.width} px, {self.megabits:g} Mbit/s, {self.round_trip} ms"
        return f"{self.name}: {line}, processor {self.slower}× slower"


LAPTOP = Profile(name="laptop", width=1280, height=900, megabits=40, round_trip=20, slower=1)
PHONE = Profile(name="phone", width=360, height=740, megabits=1.6, round_trip=150, slower=4)


@dataclass(kw_only=True)
class Traffic:
    """What came over the line for the frame, compressed, headers included."""

    bytes: int = 0
    requests: list[str] = field(default_factory=list)

    def start(self) -> None:
        self.bytes = 0
        self.requests.clear()

    def on_finished(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def on_response(self, event: dict[str, Any]) -> None:
        self.requests.append(event["response"]["url"])


class Frames:
    """The app's frame in a browser that has never seen it."""

    def __init__(self, *, product: Product, page: Page, profile: Profile) -> None:
        self.product = product
        self.page = page
        self.profile = profile
        self.traffic = Traffic()
        self._session: CDPSession | None = None

    @property
    def frame(self) -> Frame:
        handle = self.page.locator("iframe.frame").element_handle()
        frame = handle.content_frame() if handle else None
        assert frame is not None
        return frame

    @property
    def session(self) -> CDPSession:
        assert self._session is not None
        return self._session

    def prepare(self, *, store_id: int, language: str) -> str:
        """Open the dashboard with the app's process slowed down; gives the app's address."""
        app = f"{self.product.url}/**"
        self.page.route(app, lambda route: route.abort())
        self.page.goto(self.product.dashboard_url(store_id=store_id, language=language))
        address = self.page.locator("iframe.frame").get_attribute("src") or ""
        self.page.unroute(app)
        # The same site as the app's, and nothing of it in the cache.
        self._load(self.product.sandbox.url.replace("127.0.0.1", "localhost") + "/healthz")
        self._session = self.page.context.new_cdp_session(self.frame)
        self._slow_down()
        return address

    def open(self, address: str) -> None:
        self._load(address)

    def _load(self, address: str) -> None:
        self.page.locator("iframe.frame").evaluate(
            "(frame, address) => { frame.src = address; }", address
        )
        self.page.wait_for_function("() => true")
        self.frame.wait_for_url(lambda url: not url.startswith(("about:", "chrome-error:")))

    def _slow_down(self) -> None:
        session, profile = self.session, self.profile
        session.send("Network.enable")
        session.on("Network.loadingFinished", self.traffic.on_finished)
        session.on("Network.responseReceived", self.traffic.on_response)
        session.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": profile.round_trip,
                "downloadThroughput": profile.megabits * 1_000_000 / 8,
                "uploadThroughput": profile.megabits * 1_000_000 / 8,
            },
        )
        session.send("Emulation.setCPUThrottlingRate", {"rate": profile.slower})

    def how_slow(self) -> tuple[float, float, float]:
        """How many times slower the processor is, how many ms an answer is away, and Mbit/s."""
        self.session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        unhindered = min(float(self.frame.evaluate(BUSY)) for _ in range(5))
        self.session.send("Emulation.setCPUThrottlingRate", {"rate": self.profile.slower})
        slowed = min(float(self.frame.evaluate(BUSY)) for _ in range(5))
        away, megabits = self.frame.evaluate(MEASURE_LINE)
        return slowed / unhindered, float(away), float(megabits)


@contextlib.contextmanager
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(
        executable_path=services.find_chromium(),
        args=FLAGS,
        env={name: it for name, it in os.environ.items() if "proxy" not in name.lower()},
    )
    with contextlib.closing(started):
        yield started


@contextlib.contextmanager
def frames(started: Browser, *, product: Product, profile: Profile) -> Iterator[Frames]:
    """A new context each time: no cache, no cookie, no connection."""
    context = started.new_context(
        viewport={"width": profile.width, "height": profile.height}, locale="ar-SA"
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    # Before any script of the page, in every frame.
    context.add_init_script(f"({OBSERVE})()")
    with contextlib.closing(context):
        yield Frames(product=product, page=context.new_page(), profile=profile)
