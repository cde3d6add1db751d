"""What a shopper's browser asks for, proved by X-CUSTOMER-TOKEN."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable

import flask

from tests.zid_sandbox import access, answers, points, program_api, rules, tokens
from tests.zid_sandbox.world import world

api = flask.Blueprint(
    "storefront_api", __name__, url_prefix="/v1/customers/loyalty-program/<int:store_id>"
)

# The bearer of the store's own pages, which are here even when no app is installed.
OWN_BEARER = "storefront-of-the-sandbox"


def shopper_required(
    view: Callable[[int, sqlite3.Row], flask.Response],
) -> Callable[[int], flask.Response]:
    """Open the view to a shopper of this store, as its second argument the shopper."""

    @functools.wraps(view)
    def guarded(store_id: int) -> flask.Response:
        bearer = access.bearer()
        database = world().database
        shopper = database.row(
            "SELECT * FROM customers WHERE token = ? AND store_id = ?",
            flask.request.headers.get("X-CUSTOMER-TOKEN", ""),
            store_id,
        )
        is_app = bearer == OWN_BEARER or tokens.is_live_app(database, authorization=bearer)
        if shopper is None or not is_app:
            return answers.unauthenticated()
        return view(store_id, shopper)

    return guarded


@api.get("/points")
@shopper_required
def read_points(_store_id: int, shopper: sqlite3.Row) -> flask.Response:
    has = {"available_poitns": shopper["points"], "used_poitns": shopper["negative"]}
    return answers.ok(points=has)


@api.get("/wallet")
@shopper_required
def read_wallet(_store_id: int, shopper: sqlite3.Row) -> flask.Response:
    # Spelt correctly here, and only here.
    return answers.ok(
        wallet={
            "points_balance": shopper["points"],
            "pending_points_balance": shopper["pending"],
            "available_points": shopper["points"],
            "used_points": shopper["negative"],
            "total_positive_points": shopper["positive"],
            "history": points.history(world().database, shopper["id"]),
        }
    )


@api.get("/loyalty-status")
def loyalty_status(store_id: int) -> flask.Response:
    return answers.ok(loyalty_status=program_api.is_active(store_id))


@api.get("/point-cashback-rules")
@shopper_required
def list_cashback_rules(store_id: int, _shopper: sqlite3.Row) -> flask.Response:
    listed = rules.cashback_rules(world().database, store_id)
    return answers.ok(cashback_rules=[rule for rule in listed if rule["is_active"]])


@api.get("/point-redemption-methods")
@shopper_required
def list_redemption_methods(store_id: int, _shopper: sqlite3.Row) -> flask.Response:
    listed = rules.redemption_rules(world().database, store_id)
    return answers.ok(redemption_methods=[rule for rule in listed if rule["is_active"]])
