"""Request bodies in whichever of Zid's three encodings they come."""

from __future__ import annotations

import re
import uuid
from typing import Any

import flask

_BRACKETED = re.compile(r"^(?P<outer>[^\[\]]+)\[(?P<inner>[^\[\]]+)\]$")


def fields() -> dict[str, Any]:
    """The body as a mapping; `config[money]=5` and `{"config": {"money": 5}}` become the same."""
    if flask.request.mimetype == "application/json":
        body = flask.request.get_json(silent=True)
        return body if isinstance(body, dict) else {}
    nested: dict[str, Any] = {}
    for name, value in flask.request.form.items():
        bracketed = _BRACKETED.match(name)
        if bracketed is None:
            nested[name] = value
        else:
            nested.setdefault(bracketed["outer"], {})[bracketed["inner"]] = value
    return nested


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def whole(value: Any, *, minimum: int = 1) -> int | None:
    """A whole number from 7 or "7"; None for anything else, 7.5 and true included."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    if not re.fullmatch(r"[0-9]{1,12}", str(value)):
        return None
    return int(value) if int(value) >= minimum else None


def number(value: Any) -> float | None:
    """A number above 0 from 7.5 or "7.5"."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", str(value)):
        return None
    return float(value) if float(value) > 0 else None


def switch(value: Any) -> bool | None:
    """1 or 0, as a number or as text; a form cannot say which."""
    return {"1": True, "0": False}.get(str(value)) if not isinstance(value, bool) else None


def identifier(value: Any) -> str | None:
    """A UUID in its usual spelling."""
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        return None
