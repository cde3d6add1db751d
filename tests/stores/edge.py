"""Zid's side of installing and refreshing, at the HTTP edge."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import responses
from responses import matchers

TOKEN = "https://oauth.zid.test/oauth/token"
PROFILE = "https://api.zid.test/v1/managers/account/profile"
LOOKUP = "https://api.zid.test/v1/managers/embedded-apps-token"
SUBSCRIPTION = "https://api.zid.test/v1/market/app/subscription"
NEW_TOKENS = {
    "authorization": "new-authorization",
    "access_token": "new-manager-token",
    "refresh_token": "new-refresh-token",
    "expires_in": 31_536_000,
}
NEW_HEADERS = {
    "Authorization": "Bearer new-authorization",
    "X-Manager-Token": "new-manager-token",
}


def profile(**store: Any) -> dict[str, Any]:
    """Zid's own answer, with other values for the store's fields."""
    path = Path(__file__).parent.parent / "zid/fixtures/profile.json"
    answer = json.loads(path.read_text(encoding="utf-8"))
    answer["user"]["store"] |= {"id": 90001, **store}
    return answer


def gives_tokens(zid: responses.RequestsMock, **changes: Any) -> responses.BaseResponse:
    answer = {name: value for name, value in (NEW_TOKENS | changes).items() if value is not None}
    return zid.post(TOKEN, json=answer)


def tells_profile(zid: responses.RequestsMock, answer: Any = None) -> responses.BaseResponse:
    headers = matchers.header_matcher(NEW_HEADERS)
    return zid.get(PROFILE, json=copy.deepcopy(answer or profile()), match=[headers])


def takes_lookup_token(zid: responses.RequestsMock, **options: Any) -> responses.BaseResponse:
    headers = matchers.header_matcher(NEW_HEADERS)
    return zid.post(LOOKUP, **({"json": {"status": "object"}} | options), match=[headers])


def lookup_tokens(zid: responses.RequestsMock) -> list[str]:
    """What was registered, in order."""
    calls = [call.request for call in zid.calls if call.request.url == LOOKUP]
    return [json.loads(request.body)["token"] for request in calls]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def tells_subscription(
    zid: responses.RequestsMock, status: str = "active", **fields: Any
) -> responses.BaseResponse:
    """What the store pays for the app; the envelope has a status of its own."""
    subscription = {"status": status, "end_date": "2026-12-31 00:00:00", **fields}
    return zid.get(SUBSCRIPTION, json={"status": "object", "subscription": subscription})
