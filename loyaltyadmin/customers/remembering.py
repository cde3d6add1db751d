"""What a merchant searched for, under a name that says nothing.

What is typed is a customer's name or number. It must not stand in an address, which ends up in logs
and in the browser's history; but the way back, a reload and the next page have to find it. So it is
kept in the session, and the address names only where.
"""

from __future__ import annotations

import secrets

from loyaltyadmin.web.http import StoreHttpRequest

KEY = "searches"
MOST_KEPT = 20


def remember(request: StoreHttpRequest, *, typed: str, name: str) -> str:
    """This will keep what was typed, in place of what `name` stood for; gives its name.

    Empty for what says nothing.
    """
    kept: dict[str, str] = request.session.get(KEY, {})
    typed = typed.strip()
    if not typed:
        return ""
    if name not in kept:
        name = secrets.token_urlsafe(6)
    if kept.get(name) != typed:
        others = [(it, was) for it, was in kept.items() if it != name]
        request.session[KEY] = dict([*others[1 - MOST_KEPT :], (name, typed)])
    return name


def recall(request: StoreHttpRequest, *, name: str) -> str:
    """This will give what was typed; empty when it is no longer known."""
    kept: dict[str, str] = request.session.get(KEY, {})
    return kept.get(name, "")
