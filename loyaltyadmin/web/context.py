from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import translation

from loyaltyadmin.web import session_token, sessions


def page(request: HttpRequest) -> dict[str, Any]:
    """What `_base.html` needs on every page."""
    store = getattr(request, "maybe_store", None)
    return {
        "store": store,
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "session_headers": _session_headers(request) if store else "",
        "shortcuts_on": sessions.shortcuts_of(request) if store else True,
        "frame_ancestors": " ".join(settings.FRAME_ANCESTORS),
        "zid_url": settings.ZID_DASHBOARD_URL,
    }


def both_languages() -> list[tuple[str, str]]:
    """This will give both languages and their direction, the reader's own first."""
    known = [("ar", "rtl"), ("en", "ltr")]
    return known if translation.get_language() == "ar" else known[::-1]


def _session_headers(request: HttpRequest) -> str:
    """The headers that htmx sends with every request: the session's second carrier, and CSRF."""
    key = request.session.session_key
    if key is None:
        return ""
    return json.dumps(
        {
            session_token.HEADER: session_token.issue(session_key=key),
            "X-CSRFToken": get_token(request),
        }
    )
