"""What is fixed for a run (Options) and what a test may change while it runs (Settings)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

DEFAULT_APP_URL = "http://localhost:8000"
SCOPE = "embedded_apps_tokens_write"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """The partner dashboard's entries for the app, and the size of the made-up world."""

    # None means "not configured": then any redirect_uri, client id or secret is taken.
    app_url: str | None = None
    client_id: str | None = None
    client_secret: str | None = None
    app_id: str = "4242"
    stores: int = 2
    customers: int = 3000
    state: str = ":memory:"
    seed: int = 1
    rate: float = 60
    burst: float = 60

    @property
    def app(self) -> str:
        return (self.app_url or DEFAULT_APP_URL).rstrip("/")

    @property
    def redirection_url(self) -> str:
        return f"{self.app}/zid/install"

    @property
    def callback_url(self) -> str:
        return f"{self.app}/zid/callback"

    @property
    def application_url(self) -> str:
        return f"{self.app}/embedded"

    @property
    def app_events_url(self) -> str:
        return f"{self.app}/zid/webhooks/app"


@dataclasses.dataclass(kw_only=True)
class Settings:
    """The answers to the questions that NOTES.md calls open; each default is the harsher one."""

    rate: float = 60
    burst: float = 60
    auto_consent: bool = False
    # The store of a browser without a dashboard cookie; 0 means the first.
    current_store: int = 0
    # Where a store without a subscription is sent: "dashboard" or "redirect_uri".
    ec3_to: str = "dashboard"
    # "alternate", "authorization" or "Authorization".
    authorization_spelling: str = "alternate"
    expires_in: int = 31_536_000
    rotate_refresh: bool = True
    refresh_sends_authorization: bool = True
    old_tokens_survive_refresh: bool = False
    # "rotate", "object", "text" or "error": the three envelopes of NOTES.md, Calls.
    error_shape: str = "rotate"
    unauthorized_redirects: bool = False
    require_store_id: bool = True
    # How many characters of a reason are kept; 0 keeps all.
    reason_limit: int = 0
    refuse_negative: bool = True
    app_events: bool = True

    def update(self, wanted: Mapping[str, Any]) -> None:
        """Set the named settings; this will raise ValueError for a name or type that is wrong."""
        known = {field.name for field in dataclasses.fields(self)}
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"There is no setting {name!r}.")
            if name in _CHOICES and value not in _CHOICES[name]:
                raise ValueError(f"{name} is one of {', '.join(_CHOICES[name])}.")
            kind = type(getattr(self, name))
            # A whole number is as good as a fraction, but true is not a number here.
            if isinstance(value, bool) != (kind is bool):
                raise ValueError(f"{name} wants a {kind.__name__}.")
            setattr(self, name, kind(value))

    def as_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


_CHOICES = {
    "ec3_to": ("dashboard", "redirect_uri"),
    "authorization_spelling": ("alternate", "authorization", "Authorization"),
    "error_shape": ("rotate", "object", "text", "error"),
}
