from __future__ import annotations

import http.server
import json
import queue
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.zid_sandbox import server
from tests.zid_sandbox.config import Options
from tests.zid_sandbox.control import Sandbox
from tests.zid_sandbox_tests.conftest import Manager


class Receiver:
    """An app that listens: what was posted to it comes out of `posts`."""

    def __init__(self) -> None:
        self.posts: queue.Queue[tuple[str, str | None, dict[str, Any]]] = queue.Queue()
        posts = self.posts

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                posts.put((self.path, self.headers.get("Authorization"), body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    listening = Receiver()
    thread = threading.Thread(target=listening.server.serve_forever)
    thread.start()
    yield listening
    listening.server.shutdown()
    thread.join()
    listening.server.server_close()


def test_it_delivers_customer_update_with_the_credentials_of_the_subscription(
    manager: Manager, receiver: Receiver
) -> None:
    manager.call(
        "POST",
        "/v1/managers/webhooks",
        json={
            "event": "customer.update",
            "target_url": f"{receiver.url}/hook",
            "original_id": 4242,
            "username": "zid",
            "password": "pass",
        },
    )

    manager.adjust(customer_id=1002, points=9)

    path, credentials, body = receiver.posts.get(timeout=5)
    assert (path, credentials) == ("/hook", "Basic emlkOnBhc3M=")
    assert (body["id"], body["points"]) == (1002, 9)


def test_it_is_silent_without_a_subscription(manager: Manager, receiver: Receiver) -> None:
    manager.adjust()

    assert manager.sandbox.ledger(90001)
    assert receiver.posts.empty()


def test_it_tells_the_app_of_an_uninstall_without_credentials(receiver: Receiver) -> None:
    with server.running(Options(app_url=receiver.url, customers=3)) as url:
        sandbox = Sandbox(url)
        sandbox.uninstall(90002)

        path, credentials, body = receiver.posts.get(timeout=5)

    assert (path, credentials) == ("/zid/webhooks/app", None)
    assert body["event_name"] == "app.market.application.uninstall"
    assert (body["app_id"], body["store_id"]) == ("4242", 90002)


def test_it_sends_any_app_event_that_a_test_asks_for(receiver: Receiver) -> None:
    with server.running(Options(app_url=receiver.url, customers=3)) as url:
        Sandbox(url).app_event(
            "app.market.subscription.suspended", 90001, status="suspended", plan_name="Pro"
        )

        _, _, body = receiver.posts.get(timeout=5)

    assert (body["status"], body["plan_name"]) == ("suspended", "Pro")


def test_it_shrugs_at_an_app_that_is_down(manager: Manager, browser: requests.Session) -> None:
    answer = browser.post(
        f"{manager.sandbox.url}/en/stores/90001/apps/4242/uninstall",
        allow_redirects=False,
        timeout=5,
    )

    assert answer.status_code == 303
