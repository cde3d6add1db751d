"""Chromium against the real processes, in the dashboard's third-party frame."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect

from tests import processes, services
from tests.browser.merchant import Merchant
from tests.processes import Product
from tests.zid_sandbox.control import Sandbox

# What a profile says about cookies. Debian's Chromium blocks third-party ones by itself; said
# here, every other Chromium does too.
COOKIES: dict[str, dict[str, Any]] = {
    "third-party cookies blocked": {"cookie_controls_mode": 1},
    "all cookies blocked": {"default_content_setting_values": {"cookies": 2}},
    "third-party cookies allowed": {"cookie_controls_mode": 0},
}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MILLISECONDS = 15_000  # a busy machine is no failure

OpenBrowser = Callable[..., BrowserContext]
OpenApp = Callable[..., Merchant]
WriteCsv = Callable[..., Path]


@pytest.fixture(scope="session")
def whole_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with processes.running(data_dir=tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture
def product(whole_product: Product) -> Product:
    """Everything runs, and Zid is as on its first day: nothing installed, no faults."""
    whole_product.sandbox.reset()
    return whole_product


@pytest.fixture
def sandbox(product: Product) -> Sandbox:
    return product.sandbox


@pytest.fixture
def open_browser(
    playwright: Playwright, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenBrowser]:
    """Starts a browser with a fresh profile: `open_browser(cookies="all cookies blocked")`."""
    chromium = services.find_chromium()
    if chromium is None:
        pytest.skip("Chromium was not found")
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with ExitStack() as opened:

        def start(
            *, cookies: str = "third-party cookies blocked", width: int = 1280, height: int = 900
        ) -> BrowserContext:
            profile = tmp_path_factory.mktemp("profile")
            preferences = profile / "Default" / "Preferences"
            preferences.parent.mkdir()
            preferences.write_text(json.dumps({"profile": COOKIES[cookies]}))
            context = playwright.chromium.launch_persistent_context(
                profile,
                executable_path=chromium,
                args=FLAGS,
                viewport={"width": width, "height": height},
                accept_downloads=True,
                locale="ar-SA",
                # No proxy of the developer's between two processes of this machine.
                env={name: it for name, it in os.environ.items() if "proxy" not in name.lower()},
            )
            context.set_default_timeout(PATIENCE_MILLISECONDS)
            opened.callback(context.close)
            return context

        yield start


@pytest.fixture
def open_app(product: Product, open_browser: OpenBrowser) -> OpenApp:
    """Installs the app and opens it in the dashboard: `open_app(language="en", width=360)`."""

    def start(*, language: str = "ar", store_id: int = 90001, **browser: Any) -> Merchant:
        product.install(store_id=store_id)
        visitor = Merchant(
            product=product,
            context=open_browser(**browser),
            store_id=store_id,
            language=language,
        )
        visitor.open()
        return visitor

    return start


@pytest.fixture
def merchant(open_app: OpenApp) -> Merchant:
    """The first store's merchant, reading Arabic, with the app open in the dashboard."""
    return open_app()


@pytest.fixture
def csv_of(tmp_path: Path) -> WriteCsv:
    """Writes a file of customers: `csv_of(range(1001, 2001), points=10)`."""

    def write(customers: range, *, points: int) -> Path:
        file = tmp_path / "customers.csv"
        lines = [f"{customer_id},{points},عيد مبارك\n" for customer_id in customers]
        file.write_text("customer_id,points,reason\n" + "".join(lines), encoding="utf-8")
        return file

    return write
