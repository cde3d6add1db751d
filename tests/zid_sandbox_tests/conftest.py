from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.zid_sandbox import server
from tests.zid_sandbox.config import Options
from tests.zid_sandbox.control import Sandbox

APP_URL = "http://localhost:9"


@dataclasses.dataclass(frozen=True)
class Manager:
    """A store's pair of tokens, and a session that sends them."""

    sandbox: Sandbox
    session: requests.Session
    tokens: dict[str, Any]

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        more.setdefault("timeout", 5)
        url = self.sandbox.url + path
        return self.session.request(method, url, allow_redirects=False, **more)

    def loyalty(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.call(method, f"/v1/managers/loyalty-program/{path}", **more)

    def adjust(self, customer_id: int = 1001, points: int = 5, **more: Any) -> requests.Response:
        form = {"customerId": customer_id, "direction": "+", "points": points}
        timeout = more.pop("timeout", 5)
        return self.loyalty(
            "POST", "customers/adjust-customer-points", data=form | more, timeout=timeout
        )


@pytest.fixture(scope="package")
def address() -> Iterator[str]:
    options = Options(
        app_url=APP_URL, client_id="sandbox-client", client_secret="sandbox-secret", customers=40
    )
    with server.running(options) as url:
        yield url


@pytest.fixture
def sandbox(address: str) -> Sandbox:
    shown = Sandbox(address)
    shown.reset()
    return shown


@pytest.fixture
def browser(sandbox: Sandbox) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def manager(sandbox: Sandbox) -> Iterator[Manager]:
    tokens = sandbox.tokens(90001)
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(
            {
                "Authorization": f"Bearer {tokens['authorization']}",
                "X-Manager-Token": tokens["access_token"],
                "Store-Id": "90001",
            }
        )
        yield Manager(sandbox, session, tokens)
