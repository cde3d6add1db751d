"""The law of every call: who it is from, when it is sent again, and what its answer means.

Reads may be repeated, a bounded number of times. A write is sent again only when no connection
was made or when Zid refused it (401 once, after a refresh; 429 a bounded number of times).
Whatever else happens to a write is ``OutcomeUnknown``: Zid has no idempotency keys, and moving
points twice is worse than asking (``tests/zid_sandbox/NOTES.md``, "Calls").

One debug line per request names verb, endpoint template, status and milliseconds, nothing else.

While Zid does not answer at all, nothing is sent: ``HeldBack`` (``breaker.py``). Nor is it when too
many wait already: ``CrowdedOut`` (``room.py``).
"""

from __future__ import annotations

import enum
import logging
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from loyaltyadmin.zid import _answers, _payload, errors
from loyaltyadmin.zid._transport import Answer, Transport
from loyaltyadmin.zid.breaker import Breaker
from loyaltyadmin.zid.room import Room
from loyaltyadmin.zid.types import Tokens

logger = logging.getLogger("loyaltyadmin.zid")

TRIES = 3
# Longer than this is for the caller to wait: a page or a worker would be held up.
PATIENCE_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 0.5
USER_AGENT = "loyaltyadmin"

_JITTER = random.SystemRandom()
_PATH_VALUE = re.compile(r"[A-Za-z0-9_-]+")


class Pacer(Protocol):
    """Keeps calls under Zid's limit for one store."""

    def wait(self) -> None:
        """Return when the next request may be sent; may raise instead."""

    def refused(self, *, retry_after: float | None) -> None:
        """Learn that Zid answered 429, and after how many seconds it wants the next request."""


class Unpaced:
    """A pacer that never waits."""

    def wait(self) -> None:
        """Return at once."""

    def refused(self, *, retry_after: float | None) -> None:
        """Forget it."""


class Observer(Protocol):
    """Sees every request, so that somebody can count them."""

    def exchanged(
        self, *, endpoint: str, status: int | None, is_sent: bool, seconds: float
    ) -> None:
        """Learn what came of one; without a status no answer did.

        ``endpoint`` holds placeholders, no values; ``is_sent`` is False when nothing left us.
        """

    def not_made(self, *, endpoint: str, why: type[errors.NotSent]) -> None:
        """Learn that one was not made: HeldBack or CrowdedOut."""


class Unobserved:
    """An observer that looks away."""

    def exchanged(
        self, *, endpoint: str, status: int | None, is_sent: bool, seconds: float
    ) -> None:
        """Forget it."""

    def not_made(self, *, endpoint: str, why: type[errors.NotSent]) -> None:
        """Forget it."""


class Identity(enum.Enum):
    """Whose credentials a call carries."""

    MANAGER = enum.auto()
    APP = enum.auto()  # the app alone, beside a shopper's own token
    NOBODY = enum.auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to an endpoint. ``template`` holds placeholders, ``values`` fills them."""

    verb: str
    template: str
    values: Mapping[str, int | str] = field(default_factory=dict)
    query: Mapping[str, str] | None = None
    form: Mapping[str, str] | None = field(default=None, repr=False)
    json: object = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    identity: Identity = Identity.MANAGER
    successes: frozenset[int] = frozenset({200})
    needs_body: bool = True

    @property
    def endpoint(self) -> str:
        """Return verb and template: what errors and logs may say."""
        return f"{self.verb} {self.template}"

    @property
    def is_read(self) -> bool:
        """Say whether repeating does no harm."""
        return self.verb == "GET"

    @property
    def path(self) -> str:
        """Return the path; raise ValueError for a value that would change its shape."""
        for name, value in self.values.items():
            if not _PATH_VALUE.fullmatch(str(value)):
                raise ValueError(f"{name} cannot stand in a path")
        return self.template.format(**self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is handed in, so that tests own the clock and stores own their tokens.

    ``clock`` counts seconds; ``refresh`` gets the tokens that were refused, keeps the new ones
    and returns them. ``breaker`` is shared by all who call the same host, ``room`` by all.
    """

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    pacer: Pacer
    breaker: Breaker
    room: Room
    refresh: Callable[[Tokens], Tokens] | None
    observer: Observer


class ZidSession:
    """Sends calls for one store, in one language. Not for use by two threads at once."""

    def __init__(
        self,
        *,
        base_url: str,
        transport: Transport,
        surroundings: Surroundings,
        tokens: Tokens | None,
        store_id: int | str | None = None,
        language: str = "ar",
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._transport = transport
        self._surroundings = surroundings
        self._tokens = tokens
        self._store_id = store_id
        self._common_headers = {
            "Accept": "application/json",
            "Accept-Language": language,
            "User-Agent": USER_AGENT,
        }
        if store_id is not None:
            # Sent everywhere: some endpoints want it and it harms none (NOTES.md, "Tokens").
            self._common_headers["Store-Id"] = str(store_id)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def insist_on_answers(self, *, endpoint: str, is_read: bool) -> None:
        """Raise HeldBack where a call to ``endpoint`` would be held back now."""
        if not self._surroundings.breaker.lets_through(is_read=is_read):
            raise self._not_made(endpoint, why=errors.HeldBack)

    def send(self, call: Call) -> object:
        """Send ``call`` under the law above and return its JSON, or None if it needs none."""
        # Who waits for a place below the limit, or before it tries again, waits for Zid as well.
        with self._surroundings.room.place() as has_one:
            if not has_one:
                raise self._not_made(call.endpoint, why=errors.CrowdedOut)
            answer = self._persist(call)
        if answer.status not in call.successes:
            raise _answers.error_for(answer, endpoint=call.endpoint, is_read=call.is_read)
        if not call.needs_body:
            return None
        payload = _decoded(answer.body)
        if payload is None:
            raise _answers.unreadable(answer, endpoint=call.endpoint, is_read=call.is_read)
        return payload

    def _persist(self, call: Call) -> Answer:
        tries, may_refresh = 1, call.identity is Identity.MANAGER
        while True:
            answer = self._send_once(call)
            if _answers.is_login(answer) and may_refresh and self._surroundings.refresh:
                may_refresh = False
                self._renew(call)
                continue
            pause = _pause_before_repeating(call, answer, tries=tries)
            if pause is None:
                return answer
            tries += 1
            self._surroundings.sleep(pause)

    def _not_made(self, endpoint: str, *, why: type[errors.NotSent]) -> errors.NotSent:
        self._surroundings.observer.not_made(endpoint=endpoint, why=why)
        return why(endpoint=endpoint)

    def _send_once(self, call: Call) -> Answer:
        here = self._surroundings
        # Before the wait for a place, or it would be for nothing; and after it, for it may be long.
        self.insist_on_answers(endpoint=call.endpoint, is_read=call.is_read)
        here.pacer.wait()
        with here.breaker.attempt(is_read=call.is_read) as attempt:
            if attempt is None:
                raise self._not_made(call.endpoint, why=errors.HeldBack)
            answer = self._exchange(call)
            attempt.note(
                is_answered=not _answers.is_silence(answer),
                # Where no connection can be made it is the same for every store.
                store=None if answer.never_sent else self._store_id,
            )
        if answer.status == 429:
            here.pacer.refused(retry_after=answer.retry_after)
        return answer

    def _exchange(self, call: Call) -> Answer:
        here = self._surroundings
        started = here.clock()
        answer = self._transport.exchange(
            verb=call.verb,
            url=self._base_url + call.path,
            headers=self._common_headers | self._credentials(call) | dict(call.headers),
            params=call.query,
            form=call.form,
            json=call.json,
        )
        seconds = here.clock() - started
        here.observer.exchanged(
            endpoint=call.endpoint,
            status=answer.status,
            is_sent=not answer.never_sent,
            seconds=seconds,
        )
        said = answer.status or "no answer"
        logger.debug("%s %s %d ms", call.endpoint, said, round(seconds * 1000))
        return answer

    def _credentials(self, call: Call) -> dict[str, str]:
        if self._tokens is None or call.identity is Identity.NOBODY:
            return {}
        bearer = {"Authorization": f"Bearer {self._tokens.authorization}"}
        if call.identity is Identity.APP:
            return bearer
        return bearer | {"X-Manager-Token": self._tokens.manager_token}

    def _renew(self, call: Call) -> None:
        """Exchange the refused tokens for new ones.

        The call itself was refused. So a refresh whose own answer got lost must not look like a
        call whose answer got lost: that one would have to be searched for in a points history.
        """
        lost = None
        if self._tokens is not None and self._surroundings.refresh is not None:
            try:
                self._tokens = self._surroundings.refresh(self._tokens)
            except (errors.OutcomeUnknown, errors.Unavailable) as error:
                lost = errors.NotSent(endpoint=call.endpoint, request_id=error.request_id)
        if lost is not None:
            raise lost


def _pause_before_repeating(call: Call, answer: Answer, *, tries: int) -> float | None:
    """Return how many seconds to wait before sending again; None means never again."""
    status = answer.status
    refused = status == 429
    failed_read = call.is_read and (status is None or status >= 500)
    if tries >= TRIES or not (refused or failed_read or answer.never_sent):
        return None
    if refused and answer.retry_after is not None:
        return answer.retry_after if answer.retry_after <= PATIENCE_SECONDS else None
    return float(FIRST_PAUSE_SECONDS * 2 ** (tries - 1) * _JITTER.uniform(1, 2))


def _decoded(body: bytes) -> object:
    try:
        return _payload.decode(body)
    except ValueError:
        return None
