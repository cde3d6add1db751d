"""The consent page and the token endpoint."""

from __future__ import annotations

import sqlite3
import urllib.parse
from typing import Any

import flask

from tests.zid_sandbox import tokens
from tests.zid_sandbox.config import SCOPE
from tests.zid_sandbox.pages import page, preferred_language
from tests.zid_sandbox.world import world

pages = flask.Blueprint("oauth", __name__, url_prefix="/oauth")

STORE_COOKIE = "zid_sandbox_store"
ASKED = ("client_id", "redirect_uri", "response_type", "scope", "state")


def current_store() -> sqlite3.Row:
    """The store whose dashboard this browser was in last; the authorize URL does not say it.

    Zid's reviewers come from a server, without a cookie (NOTES.md, Installation), and get the
    store of the settings or else the first one.
    """
    number = flask.request.cookies.get(STORE_COOKIE, "")
    store = world().store(int(number)) if number.isdecimal() else None
    return store or world().store(world().settings.current_store) or world().stores()[0]


def _back(redirect_uri: str, **query: str) -> flask.Response:
    parts = urllib.parse.urlsplit(redirect_uri)
    merged = [*urllib.parse.parse_qsl(parts.query), *((k, v) for k, v in query.items() if v)]
    url = urllib.parse.urlunsplit(parts._replace(query=urllib.parse.urlencode(merged)))
    return flask.make_response(flask.redirect(url))


def _mistake(asked: dict[str, str]) -> str | None:
    """What makes it unsafe to send the browser anywhere; None when all is well."""
    options = world().options
    if not asked["client_id"] or (options.client_id or asked["client_id"]) != asked["client_id"]:
        return "client_id"
    uri = asked["redirect_uri"]
    if not uri.startswith(("http://", "https://")):
        return "redirect_uri"
    if options.app_url is not None and uri != options.callback_url:
        return "redirect_uri"
    return None


@pages.get("/authorize")
def authorize() -> flask.Response:
    asked = {name: flask.request.args.get(name, "") for name in ASKED}
    language = preferred_language()
    if mistake := _mistake(asked):
        shown = page("oauth_mistake.html", language, mistake=mistake, asked=asked)
        return flask.make_response(shown, 400)
    if asked["response_type"] != "code":
        return _back(asked["redirect_uri"], error="unsupported_response_type", state=asked["state"])
    if asked["scope"] not in ("", SCOPE):
        return _back(asked["redirect_uri"], error="invalid_scope", state=asked["state"])
    store = current_store()
    if not store["is_subscribed"]:
        return _not_subscribed(store, asked, language)
    if world().settings.auto_consent:
        return _allow(store, asked)
    return page("consent.html", language, store=store, asked=asked)


def _not_subscribed(store: sqlite3.Row, asked: dict[str, str], language: str) -> flask.Response:
    if world().settings.ec3_to == "redirect_uri":
        return _back(asked["redirect_uri"], error_code="EC3", state=asked["state"])
    return flask.make_response(flask.redirect(f"/{language}/stores/{store['id']}/?error_code=EC3"))


def _allow(store: sqlite3.Row, asked: dict[str, str]) -> flask.Response:
    code = tokens.issue_code(
        world().database, store_id=store["id"], redirect_uri=asked["redirect_uri"]
    )
    return _back(asked["redirect_uri"], code=code, state=asked["state"])


@pages.post("/authorize")
def decide() -> flask.Response:
    """Allow or Deny on the consent page."""
    asked = {name: flask.request.form.get(name, "") for name in ASKED}
    number = flask.request.form.get("store_id", "")
    store = world().store(int(number)) if number.isdecimal() else None
    if _mistake(asked) or store is None:
        flask.abort(400)
    if flask.request.form.get("decision") != "allow":
        return _back(asked["redirect_uri"], error="access_denied", state=asked["state"])
    return _allow(store, asked)


@pages.post("/token")
def token() -> flask.Response:
    sent, options, database = flask.request.form, world().options, world().database
    keys_are_right = all(
        sent.get(name) and (wanted or sent[name]) == sent[name]
        for name, wanted in (
            ("client_id", options.client_id),
            ("client_secret", options.client_secret),
        )
    )
    if not keys_are_right:
        return _refused("invalid_client", "Client authentication failed")
    settings = world().settings
    try:
        if sent.get("grant_type") == "authorization_code":
            grant = tokens.spend_code(
                database,
                settings,
                code=sent.get("code", ""),
                redirect_uri=sent.get("redirect_uri", ""),
            )
            return flask.jsonify(token_answer(grant))
        if sent.get("grant_type") == "refresh_token":
            grant = tokens.refresh(database, settings, refresh_token=sent.get("refresh_token", ""))
            with_authorization = settings.refresh_sends_authorization
            return flask.jsonify(token_answer(grant, with_authorization=with_authorization))
    except tokens.RefusedError:
        return _refused("invalid_grant", "The grant is invalid, expired or was used before")
    return _refused("unsupported_grant_type", "The grant type is not supported")


def token_answer(grant: tokens.Grant, *, with_authorization: bool = True) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "access_token": grant.access_token,
        "refresh_token": grant.refresh_token,
        "expires_in": world().settings.expires_in,
        "token_type": "Bearer",
    }
    if with_authorization:
        answer[world().next_authorization_spelling()] = grant.authorization
    return answer


def _refused(error: str, description: str) -> flask.Response:
    body = {"error": error, "error_description": description, "message": description}
    return flask.make_response(flask.jsonify(body), 400)
