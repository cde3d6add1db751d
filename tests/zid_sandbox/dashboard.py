"""The merchant's dashboard: choice of store, App Market, and the app in its frame."""

from __future__ import annotations

import sqlite3
import urllib.parse

import flask

from tests.zid_sandbox import installs
from tests.zid_sandbox.oauth import STORE_COOKIE
from tests.zid_sandbox.pages import LANGUAGE_COOKIE, language_or_404, page
from tests.zid_sandbox.world import world

pages = flask.Blueprint("dashboard", __name__)

STORE = "/<language>/stores/<int:store_id>"
APP = f"{STORE}/apps/<app_id>"


def _store_or_404(store_id: int) -> sqlite3.Row:
    store = world().store(store_id)
    if store is None:
        flask.abort(404)
    return store


def _app_or_404(app_id: str) -> None:
    if app_id != world().options.app_id:
        flask.abort(404)


def _remembered(answer: flask.Response, language: str, store_id: int) -> flask.Response:
    """The next authorize page asks for this store: its URL cannot say which one is meant."""
    answer.set_cookie(STORE_COOKIE, str(store_id), samesite="Lax", httponly=True)
    answer.set_cookie(LANGUAGE_COOKIE, language, samesite="Lax", httponly=True)
    return answer


@pages.get("/<language>/")
def choose_store(language: str) -> flask.Response:
    return page("stores.html", language_or_404(language), stores=world().stores(), here="/{}/")


@pages.get(f"{STORE}/")
def shell(language: str, store_id: int) -> flask.Response:
    store = _store_or_404(store_id)
    shown = page(
        "market.html",
        language_or_404(language),
        store=store,
        stores=world().stores(),
        notice=flask.request.args.get("error_code") or flask.request.args.get("notice"),
        redirection_url=world().options.redirection_url,
        here=f"/{{}}/stores/{store_id}/",
        current="market",
    )
    return _remembered(shown, language, store_id)


@pages.get(f"{APP}/embedded")
def embedded(language: str, store_id: int, app_id: str) -> flask.Response:
    _app_or_404(app_id)
    store = _store_or_404(store_id)
    token = store["embedded_token"]
    query = urllib.parse.urlencode({"token": token, "language": language})
    shown = page(
        "embedded.html",
        language_or_404(language),
        store=store,
        stores=world().stores(),
        frame_url=f"{world().options.application_url}?{query}" if token else None,
        here=f"/{{}}/stores/{store_id}/apps/{app_id}/embedded",
        current="app",
    )
    # The token must not travel on in a Referer, nor stay behind in a cache.
    shown.headers["Referrer-Policy"] = "no-referrer"
    shown.headers["Cache-Control"] = "no-store"
    return _remembered(shown, language, store_id)


@pages.post(f"{APP}/install")
def install(language: str, store_id: int, app_id: str) -> flask.Response:
    """What the App Market's button does: subscribe, then send the browser to the app."""
    _app_or_404(app_id)
    _store_or_404(store_id)
    world().database.run("UPDATE stores SET is_subscribed = 1 WHERE id = ?", store_id)
    world().send_app_event("app.market.application.install", store_id)
    away = flask.make_response(flask.redirect(world().options.redirection_url, code=303))
    return _remembered(away, language_or_404(language), store_id)


@pages.post(f"{APP}/uninstall")
def uninstall(language: str, store_id: int, app_id: str) -> flask.Response:
    _app_or_404(app_id)
    _store_or_404(store_id)
    installs.uninstall(world(), store_id)
    back = f"/{language_or_404(language)}/stores/{store_id}/?notice=uninstalled"
    return flask.make_response(flask.redirect(back, code=303))
