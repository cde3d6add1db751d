"""Reading what Zid delivers, as carefully as anything that a stranger may have sent."""

from __future__ import annotations

import json
from http import HTTPStatus

from django.http import HttpRequest

MOST_BYTES = 64 * 1024


class Refused(Exception):
    """No delivery of Zid's looks like this; `status` is the answer."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


def event_of(request: HttpRequest) -> dict[str, object]:
    """This will read the JSON object that was delivered.

    Raises: Refused.
    """
    length = request.headers.get("Content-Length") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    body = request.body
    if len(body) > MOST_BYTES:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(HTTPStatus.BAD_REQUEST) from None
    if not isinstance(event, dict):
        raise Refused(HTTPStatus.BAD_REQUEST)
    return event
