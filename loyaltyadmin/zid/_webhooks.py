"""Merchant events: docs.zid.sa, "Webhooks". App events are set up in the partner dashboard."""

from __future__ import annotations

from loyaltyadmin.zid import errors
from loyaltyadmin.zid._session import Call, ZidSession
from loyaltyadmin.zid.types import WebhookSubscription

_PATH = "/v1/managers/webhooks"

# Both writes say what shall be, and their answers are not acted on. 409 is "already so".
_ANY_SUCCESS = frozenset({200, 201, 202, 204})
_ALREADY = frozenset({409})


class Webhooks:
    """The app's subscriptions on this store."""

    def __init__(self, session: ZidSession) -> None:
        self._session = session

    def list_subscriptions(self) -> tuple[WebhookSubscription, ...]:
        """This will read the app's subscriptions.

        Shape: one WebhookSubscription for each event and address.
        Units: none.
        Raises: UnexpectedPayload; any ZidError of a read.
        Source: "List Webhooks", GET /v1/managers/webhooks, checked 2026-11, captured.
        """
        call = Call(verb="GET", template=_PATH)
        payload = self._session.send(call)
        return WebhookSubscription.list_from_payload(payload, endpoint=call.endpoint)

    def subscribe(
        self, *, event: str, target_url: str, original_id: int | str, username: str, password: str
    ) -> None:
        """This will have Zid deliver ``event`` to ``target_url``; already subscribed is done.

        A subscription that was there keeps its earlier credentials: unsubscribe first to change
        them.

        Shape: nothing.
        Units: ``original_id`` is the application id of the partner dashboard, not the OAuth
        client id. ``username`` and ``password`` come back with each delivery as HTTP Basic.
        Raises: Rejected, OutcomeUnknown; any other ZidError when nothing was subscribed.
        Source: "Create Webhook", POST /v1/managers/webhooks, checked 2026-11, captured.
        """
        body = {
            "event": event,
            "target_url": target_url,
            "original_id": original_id,
            "username": username,
            "password": password,
        }
        call = Call(
            verb="POST",
            template=_PATH,
            json=body,
            successes=_ANY_SUCCESS | _ALREADY,
            needs_body=False,
        )
        try:
            self._session.send(call)
        except errors.Rejected:
            # 422 was seen for "already subscribed" too, and its sentence comes in the language
            # asked for (NOTES.md, "Calls"): so look, instead of reading it.
            if not self._is_subscribed(event=event, target_url=target_url):
                raise

    def unsubscribe(self, *, original_id: int | str) -> None:
        """This will end all of the app's subscriptions on this store.

        Shape: nothing.
        Units: ``original_id`` is the application id of the partner dashboard.
        Raises: OutcomeUnknown; any other ZidError when nothing was changed.
        Source: "Delete Webhooks", DELETE /v1/managers/webhooks, checked 2026-11, captured.
        """
        query = {"original_id": str(original_id)}
        self._session.send(
            Call(
                verb="DELETE", template=_PATH, query=query, successes=_ANY_SUCCESS, needs_body=False
            )
        )

    def _is_subscribed(self, *, event: str, target_url: str) -> bool:
        return any(
            (known.event, known.target_url) == (event, target_url)
            for known in self.list_subscriptions()
        )
