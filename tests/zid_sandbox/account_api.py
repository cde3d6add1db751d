"""The store's profile, the embedded token, webhooks and the subscription."""

from __future__ import annotations

import datetime
import hashlib
import json
import sqlite3
import uuid
from typing import Any

import flask

from tests.zid_sandbox import access, answers, bodies, clock
from tests.zid_sandbox.world import world

api = flask.Blueprint("account_api", __name__)

CURRENCY_NAMES = {
    "SAR": ("ريال سعودي", "ر.س"), "AED": ("درهم إماراتي", "د.إ"), "KWD": ("دينار كويتي", "د.ك"),
    "BHD": ("دينار بحريني", "د.ب"), "OMR": ("ريال عماني", "ر.ع"),
}  # fmt: skip


@api.get("/v1/managers/account/profile")
@access.manager_required
def profile(store_id: int) -> flask.Response:
    store = world().store(store_id)
    assert store is not None  # the tokens were this store's
    name, symbol = CURRENCY_NAMES[store["currency"]]
    currency = {"id": 4, "name": name, "code": store["currency"], "symbol": symbol}
    user = {
        "id": store["manager_id"],
        "uuid": store["manager_uuid"],
        "name": store["manager_name"],
        "email": f"manager@{store['username']}.example.com",
        "mobile": store["mobile"],
        "store": {
            "id": store["id"],
            "uuid": store["uuid"],
            "username": store["username"],
            "title": store["title_ar"] if answers.is_arabic() else store["title_en"],
            "email": f"{store['username']}@example.com",
            "url": f"https://{store['username']}.zid.store/",
            "currency": currency,
            "language": {"code": "ar", "direction": "rtl"},
        },
    }
    # The one answer of this kind without a message object.
    return flask.jsonify({"status": "object", "user": user})


@api.post("/v1/managers/embedded-apps-token")
@access.manager_required
def register_embedded_token(store_id: int) -> flask.Response:
    token = bodies.identifier(bodies.fields().get("token"))
    if token is None:
        return answers.invalid({"token": "uuid"})
    world().database.run("UPDATE stores SET embedded_token = ? WHERE id = ?", token, store_id)
    return answers.ok()


@api.delete("/v1/managers/embedded-apps-token")
@access.manager_required
def revoke_embedded_token(store_id: int) -> flask.Response:
    world().database.run("UPDATE stores SET embedded_token = NULL WHERE id = ?", store_id)
    return answers.ok()


@api.get("/v1/managers/webhooks")
@access.manager_required
def list_webhooks(store_id: int) -> flask.Response:
    rows = world().database.rows("SELECT * FROM webhooks WHERE store_id = ?", store_id)
    return flask.jsonify({"data": [_webhook(row) for row in rows]})


@api.post("/v1/managers/webhooks")
@access.manager_required
def subscribe(store_id: int) -> flask.Response:
    sent = bodies.fields()
    wrong = {name: "required" for name in ("event", "original_id") if not sent.get(name)}
    url = str(sent.get("target_url") or "")
    if not url.startswith(("http://", "https://")):
        wrong["target_url"] = "url"
    if wrong:
        return answers.invalid(wrong)
    database, original_id = world().database, str(sent["original_id"])
    if database.row(
        "SELECT 1 FROM webhooks WHERE store_id = ? AND event = ? AND original_id = ?",
        store_id, sent["event"], original_id,
    ):  # fmt: skip
        return answers.error(409, "conflict")
    webhook_id = str(uuid.uuid4())
    database.run(
        "INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        webhook_id, store_id, sent["event"], url, original_id, _subscriber(original_id),
        sent.get("username"), sent.get("password"), json.dumps(sent.get("conditions")),
    )  # fmt: skip
    row = database.row("SELECT * FROM webhooks WHERE id = ?", webhook_id)
    assert row is not None  # written a line ago
    return flask.jsonify(_webhook(row))


@api.delete("/v1/managers/webhooks")
@access.manager_required
def unsubscribe(store_id: int) -> flask.Response:
    original_id = flask.request.args.get("original_id", "")
    if not original_id:
        return answers.invalid({"original_id": "required"})
    world().database.run(
        "DELETE FROM webhooks WHERE store_id = ? AND original_id = ?", store_id, original_id
    )
    return answers.ok()


def _subscriber(original_id: str) -> str:
    return hashlib.sha256(f"subscriber-{original_id}".encode()).hexdigest()[:32]


def _webhook(row: sqlite3.Row) -> dict[str, Any]:
    """The contract's Webhook; the credentials never come back."""
    return {
        "id": row["id"],
        "event": row["event"],
        "target_url": row["target_url"],
        "store_id": str(row["store_id"]),
        "status": "ready",
        "original_id": row["original_id"],
        "subscriber": row["subscriber"],
        "active": True,
        "conditions": json.loads(row["conditions"]) or [],
    }


@api.get("/v1/market/app/subscription")
@access.manager_required
def subscription(store_id: int) -> flask.Response:
    # Outside /managers/ Zid wants the store's number too, and says it this way (NOTES.md, Tokens).
    sent = flask.request.headers.get("Store-Id")
    if world().settings.require_store_id and sent != str(store_id):
        return flask.make_response(flask.jsonify({"detail": "No such user"}), 401)
    if flask.request.args.get("app_id") != world().options.app_id:
        return answers.error(404)
    store = world().store(store_id)
    told = world().database.row("SELECT status FROM subscriptions WHERE store_id = ?", store_id)
    status = "active" if store and store["is_subscribed"] else "expired"
    status = told["status"] if told else status
    lasts = status in {"active", "warning"}
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return answers.ok(
        subscription={
            "app_id": world().options.app_id,
            "store_id": store_id,
            "plan_id": 1,
            "plan_name": "Basic",
            "plan_type": "monthly",
            "status": status,
            "start_date": clock.plain(today - datetime.timedelta(days=40)),
            "end_date": clock.plain(today + datetime.timedelta(days=20 if lasts else -10)),
            "amount_paid": "49.00",
        }
    )
