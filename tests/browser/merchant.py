"""A merchant at a browser: the dashboard, the app in its frame, and what went over the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Error,
    Frame,
    FrameLocator,
    Locator,
    Page,
    Request,
    Response,
    expect,
)

from tests.processes import Product

MOST_TABS = 60


@dataclass
class Watch:
    """Everything a page did that a merchant does not see."""

    complaints: list[str] = field(default_factory=list)  # on the console, security policy included
    failed: list[str] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    statuses: list[tuple[str, int]] = field(default_factory=list)  # method and path, status

    def over(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", self._page_error)
        page.on("request", self._request)
        page.on("requestfailed", self._failed)
        page.on("response", self._response)

    def referers(self) -> list[str]:
        return [request.headers.get("referer", "") for request in self.requests]

    def has_changed_something(self) -> bool:
        return any(call.startswith("POST ") for call, _ in self.statuses)

    def count(self, method: str, path: str) -> int:
        return sum(
            request.method == method and urlsplit(request.url).path == path
            for request in self.requests
        )

    def _request(self, request: Request) -> None:
        self.requests.append(request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} ({message.location})")

    def _page_error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _failed(self, request: Request) -> None:
        self.failed.append(f"{request.method} {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        path = urlsplit(response.url).path
        self.statuses.append((f"{response.request.method} {path}", response.status))


class Merchant:
    def __init__(
        self,
        *,
        product: Product,
        context: BrowserContext,
        store_id: int,
        language: str = "ar",
        page: Page | None = None,
    ) -> None:
        self.product = product
        self.context = context
        self.store_id = store_id
        self.language = language
        self.page = page or context.pages[0]
        self.watch = Watch()
        self.watch.over(self.page)

    def open(self) -> None:
        """Open the app from the dashboard's menu, by its address."""
        url = self.product.dashboard_url(store_id=self.store_id, language=self.language)
        self.page.goto(url)
        expect(self.app.locator("nav.zid-nav")).to_be_visible()

    @property
    def app(self) -> FrameLocator:
        """What stands in the dashboard's frame."""
        return self.page.frame_locator("iframe.frame")

    @property
    def frame(self) -> Frame:
        handle = self.page.locator("iframe.frame").element_handle()
        frame = handle.content_frame() if handle else None
        assert frame is not None
        return frame

    @property
    def path(self) -> str:
        return urlsplit(self.frame.url).path

    def go(self, name: str) -> None:
        """Follow one of the app's main links: program, customers or bulk-adjustments."""
        # Where the page is already that one, only this tells the old from the new.
        self.app.locator("#main").evaluate("main => main.classList.add('is-old')")
        self.app.locator(f"nav.zid-nav a[href='/{name}/']").click()
        expect(self.app.locator("#main.is-old")).to_have_count(0)
        expect(
            self.app.locator(f"nav.zid-nav a[href='/{name}/'][aria-current=page]")
        ).to_be_visible()

    def go_back(self) -> None:
        """The browser's own button. (Playwright's `go_back` waits for the outer page to change.)"""
        self.page.evaluate("history.back()")

    def go_forward(self) -> None:
        self.page.evaluate("history.forward()")

    def find_customer(self, customer_id: int) -> None:
        self.go("customers")
        self.app.locator("#id_typed").fill(str(customer_id))
        self.app.locator("#find button").click()
        expect(self.app.locator("#customer-points")).to_be_visible()

    def fill_adjustment(self, *, points: int, reason: str) -> Locator:
        """Fill the form on the customer's page; gives its button."""
        form = self.app.locator("#adjust-customer-points form")
        form.locator("input[name=points]").fill(str(points))
        form.locator("input[name=reason]").fill(reason)
        return form.locator("button[data-shortcut=save]")

    def balance(self) -> Locator:
        """The customer's points on the customer's page; the second of the totals is the balance."""
        return self.app.locator("#customer-points dl.zid-stats div").nth(1).locator("dd")

    def rule(self) -> Locator:
        """The program's first cashback rule."""
        return self.app.locator("li[id^=cashback-rule-]").first

    def rules_on(self) -> int:
        """How many cashback rules hold, as Zid's storefront tells the store's shoppers."""
        sandbox = self.product.sandbox
        [store] = [store for store in sandbox.stores() if store["id"] == self.store_id]
        shopper = sandbox.shopper(store["first_customer_id"])
        answer = requests.get(
            f"{sandbox.url}/v1/customers/loyalty-program/{self.store_id}/point-cashback-rules",
            headers={
                "Authorization": f"Bearer {shopper['authorization']}",
                "X-CUSTOMER-TOKEN": shopper["customer_token"],
            },
            timeout=10,
        )
        return len(answer.json()["cashback_rules"])

    def press_tab_until(self, selector: str) -> Locator:
        """Move on by the keyboard alone, until what `selector` names has the focus."""
        wanted = self.app.locator(selector).first
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.frame.evaluate("s => Boolean(document.activeElement?.matches(s))", selector):
                return wanted
        raise AssertionError(f"{MOST_TABS} times Tab does not lead to {selector}")

    def says(self, text: str) -> str:
        """A text of the app in the merchant's language."""
        with translation.override("ar"):
            assert gettext(text) != text, f"The app no longer says “{text}”"
        with translation.override(self.language):
            return gettext(text)
