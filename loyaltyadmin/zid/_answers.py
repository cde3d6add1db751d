"""From an answer to an error: one table for the statuses, one reader for Zid's three shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from loyaltyadmin.zid import _payload, errors
from loyaltyadmin.zid._transport import Answer

_REFUSALS: Mapping[int, type[errors.ZidError]] = {
    401: errors.TokenRejected,
    403: errors.ScopeMissing,
    404: errors.NotFound,
}
# What an error's top level holds beside fields ("tests/zid_sandbox/NOTES.md", "Calls").
_ENVELOPE = frozenset({"status", "message", "detail", "error", "errors", "code", "data"})
# A gateway in front of Zid says of Zid that it is not there. A 500 may be about one store's data.
_NOBODY_THERE = frozenset({502, 503, 504, 520, 521, 522, 523, 524})


class _Origin(TypedDict):
    endpoint: str
    status: int | None
    request_id: str | None


def is_login(answer: Answer) -> bool:
    """Say whether Zid asks to log in again: a 401, or a redirect to a login page."""
    return answer.status is not None and (answer.status == 401 or 300 <= answer.status < 400)


def is_silence(answer: Answer) -> bool:
    """Say whether Zid did not answer, by what a gateway says or since nothing came back."""
    return answer.status is None or answer.status in _NOBODY_THERE


def error_for(answer: Answer, *, endpoint: str, is_read: bool) -> errors.ZidError:
    """Return the error that an answer other than the expected one means."""
    origin = _Origin(endpoint=endpoint, status=answer.status, request_id=answer.request_id)
    if answer.status is None:
        return (errors.NotSent if answer.never_sent else _lost(is_read=is_read))(**origin)
    if is_login(answer):
        return errors.TokenRejected(**origin)
    if answer.status in (400, 422):
        message, code, fields = _complaints(answer.body)
        return errors.Rejected(**origin, message=message, code=code, fields=fields)
    if answer.status == 429:
        return errors.RateLimited(**origin, retry_after=answer.retry_after)
    return _REFUSALS.get(answer.status, _lost(is_read=is_read))(**origin)


def unreadable(answer: Answer, *, endpoint: str, is_read: bool) -> errors.ZidError:
    """Return the error that an expected status with a body other than JSON means."""
    origin = _Origin(endpoint=endpoint, status=answer.status, request_id=answer.request_id)
    if is_read:
        return errors.UnexpectedPayload(**origin, problem="body is not JSON")
    return errors.OutcomeUnknown(**origin)


def _lost(*, is_read: bool) -> type[errors.ZidError]:
    return errors.Unavailable if is_read else errors.OutcomeUnknown


def _complaints(body: bytes) -> tuple[str | None, str | None, dict[str, list[str]]]:
    """Return Zid's message, its code and its complaints about each field."""
    try:
        payload = _payload.decode(body)
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        return None, None, {}
    message, error = _object(payload.get("message")), _object(payload.get("error"))
    description = message.get("description")
    fields: dict[str, list[str]] = {}
    top_level = {
        name: value
        for name, value in payload.items()
        if name not in _ENVELOPE and isinstance(value, list)
    }
    for found in (
        top_level,
        _object(payload.get("errors")),
        _object(description),
        _object(error.get("fields")),
        _located(payload.get("detail")),
    ):
        fields |= {name: lines for name, value in found.items() if (lines := _lines(value))}
    sentences = (
        payload.get("message"),
        description,
        error.get("message"),
        payload.get("error"),
        payload.get("detail"),
        message.get("name"),
    )
    codes = (error.get("code"), message.get("code"))
    return _first(*sentences), _first(*codes), fields


def _object(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _lines(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    texts = (_payload.to_text(item) for item in items if isinstance(item, str))
    return [text for text in texts if text]


def _first(*candidates: object) -> str | None:
    return next((lines[0] for value in candidates if (lines := _lines(value))), None)


def _located(detail: object) -> dict[str, object]:
    # Some hosts list {"loc": [..., field], "msg": sentence} (seen by Zid's own SDK).
    found: dict[str, object] = {}
    for item in detail if isinstance(detail, list) else []:
        place = _object(item).get("loc")
        if isinstance(place, list) and place:
            found[str(place[-1])] = _object(item).get("msg")
    return found
