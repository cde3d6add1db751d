"""Merchants who click, until the time is over, in a process of their own.

    python -m tests.bench.clicking SECONDS APP_URL < merchants

Reads a list of `{"store_id": …, "customer_id": …, "address": …}` as JSON: of each merchant the
store, its first customer, and where Zid's dashboard opens the app. Prints what came of each click,
as a line (`clicks.Click`). It is not to be imported: locust changes the standard library.
"""

from __future__ import annotations

import html
import itertools
import json
import random
import re
import sys
import time
from urllib.parse import urlencode

import gevent
from locust import FastHttpUser, between, task
from locust.env import Environment

from tests.bench.clicks import Click
from tests.zid_sandbox.seed import METHODS, stable_uuid

A_SECOND = 10  # so many merchants come
CUSTOMERS = 100  # of which each looks at some
PROGRESS_SECONDS = 2  # how often a page asks how far its job is
TOKEN = "X-Session-Token"
JOB = re.compile(r"/bulk-adjustments/[0-9a-f-]{36}/")


class Merchant(FastHttpUser):
    wait_time = between(5, 15)
    coming = iter(())  # who has not opened the app yet

    def on_start(self) -> None:
        about = next(self.coming)
        self.store_id, self.customer_id = about["store_id"], about["customer_id"]
        self.headers: dict[str, str] = {}
        self.switched = itertools.cycle("10")
        page = self._ask("the app opens", "GET", about["address"])
        carried = re.search(r'hx-headers="([^"]*)"', page)
        assert carried, page[:500]
        self.headers = json.loads(html.unescape(carried[1]))
        self.overview()

    @task(6)
    def overview(self) -> None:
        self._come("program", "/program/")
        self._part("program, fresh", "/program/fresh/")

    @task(2)
    def rule(self) -> None:
        self._come("cashback rule", f"/cashback-rules/{self._rule()}/update/")

    @task(2)
    def method(self) -> None:
        kind, discount, *_ = METHODS[0]
        method_id = stable_uuid("redemption", self.store_id, kind, discount)
        self._come("redemption method", f"/redemption-methods/{method_id}/update/")

    @task(2)
    def info_page(self) -> None:
        self._come("info page", "/info-page/")

    @task(4)
    def search(self) -> None:
        self._come("customers", "/customers/")
        for typed in ("نو", "نورة"):
            self._part("search", "/customers/", typed=typed)

    @task(4)
    def customer(self) -> None:
        at = random.randrange(CUSTOMERS)  # noqa: S311  # a click, no secret
        self._come("customer", f"/customers/{self.customer_id + at}/")

    @task(4)
    def job(self) -> None:
        found = JOB.search(self._come("bulk adjustments", "/bulk-adjustments/"))
        if found:
            self._come("bulk adjustment", found[0])
            for _ in range(3):
                gevent.sleep(PROGRESS_SECONDS)
                self._part("progress", f"{found[0]}progress/")

    @task(3)
    def activity(self) -> None:
        self._come("activity", "/activity/")

    @task(1)
    def switch(self) -> None:
        address = f"/cashback-rules/{self._rule()}/toggle/"
        self._part("switch", address, active=next(self.switched))

    def _rule(self) -> str:
        return stable_uuid("cashback", self.store_id, "online")

    def _come(self, page: str, address: str) -> str:
        return self._ask(page, "GET", address, **{"HX-Request": "true", "HX-Boosted": "true"})

    def _part(self, page: str, address: str, **data: str) -> str:
        headers = {"HX-Request": "true", "HX-Target": "a-part"}
        if not data:
            return self._ask(page, "GET", address, **headers)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._ask(page, "POST", address, data=urlencode(data), **headers)

    def _ask(
        self, page: str, method: str, address: str, data: str | None = None, **headers: str
    ) -> str:
        at, began = time.time(), time.monotonic()
        answer = self.client.request(
            method, address, name=page, data=data, headers=self.headers | headers
        )
        seconds = time.monotonic() - began
        theirs = answer.headers or {}
        if fresh := theirs.get(TOKEN):
            self.headers[TOKEN] = fresh
        click = Click(
            page=page,
            at=at,
            seconds=seconds,
            status=answer.status_code,
            # Only the app says to htmx where an answer goes, and only a switch is answered by 422.
            is_ours="HX-Retarget" in theirs or answer.status_code == 422,
        )
        print(click.line(), flush=True)
        return answer.text or ""


def main(seconds: float, url: str) -> None:
    merchants = json.load(sys.stdin)
    Merchant.coming = iter(merchants)
    environment = Environment(user_classes=[Merchant], host=url)
    runner = environment.create_local_runner()
    runner.start(len(merchants), spawn_rate=A_SECOND)
    gevent.sleep(seconds)
    runner.quit()


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2])
