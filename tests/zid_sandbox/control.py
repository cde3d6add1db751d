"""A sandbox for a test: its own process, and one object to steer it. Standard library only."""

from __future__ import annotations

import contextlib
import json
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
START_TIMEOUT_SECONDS = 30


class RefusedError(RuntimeError):
    """The sandbox did not like what the test asked for; the message says why."""


class Sandbox:
    """Steers a sandbox that is running at `url`.

    `with Sandbox.start(rate=0, customers=100) as sandbox:` starts one and ends it.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        # A proxy in the environment must not carry what stays on this machine.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    @classmethod
    @contextlib.contextmanager
    def start(cls, *, port: int = 0, **options: object) -> Iterator[Sandbox]:
        """Run the command line in a process of its own; `app_url="…"` becomes --app-url …"""
        command = [sys.executable, "-m", "tests.zid_sandbox", "--port", str(port), "--tokens"]
        for name, value in options.items():
            flag = f"--{name.replace('_', '-')}"
            if value is True:
                command.append(flag)
            elif value is not None and value is not False:
                command += [flag, str(value)]
        process = subprocess.Popen(  # our own module
            command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
        )
        try:
            sandbox = cls(_address(process))
            sandbox.wait_until_healthy()
            yield sandbox
        finally:
            process.terminate()
            process.wait(timeout=10)
            if process.stdout:
                process.stdout.close()

    def wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while True:
            try:
                self._ask("GET", "/healthz")
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def stores(self) -> list[dict[str, Any]]:
        return list(self._ask("GET", "/_sandbox/stores"))

    def tokens(self, store_id: int | None = None) -> dict[str, Any]:
        """A fresh set: store_id, authorization, access_token, refresh_token, expires_in."""
        return dict(self._ask("POST", "/_sandbox/tokens", {"store_id": store_id}))

    def expire_tokens(self, store_id: int | None = None) -> None:
        self._ask("POST", "/_sandbox/expire-tokens", {"store_id": store_id})

    def uninstall(self, store_id: int | None = None) -> None:
        self._ask("POST", "/_sandbox/uninstall", {"store_id": store_id})

    def app_event(self, event: str, store_id: int | None = None, **fields: object) -> None:
        body = {"event": event, "store_id": store_id, **fields}
        self._ask("POST", "/_sandbox/app-events", body)

    def subscription(self, store_id: int | None = None, *, status: str) -> None:
        """From now on the store pays so: active, warning, suspended, expired, refunded, or a word
        that Zid has never said; the app hears of it by an event.
        """
        self._ask("POST", "/_sandbox/subscription", {"store_id": store_id, "status": status})

    def shopper(self, customer_id: int) -> dict[str, Any]:
        """The tokens for the storefront endpoints: customer_token and authorization."""
        return dict(self._ask("GET", f"/_sandbox/shopper?customer_id={customer_id}"))

    def fault(self, **wanted: object) -> dict[str, Any]:
        """`fault(path="adjust-customer-points", kind="drop_after", count=1)`; see faults.Fault."""
        return dict(self._ask("POST", "/_sandbox/faults", wanted))

    def faults(self) -> list[dict[str, Any]]:
        """The active ones; `hits` says how often each struck."""
        return list(self._ask("GET", "/_sandbox/faults"))

    def clear_faults(self) -> None:
        self._ask("DELETE", "/_sandbox/faults")

    def ledger(self, store_id: int | None = None) -> list[dict[str, Any]]:
        """The adjustments that were really applied, in their order."""
        return list(self._ask("GET", f"/_sandbox/ledger?store_id={store_id or ''}"))

    def balances(self, store_id: int | None = None) -> dict[int, int]:
        """Points by customer, of every customer of the store."""
        answer = self._ask("GET", f"/_sandbox/balances?store_id={store_id or ''}")
        return {int(customer_id): points for customer_id, points in answer.items()}

    def settings(self, **wanted: object) -> dict[str, Any]:
        """Change the named settings and read them all; see config.Settings."""
        return dict(self._ask("POST", "/_sandbox/settings", wanted))

    def program(self, store_id: int | None = None, **wanted: object) -> dict[str, Any]:
        """`program(90002, is_active=False, cashback_rules=0, info_page={"title_en": "Points"})`

        Gives its info_page, and whether each of its cashback rules is on, as `switches`.
        """
        return dict(self._ask("POST", "/_sandbox/program", {"store_id": store_id, **wanted}))

    def stats(self, *, timestamps: bool = False) -> dict[str, Any]:
        return dict(self._ask("GET", f"/_sandbox/stats?timestamps={int(timestamps)}"))

    def requests(self) -> list[dict[str, Any]]:
        return list(self._ask("GET", "/_sandbox/requests"))

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self._ask("GET", "/_sandbox/deliveries"))

    def reset(self) -> None:
        self._ask("POST", "/_sandbox/reset")

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(  # noqa: S310  # this machine's own address
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        try:
            with self._opener.open(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise RefusedError(
                    f"{error.code}: {error.read().decode(errors='replace')}"
                ) from None


def _address(process: subprocess.Popen[str]) -> str:
    """Read past the lines of tokens to the one with the address."""
    assert process.stdout is not None  # asked for above
    for line in process.stdout:
        if line.startswith("Zid sandbox: "):
            return line.removeprefix("Zid sandbox: ").strip()
    raise RefusedError(f"The sandbox ended with {process.wait()} before it said where it is.")
