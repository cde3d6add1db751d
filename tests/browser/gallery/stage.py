"""Opens states: one browser context for each store and language, one page in each."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Browser, Error, Frame, FrameLocator, Playwright, expect

from loyaltyadmin.web import development
from tests import processes, services
from tests.browser.conftest import FLAGS, PATIENCE_MILLISECONDS
from tests.browser.gallery import seed
from tests.browser.merchant import Merchant
from tests.processes import Product
from tests.zid_sandbox.seed import FIRST_STORE_ID

if TYPE_CHECKING:
    from tests.browser.gallery.states import State

LAPTOP, PHONE = 1280, 360
HEIGHTS = {LAPTOP: 900, PHONE: 740}
LOCALES = {"ar": "ar-SA", "en": "en-US"}
STORES = 8
# A page that waits for Zid is looked at meanwhile.
ZID_TIMEOUT_SECONDS = "60"


class Visit(Merchant):
    """A merchant at a page in the dashboard's frame; a stranger's page is in no frame."""

    is_framed = True

    @property
    def frame(self) -> Frame:
        return super().frame if self.is_framed else self.page.main_frame

    @property
    def app(self) -> FrameLocator:
        assert self.is_framed
        return super().app

    def go_to(self, path: str) -> None:
        """Load an address of the app afresh."""
        address = path if path.startswith("http") else f"{self.product.url}{path}"
        self.frame.goto(address)

    def forget_console(self) -> None:
        """Else Chromium tells the same again whenever the frame gets another process."""
        for place in (self.page, self.frame):
            with suppress(Error):  # a frame may share its page's process
                session = self.context.new_cdp_session(place)
                session.send("Log.enable")
                session.send("Log.clear")
                session.detach()

    def open(self) -> None:
        url = self.product.dashboard_url(store_id=self.store_id, language=self.language)
        self.page.goto(url)
        expect(self.app.locator("main#main h1")).to_be_visible()


class Stage:
    """The product with the gallery's rows in it, and a browser."""

    def __init__(self, *, product: Product, browser: Browser) -> None:
        self.product = product
        self._browser = browser
        self._visits: dict[tuple[int | None, str], Visit] = {}

    @contextmanager
    def showing(self, state: State, *, language: str) -> Iterator[Visit]:
        """Bring a state about, and clear up what that took."""
        visit = self._visit(state.store_id, language)
        self.resize(visit, LAPTOP)
        visit.page.emulate_media(color_scheme="light")
        visit.page.mouse.move(0, 0)
        visit.watch.complaints.clear()
        visit.watch.statuses.clear()
        try:
            state.bring_about(visit)
            yield visit
        finally:
            self.product.sandbox.clear_faults()
            if visit.is_framed and visit.watch.has_changed_something():
                # After a change the app asks Zid again. Let that not be left to the next state.
                visit.go_to("/program/")
                visit.go_to("/info-page/")
            visit.forget_console()
            if state.leaves_a_mess:
                self._visits.pop((state.store_id, language)).context.close()

    def resize(self, visit: Visit, width: int) -> None:
        visit.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})

    def _visit(self, store_id: int | None, language: str) -> Visit:
        key = (store_id, language)
        if key not in self._visits:
            self._visits[key] = self._open(store_id, language)
        return self._visits[key]

    def _open(self, store_id: int | None, language: str) -> Visit:
        context = self._browser.new_context(
            viewport={"width": LAPTOP, "height": HEIGHTS[LAPTOP]},
            locale=LOCALES[language],
            timezone_id="Asia/Riyadh",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        visit = Visit(
            product=self.product,
            context=context,
            page=context.new_page(),
            store_id=store_id or FIRST_STORE_ID,
            language=language,
        )
        visit.is_framed = store_id is not None
        if visit.is_framed:
            visit.open()
        return visit


@contextmanager
def opened(playwright: Playwright, *, with_debug: bool) -> Iterator[Stage]:
    """Everything that the gallery needs, and gone with it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gallery-")))
        product = stack.enter_context(
            processes.running(
                data_dir=folder / "product",
                stores=STORES,
                customers=200,
                now=seed.NOW.isoformat(),
                # Nobody carries out what is shown as queued or running.
                workers=0,
                as_deployed=True,
                with_debug=with_debug,
                ZID_TIMEOUT_SECONDS=ZID_TIMEOUT_SECONDS,
                # Set up to write to customers; without a worker nobody is written to.
                EMAIL_HOST="127.0.0.1",
                EMAIL_FROM="loyalty@example.com",
                SMS_PROVIDER="unifonic",
                UNIFONIC_APP_SID="app",
                UNIFONIC_SENDER_ID="STORE",
                NOTICES_KEY="key",
            )
        )
        _fill(product)
        browser = playwright.chromium.launch(
            executable_path=services.find_chromium(),
            args=[*FLAGS, "--force-color-profile=srgb", "--font-render-hinting=none"],
            env={name: it for name, it in os.environ.items() if "proxy" not in name.lower()},
        )
        stack.callback(browser.close)
        yield Stage(product=product, browser=browser)


def _fill(product: Product) -> None:
    sandbox = product.sandbox
    # Zid's three ways to say no take turns otherwise.
    sandbox.settings(error_shape="object")
    for index in range(STORES):
        product.install(store_id=FIRST_STORE_ID + index)
    sandbox.program(90002, is_active=False)
    sandbox.program(90003, cashback_rules=0)
    sandbox.program(90004, redemption_methods=0)
    sandbox.program(90003, info_page={"title_en": None, "content_en": None})
    sandbox.program(90004, info_page={"content_ar": seed.HARMFUL, "content_en": seed.OUTDATED})
    subprocess.run(
        [sys.executable, "-m", "tests.browser.gallery.seed"],
        cwd=development.ROOT,
        env=dict(product.environment),
        check=True,
    )
