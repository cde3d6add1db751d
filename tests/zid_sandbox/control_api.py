"""/_sandbox/: what a test may ask of the sandbox, and what Zid would never tell."""

from __future__ import annotations

import dataclasses
import sqlite3
import time
from typing import Any

import flask

from tests.zid_sandbox import installs, program_api, rules, seed, storefront_api, tokens
from tests.zid_sandbox.faults import Fault
from tests.zid_sandbox.world import world

api = flask.Blueprint("control_api", __name__, url_prefix="/_sandbox")


@api.errorhandler(ValueError)
def wrong_wish(error: ValueError) -> tuple[flask.Response, int]:
    return flask.jsonify({"error": str(error)}), 400


def _body() -> dict[str, Any]:
    body = flask.request.get_json(silent=True)
    if body is None and not flask.request.get_data():
        return {}
    if not isinstance(body, dict):
        raise ValueError("The body is not a JSON object.")
    return body


def _store(number: Any) -> sqlite3.Row:
    """The store that was named, or the first one when none was."""
    if number in (None, ""):
        return world().stores()[0]
    store = world().store(int(number))
    if store is None:
        raise ValueError(f"There is no store {number}.")
    return store


@api.get("/stores")
def stores() -> flask.Response:
    shown = ("id", "uuid", "username", "title_ar", "title_en", "currency")
    listed = []
    for store in world().stores():
        counted = world().database.row(
            "SELECT COUNT(*) AS n, MIN(id) AS first FROM customers WHERE store_id = ?", store["id"]
        )
        listed.append(
            {name: store[name] for name in shown}
            | {name: bool(store[name]) for name in ("is_active", "is_subscribed", "is_installed")}
            | {"has_embedded_token": store["embedded_token"] is not None}
            | {"customers": counted["n"], "first_customer_id": counted["first"]}
            if counted
            else {}
        )
    return flask.jsonify(listed)


@api.get("/ledger")
def ledger() -> flask.Response:
    """Every adjustment that an app made, in the order in which they were applied."""
    rows = world().database.rows(
        "SELECT customer_id, direction, points, reason, date FROM ledger"
        " WHERE store_id = ? AND by_app = 1 ORDER BY id",
        _store(flask.request.args.get("store_id"))["id"],
    )
    return flask.jsonify([dict(row) for row in rows])


@api.get("/balances")
def balances() -> flask.Response:
    rows = world().database.rows(
        "SELECT id, points FROM customers WHERE store_id = ?",
        _store(flask.request.args.get("store_id"))["id"],
    )
    return flask.jsonify({str(row["id"]): row["points"] for row in rows})


@api.get("/shopper")
def shopper() -> flask.Response:
    """The tokens with which the storefront endpoints are called for one customer."""
    customer_id = flask.request.args.get("customer_id", "")
    row = world().database.row("SELECT * FROM customers WHERE id = ?", customer_id)
    if row is None:
        raise ValueError(f"There is no customer {customer_id}.")
    return flask.jsonify(
        {
            "store_id": row["store_id"],
            "customer_token": row["token"],
            "authorization": storefront_api.OWN_BEARER,
        }
    )


@api.post("/tokens")
def issue_tokens() -> flask.Response:
    """A fresh installation's tokens, always with `authorization` in small letters."""
    store_id = _store(_body().get("store_id"))["id"]
    return flask.jsonify(fresh_tokens(store_id))


def fresh_tokens(store_id: int) -> dict[str, Any]:
    grant = tokens.issue(world().database, world().settings, store_id=store_id)
    world().database.run("UPDATE stores SET is_installed = 1 WHERE id = ?", store_id)
    expires_in = world().settings.expires_in
    return {**dataclasses.asdict(grant), "expires_in": expires_in}


@api.post("/expire-tokens")
def expire_tokens() -> flask.Response:
    tokens.expire(world().database, store_id=_store(_body().get("store_id"))["id"])
    return flask.jsonify({})


@api.post("/uninstall")
def uninstall() -> flask.Response:
    installs.uninstall(world(), _store(_body().get("store_id"))["id"])
    return flask.jsonify({})


@api.post("/app-events")
def send_app_event() -> flask.Response:
    """Post an app event: `event`, `store_id`, and any field of it to say otherwise."""
    body = _body()
    event, store = str(body.pop("event", "")), _store(body.pop("store_id", None))
    if not event.startswith("app.market."):
        raise ValueError("event is one of NOTES.md's app.market.…")
    world().send_app_event(event, store["id"], **body)
    return flask.jsonify({})


@api.post("/subscription")
def change_subscription() -> flask.Response:
    """Set what a store pays, in any word, and tell the app so as Zid would."""
    body = _body()
    store, status = _store(body.get("store_id")), str(body.get("status") or "active")
    world().database.run("INSERT OR REPLACE INTO subscriptions VALUES (?, ?)", store["id"], status)
    world().send_app_event(f"app.market.subscription.{status}", store["id"], status=status)
    return flask.jsonify({})


@api.get("/deliveries")
def deliveries() -> flask.Response:
    return flask.jsonify(list(world().deliveries.outcomes))


@api.get("/settings")
def read_settings() -> flask.Response:
    return flask.jsonify(world().settings.as_json())


@api.post("/settings")
def change_settings() -> flask.Response:
    """Change the named ones; `subscribed` belongs to one store, or to all when none is named."""
    body = _body()
    store_id, subscribed = body.pop("store_id", None), body.pop("subscribed", None)
    world().settings.update(body)
    if subscribed is not None:
        world().database.run(
            "UPDATE stores SET is_subscribed = ? WHERE id = ? OR ? IS NULL",
            bool(subscribed), store_id, store_id,
        )  # fmt: skip
    return flask.jsonify(world().settings.as_json())


@api.post("/program")
def change_program() -> flask.Response:
    """Switch a store's program, leave it `cashback_rules` and `redemption_methods` only, or let
    somebody write its `info_page` in Zid's own dashboard. Tells what it holds then.
    """
    body = _body()
    store_id = _store(body.pop("store_id", None))["id"]
    if written := body.pop("info_page", None):
        program_api.write_info_page(store_id, {**program_api.info_page(store_id), **written})
    if unknown := set(body) - {"is_active", *seed.PROGRAM_TABLES}:
        raise ValueError(f"A program has no {', '.join(sorted(unknown))}.")
    if "is_active" in body:
        world().database.run(
            "UPDATE stores SET is_active = ? WHERE id = ?", bool(body.pop("is_active")), store_id
        )
    for name, number in body.items():
        seed.keep_first(world().database, store_id, name, int(number))
    held = rules.cashback_rules(world().database, store_id)
    return flask.jsonify(
        info_page=program_api.info_page(store_id),
        switches={rule["id"]: rule["is_active"] for rule in held},
    )


@api.post("/reset")
def reset() -> flask.Response:
    world().reset()
    return flask.jsonify({})


@api.get("/faults")
def list_faults() -> flask.Response:
    return flask.jsonify(world().faults.active())


@api.post("/faults")
def add_fault() -> flask.Response:
    return flask.jsonify(world().faults.add(Fault.from_json(_body())).as_json())


@api.delete("/faults")
def clear_faults() -> flask.Response:
    world().faults.clear()
    return flask.jsonify({})


@api.get("/stats")
def stats() -> flask.Response:
    """Counters; with ?timestamps=1 also the moment of every call that the bucket let through."""
    settings = world().settings
    with_timestamps = flask.request.args.get("timestamps") == "1"
    per_store = world().buckets.stats(settings, with_timestamps=with_timestamps)
    return flask.jsonify(
        {
            "uptime_seconds": round(time.time() - world().started_at, 3),
            "rate": settings.rate,
            "burst": settings.burst,
            "calls": sum(store["calls"] for store in per_store.values()),
            "too_many": sum(store["too_many"] for store in per_store.values()),
            "stores": per_store,
        }
    )


@api.get("/requests")
def requests() -> flask.Response:
    return flask.jsonify([dataclasses.asdict(seen) for seen in world().requests])
