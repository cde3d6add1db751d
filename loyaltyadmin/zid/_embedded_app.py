"""The app inside Zid's dashboard: docs.zid.sa, "Embedded Apps"."""

from __future__ import annotations

from uuid import UUID

from loyaltyadmin.zid._session import Call, ZidSession

_PATH = "/v1/managers/embedded-apps-token"

# Neither body is described, and both calls set rather than add: any success will do.
_ANY_SUCCESS = frozenset({200, 201, 202, 204})


class EmbeddedApp:
    """The lookup token that Zid puts into the iframe's URL."""

    def __init__(self, session: ZidSession) -> None:
        self._session = session

    def register_lookup_token(self, *, token: UUID | str) -> None:
        """This will make Zid open the app with ``token``; the store's earlier one is dead then.

        Shape: nothing.
        Units: none.
        Raises: Rejected, OutcomeUnknown; any other ZidError when nothing was registered.
        Source: "Embedded Apps, Developer Guide", POST /v1/managers/embedded-apps-token,
        checked 2026-11, captured.
        """
        body = {"token": str(token)}
        self._session.send(
            Call(verb="POST", template=_PATH, json=body, successes=_ANY_SUCCESS, needs_body=False)
        )

    def revoke_lookup_token(self) -> None:
        """This will make Zid forget the lookup token.

        Shape: nothing.
        Units: none.
        Raises: OutcomeUnknown; any other ZidError when nothing was revoked.
        Source: "Embedded Apps, Developer Guide", DELETE /v1/managers/embedded-apps-token,
        checked 2026-11, documented.
        """
        self._session.send(
            Call(verb="DELETE", template=_PATH, successes=_ANY_SUCCESS, needs_body=False)
        )
