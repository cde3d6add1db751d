"""The store behind the tokens, and what it pays for: docs.zid.sa, "Account", "App Market"."""

from __future__ import annotations

from collections.abc import Mapping

from loyaltyadmin.zid import errors
from loyaltyadmin.zid._session import Call, ZidSession
from loyaltyadmin.zid.types import Profile


class Store:
    """The store behind the tokens."""

    def __init__(self, session: ZidSession) -> None:
        self._session = session

    def read_profile(self) -> Profile:
        """This will read who the tokens belong to.

        Shape: Profile; only the store's number is sure to be there.
        Units: none.
        Raises: UnexpectedPayload when the store has no number; any ZidError of a read.
        Source: "Manager Profile", GET /v1/managers/account/profile, checked 2026-11, captured.
        """
        call = Call(verb="GET", template="/v1/managers/account/profile")
        return Profile.from_payload(self._session.send(call), endpoint=call.endpoint)

    def read_subscription(self, *, app_id: int | str) -> Mapping[str, object]:
        """This will read what the store pays for the app.

        Shape: Zid's object as it came; its fields have not been seen live. Read it tolerantly.
        Units: unknown.
        Raises: UnexpectedPayload when it is no object; any ZidError of a read.
        Source: "App Subscription", GET /v1/market/app/subscription, checked 2026-11, documented.
        """
        query = {"app_id": str(app_id)}
        call = Call(verb="GET", template="/v1/market/app/subscription", query=query)
        return as_mapping(self._session.send(call), endpoint=call.endpoint)


def as_mapping(payload: object, *, endpoint: str) -> Mapping[str, object]:
    """Return an object whose shape nobody has described; ``[]`` is an empty one."""
    if payload == []:
        return {}
    if not isinstance(payload, dict):
        raise errors.UnexpectedPayload(endpoint=endpoint, problem="body is not an object")
    return payload
