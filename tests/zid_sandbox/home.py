"""The server's front page, its health and the login page that expired calls end up on."""

from __future__ import annotations

import flask

from tests.zid_sandbox.world import world

pages = flask.Blueprint("home", __name__)


@pages.get("/healthz")
def healthz() -> flask.Response:
    stores = world().database.row("SELECT COUNT(*) AS n FROM stores")
    return flask.jsonify({"status": "ok", "stores": stores["n"] if stores else 0})
