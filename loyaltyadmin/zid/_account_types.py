"""Tokens, the profile behind them, and webhook subscriptions."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Self

from loyaltyadmin.zid import _payload

_TOKEN = re.compile(r"[\x21-\x7e]*")


def check_token(value: str, *, name: str) -> str:
    """Return ``value`` if it can travel in a header; raise ValueError naming only ``name``.

    The HTTP library's own complaint would quote the token.
    """
    if not _TOKEN.fullmatch(value):
        raise ValueError(f"{name} is not a token")
    return value


def _to_token(value: object) -> str | None:
    text = value.strip() if isinstance(value, str) else ""
    return text if text and _TOKEN.fullmatch(text) else None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Tokens:
    """What proves the app (``authorization``) and the store (``manager_token``) to Zid.

    ``expires_in`` counts seconds from the moment the tokens were given, or is None when Zid did
    not say. The ``repr`` shows no value, so that tokens may stand in a traceback's locals.
    """

    authorization: str
    manager_token: str
    refresh_token: str
    expires_in: int | None = None

    def __post_init__(self) -> None:
        for name in ("authorization", "manager_token", "refresh_token"):
            check_token(getattr(self, name), name=name)

    def __repr__(self) -> str:
        return "Tokens(<hidden>)"

    @classmethod
    def from_payload(cls, payload: object, *, endpoint: str, earlier: Tokens | None = None) -> Self:
        """Read a token response; what it leaves out is kept from ``earlier``.

        ``authorization`` comes in either case, and a refresh may bring neither a new one nor a
        new refresh token (``tests/zid_sandbox/NOTES.md``, "Tokens").
        """
        fields = _payload.Fields(payload, endpoint=endpoint)
        known = {} if earlier is None else dataclasses.asdict(earlier)

        def token(*names: str, keep: str) -> str:
            return known[keep] if keep in known and not fields.raw(*names) else must(*names)

        def must(*names: str) -> str:
            return fields.must(_to_token, *names)

        return cls(
            authorization=token("authorization", "Authorization", keep="authorization"),
            manager_token=must("access_token"),
            refresh_token=token("refresh_token", keep="refresh_token"),
            expires_in=fields.may(_payload.to_integer, "expires_in"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreProfile:
    """A store. ``id`` is its number: the ``Store-Id`` header, and ``store_id`` of app events."""

    id: int
    uuid: str | None
    title: str | None
    url: str | None
    currency: str | None
    language: str | None

    @classmethod
    def from_fields(cls, fields: _payload.Fields) -> Self:
        """Insist on the number only: the rest must never fail an installation."""
        return cls(
            id=fields.must(_payload.to_integer, "id"),
            uuid=fields.may(_payload.to_identifier, "uuid"),
            title=fields.may(_payload.to_identifier, "title"),
            url=fields.may(_payload.to_identifier, "url"),
            currency=fields.may(_to_code, "currency"),
            language=fields.may(_to_code, "language"),
        )


def _to_code(value: object) -> str | None:
    # An object with a code in life, the code itself in the docs (NOTES.md, "Installation").
    code = value.get("code") if isinstance(value, dict) else value
    return _payload.to_identifier(code) if isinstance(code, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The manager behind the tokens, and the store."""

    manager_id: int | None
    manager_name: str | None
    manager_email: str | None
    store: StoreProfile

    @classmethod
    def from_payload(cls, payload: object, *, endpoint: str) -> Self:
        """Read ``user`` and ``user.store``."""
        user = _payload.Fields(payload, endpoint=endpoint).inside("user")
        return cls(
            manager_id=user.may(_payload.to_integer, "id"),
            manager_name=user.may(_payload.to_identifier, "name"),
            manager_email=user.may(_payload.to_identifier, "email"),
            store=StoreProfile.from_fields(user.inside("store")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSubscription:
    """One event that Zid delivers to us. ``original_id`` is the app's number at Zid."""

    event: str
    id: str | None
    target_url: str | None
    original_id: str | None
    status: str | None
    is_active: bool | None

    @classmethod
    def from_payload(cls, payload: object, *, endpoint: str) -> Self:
        """Read one subscription."""
        fields = _payload.Fields(payload, endpoint=endpoint)
        return cls(
            event=fields.must(_payload.to_identifier, "event"),
            id=fields.may(_payload.to_identifier, "id"),
            target_url=fields.may(_payload.to_identifier, "target_url"),
            original_id=fields.may(_payload.to_identifier, "original_id"),
            status=fields.may(_payload.to_identifier, "status"),
            is_active=fields.may(_payload.to_flag, "active"),
        )

    @classmethod
    def list_from_payload(cls, payload: object, *, endpoint: str) -> tuple[Self, ...]:
        """Read ``data``."""
        items = _payload.Fields(payload, endpoint=endpoint).must(_to_list, "data")
        return tuple(cls.from_payload(item, endpoint=endpoint) for item in items)


def _to_list(value: object) -> list[object] | None:
    return value if isinstance(value, list) else None
