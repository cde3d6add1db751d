"""Codes and tokens. An app proves itself by one token and the store by another, as a pair."""

from __future__ import annotations

import dataclasses
import secrets
import time

from tests.zid_sandbox.config import Settings
from tests.zid_sandbox.database import Database

CODE_LIFETIME_SECONDS = 600


class RefusedError(ValueError):
    """The code or refresh token is unknown, used or expired."""


@dataclasses.dataclass(frozen=True, slots=True)
class Grant:
    store_id: int
    authorization: str
    access_token: str
    refresh_token: str


def issue_code(database: Database, *, store_id: int, redirect_uri: str) -> str:
    code = secrets.token_urlsafe(24)
    expires_at = time.time() + CODE_LIFETIME_SECONDS
    database.run("INSERT INTO codes VALUES (?, ?, ?, ?)", code, store_id, redirect_uri, expires_at)
    return code


def spend_code(database: Database, settings: Settings, *, code: str, redirect_uri: str) -> Grant:
    """Exchange a code for tokens, once; this will raise RefusedError."""
    with database.transaction():
        row = database.row("SELECT * FROM codes WHERE code = ?", code)
        if row is None or row["expires_at"] < time.time():
            raise RefusedError("code")
        database.run("DELETE FROM codes WHERE code = ?", code)
        if redirect_uri and redirect_uri != row["redirect_uri"]:
            raise RefusedError("redirect_uri")
        database.run("UPDATE stores SET is_installed = 1 WHERE id = ?", row["store_id"])
        return issue(database, settings, store_id=row["store_id"])


def issue(
    database: Database,
    settings: Settings,
    *,
    store_id: int,
    authorization: str | None = None,
    refresh_token: str | None = None,
) -> Grant:
    grant = Grant(
        store_id,
        authorization or f"app-{secrets.token_urlsafe(32)}",
        f"mgr-{secrets.token_urlsafe(32)}",
        refresh_token or f"ref-{secrets.token_urlsafe(32)}",
    )
    database.run(
        "INSERT INTO grants (store_id, authorization, access_token, refresh_token, expires_at,"
        " may_refresh) VALUES (?, ?, ?, ?, ?, 1)",
        store_id,
        grant.authorization,
        grant.access_token,
        grant.refresh_token,
        time.time() + settings.expires_in,
    )
    return grant


def refresh(database: Database, settings: Settings, *, refresh_token: str) -> Grant:
    """Exchange a refresh token for a new pair; this will raise RefusedError.

    1. The refresh token is spent, unless it does not rotate.
    2. The old pair stops working, unless old tokens survive.
    3. The new pair starts, with the old authorization when Zid would not send a new one.
    """
    with database.transaction():
        row = database.row(
            "SELECT * FROM grants WHERE refresh_token = ? AND may_refresh = 1", refresh_token
        )
        if row is None:
            raise RefusedError("refresh_token")
        # A grant whose refresh token moved on must not be refreshed through a second row.
        database.run(
            "UPDATE grants SET may_refresh = 0 WHERE refresh_token = ?", row["refresh_token"]
        )
        if not settings.old_tokens_survive_refresh:
            database.run("UPDATE grants SET expires_at = 0 WHERE id = ?", row["id"])
        return issue(
            database,
            settings,
            store_id=row["store_id"],
            authorization=None if settings.refresh_sends_authorization else row["authorization"],
            refresh_token=None if settings.rotate_refresh else row["refresh_token"],
        )


def store_of(database: Database, *, authorization: str, access_token: str) -> int | None:
    """The store that the pair opens, if the two belong together and live."""
    row = database.row(
        "SELECT store_id FROM grants WHERE access_token = ? AND authorization = ?"
        " AND expires_at > ?",
        access_token,
        authorization,
        time.time(),
    )
    return int(row["store_id"]) if row else None


def is_live_app(database: Database, *, authorization: str) -> bool:
    """Whether the bearer alone is some app's: all that the storefront asks for."""
    return bool(
        database.row(
            "SELECT 1 FROM grants WHERE authorization = ? AND expires_at > ?",
            authorization,
            time.time(),
        )
    )


def expire(database: Database, *, store_id: int) -> None:
    """As if the lifetime had passed: 401 from now on, while a refresh still works."""
    database.run("UPDATE grants SET expires_at = 0 WHERE store_id = ?", store_id)


def revoke(database: Database, *, store_id: int) -> None:
    database.run("DELETE FROM grants WHERE store_id = ?", store_id)
    database.run("DELETE FROM codes WHERE store_id = ?", store_id)
