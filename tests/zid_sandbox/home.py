"""The server's front page, its health and the login page that expired calls end up on."""

from __future__ import annotations

from typing import Any

import flask

from tests.zid_sandbox.faults import Fault
from tests.zid_sandbox.pages import page, preferred_language
from tests.zid_sandbox.world import world

pages = flask.Blueprint("home", __name__)

API = r"^/(v1|oauth/token)"
# The buttons of the front page, each with the fault that it asks for.
FAULTS: dict[str, dict[str, Any]] = {
    "lose": {"path": "adjust-customer-points", "kind": "drop_after", "probability": 0.07},
    "slow": {"path": API, "kind": "latency", "seconds": 2},
    "500": {"path": API, "kind": "status", "status": 500},
    "login": {"path": "^/v1", "kind": "redirect_login"},
    "429": {"path": "^/v1", "kind": "status", "status": 429},
    "garbage": {"path": "^/v1", "kind": "garbage"},
}


@pages.get("/")
def front() -> flask.Response:
    return page(
        "home.html",
        preferred_language(),
        stores=_stores(),
        buttons=list(FAULTS),
        faults=world().faults.active(),
        settings=world().settings,
    )


def _stores() -> list[dict[str, Any]]:
    stats = world().buckets.stats(world().settings, with_timestamps=False)
    adjusted = {
        row["store_id"]: row["n"]
        for row in world().database.rows(
            "SELECT store_id, COUNT(*) AS n FROM ledger WHERE by_app = 1 GROUP BY store_id"
        )
    }
    return [
        {
            **dict(store),
            "calls": stats.get(str(store["id"]), {}).get("calls", 0),
            "too_many": stats.get(str(store["id"]), {}).get("too_many", 0),
            "adjustments": adjusted.get(store["id"], 0),
        }
        for store in world().stores()
    ]


@pages.post("/faults")
def press() -> flask.Response:
    """A button of the front page: one more fault, or none any more."""
    wanted = flask.request.form.get("fault", "")
    if wanted == "clear":
        world().faults.clear()
    elif wanted in FAULTS:
        world().faults.add(Fault.from_json(FAULTS[wanted]))
    else:
        flask.abort(400)
    language = preferred_language()
    return flask.make_response(flask.redirect(f"/?lang={language}#faults", code=303))


@pages.get("/login")
def login() -> flask.Response:
    return page("login.html", preferred_language())


@pages.get("/favicon.ico")
def favicon() -> flask.Response:
    return flask.make_response("", 204)


@pages.get("/healthz")
def healthz() -> flask.Response:
    stores = world().database.row("SELECT COUNT(*) AS n FROM stores")
    return flask.jsonify({"status": "ok", "stores": stores["n"] if stores else 0})
