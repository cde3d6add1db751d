"""Puts the parts together into one WSGI application."""

from __future__ import annotations

import time

import flask

from tests.zid_sandbox import (
    account_api,
    control_api,
    customers_api,
    dashboard,
    home,
    mishaps,
    oauth,
    program_api,
    rules_api,
    storefront,
    storefront_api,
)
from tests.zid_sandbox.world import Seen, World, world

# The sandbox talking about itself is not worth remembering.
UNREMEMBERED = ("/_sandbox", "/_static", "/healthz")


def create_app(shown: World) -> flask.Flask:
    app = flask.Flask("tests.zid_sandbox", static_url_path="/_static")
    app.extensions["zid_sandbox"] = shown
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # People read these answers with curl; the order of the contract is the order on the wire.
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.before_request(_start_clock)
    app.before_request(mishaps.before)
    # Flask runs the last one first: remember the answer that left, not the one that was meant.
    app.after_request(_remember)
    app.after_request(mishaps.after)
    for blueprint in (
        account_api.api,
        control_api.api,
        customers_api.api,
        program_api.api,
        rules_api.api,
        storefront_api.api,
        oauth.pages,
        home.pages,
        storefront.pages,
        dashboard.pages,
    ):
        app.register_blueprint(blueprint)
    return app


def _start_clock() -> None:
    flask.g.started_at = time.perf_counter()


def _remember(answer: flask.Response) -> flask.Response:
    path = flask.request.path
    if not path.startswith(UNREMEMBERED):
        fault = flask.g.get("fault")
        world().requests.append(
            Seen(
                at=time.time(),
                method=flask.request.method,
                path=path,
                status=0 if flask.g.get("is_dropped") else answer.status_code,
                fault=fault.kind if fault else None,
                seconds=round(time.perf_counter() - flask.g.started_at, 4),
            )
        )
    return answer
