"""Everything that one running sandbox knows, in one place."""

from __future__ import annotations

import collections
import dataclasses
import itertools
import json
import sqlite3
import time
from typing import Any

import flask

from tests.zid_sandbox import seed
from tests.zid_sandbox.bucket import Buckets
from tests.zid_sandbox.config import Options, Settings
from tests.zid_sandbox.database import Database
from tests.zid_sandbox.deliveries import Deliveries
from tests.zid_sandbox.faults import Faults

KEPT_REQUESTS = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """A request as it is remembered: never its query string, body or headers."""

    at: float
    method: str
    path: str
    status: int
    fault: str | None
    seconds: float


class World:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.settings = Settings(rate=options.rate, burst=options.burst)
        self.database = Database(options.state)
        seed.fill(self.database, options)
        self.buckets = Buckets()
        self.faults = Faults()
        self.deliveries = Deliveries()
        self.requests: collections.deque[Seen] = collections.deque(maxlen=KEPT_REQUESTS)
        self.started_at = time.time()
        self._shapes = itertools.count()
        self._spellings = itertools.count()

    def reset(self) -> None:
        """Back to the first moment of the run: new people, no tokens, no faults."""
        self.settings = Settings(rate=self.options.rate, burst=self.options.burst)
        self.faults.clear()
        self.buckets.clear()
        self.requests.clear()
        self.deliveries.outcomes.clear()
        self.database.empty()
        seed.fill(self.database, self.options)

    def next_error_shape(self) -> str:
        wanted = self.settings.error_shape
        if wanted != "rotate":
            return wanted
        return ("object", "text", "error")[next(self._shapes) % 3]

    def next_authorization_spelling(self) -> str:
        wanted = self.settings.authorization_spelling
        if wanted != "alternate":
            return wanted
        return ("authorization", "Authorization")[next(self._spellings) % 2]

    def store(self, store_id: int) -> sqlite3.Row | None:
        return self.database.row("SELECT * FROM stores WHERE id = ?", store_id)

    def stores(self) -> list[sqlite3.Row]:
        return self.database.rows("SELECT * FROM stores ORDER BY id")

    def send_app_event(self, event: str, store_id: int, **more: Any) -> None:
        """Post an app event to the app, in the background and without credentials (NOTES.md)."""
        store = self.store(store_id)
        if store is None or not self.settings.app_events:
            return
        body = {
            "event_name": event,
            "app_id": self.options.app_id,
            "store_id": store_id,
            "store_uuid": store["uuid"],
            "store_url": f"https://{store['username']}.zid.store/",
            "plan_name": "Basic",
            "plan_type": "monthly",
            "plan_id": 1,
            "status": "active" if store["is_subscribed"] else "inactive",
            "merchant_email": f"{store['username']}@example.com",
            "merchant_phone_no": store["mobile"],
        }
        self.deliveries.send(self.options.app_events_url, json.dumps({**body, **more}))


def world() -> World:
    """The world of the request at hand."""
    found: World = flask.current_app.extensions["zid_sandbox"]
    return found
