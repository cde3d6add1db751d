"""Zid as a merchant's click meets it: addresses, captured answers, what a request carries."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from responses import matchers

from loyaltyadmin.stores.models import Store

API = "https://api.zid.test"
TOKEN = "https://oauth.zid.test/oauth/token"
LOYALTY = f"{API}/v1/managers/loyalty-program"
PROGRAM = f"{LOYALTY}/list-data"
ADJUST = f"{LOYALTY}/customers/adjust-customer-points"
POINTS = f"{LOYALTY}/customers/details"
CUSTOMER = f"{API}/v1/managers/store/customers"

# What htmx adds to a request for a part of a page.
HTMX = {"HX-Request": "true", "HX-Target": "a-part"}
BOOSTED = {"HX-Request": "true", "HX-Boosted": "true"}

WORDS = "لا يمكن ذلك الآن"
# One refusal in each of the three shapes that Zid has for it.
REFUSALS = {
    "object": {"status": "error", "message": {"type": "error", "code": "E1", "description": WORDS}},
    "text": {"status": "error", "message": WORDS},
    "error": {
        "success": False,
        "status": 422,
        "error": {"code": "validation_failed", "message": WORDS, "fields": {}},
    },
}


def fixture(name: str) -> Any:
    return json.loads(text(name))


def text(name: str) -> str:
    path = Path(__file__).parent / "zid" / "fixtures" / f"{name}.json"
    return path.read_text(encoding="utf-8")


def by(store: Store, *, language: str = "en") -> Callable[..., Any]:
    """Match what is sent in the name of `store`."""
    return matchers.header_matcher(
        {
            "Authorization": f"Bearer {store.authorization}",
            "X-Manager-Token": store.manager_token,
            "Store-Id": str(store.id),
            "Accept-Language": language,
        }
    )
