"""What can go wrong between us and Zid.

::

    ZidError
    ├── NotSent             nothing was applied: no connection was made
    │   ├── HeldBack        nor was one tried: Zid has not been answering
    │   └── CrowdedOut      nor was one tried: enough are waiting for Zid
    ├── Unavailable         a read failed or timed out
    ├── OutcomeUnknown      a write left us and no clear answer came
    ├── Rejected            400 or 422, with Zid's words about each field
    ├── NotFound            404
    ├── RateLimited         429, and waiting longer is the caller's choice
    ├── TokenRejected       401 or a redirect to a login page, after one refresh
    ├── ScopeMissing        403
    └── UnexpectedPayload   a read's body lacks something we act on

After a write, ``OutcomeUnknown`` alone means that the change may have happened. Every other error
says that it did not.

Each error can be pickled, carries the endpoint as a template (never an id), the status and Zid's
request id, and is safe to log: ``str()`` shows neither a token nor anything Zid wrote.
"""

from __future__ import annotations

import functools
from typing import Any, ClassVar


class ZidError(Exception):
    """Be the base of everything this package raises about Zid.

    ``endpoint`` reads like ``"POST /v1/managers/…"`` with placeholders for ids; ``status`` is
    None when no answer came; ``request_id`` is Zid's, when a header carried one.
    """

    summary: ClassVar[str] = "failed"

    def __init__(
        self, *, endpoint: str, status: int | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(endpoint)
        self.endpoint = endpoint
        self.status = status
        self.request_id = request_id

    def __str__(self) -> str:
        details = [f"status {self.status}"] if self.status is not None else []
        if self.request_id is not None:
            details.append(f"request id {self.request_id}")
        return f"{self.endpoint} {self.summary}" + (f" ({', '.join(details)})" if details else "")

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are rebuilt from positional arguments by default; ours take keywords only.
        # Names with underscores, such as the notes a test runner adds, are not ours.
        values = {name: value for name, value in vars(self).items() if name[0] != "_"}
        return functools.partial(type(self), **values), ()


class NotSent(ZidError):
    """Say that nothing was applied: no connection was made, or a refused call was not renewed.

    The second case is a 401 whose token refresh got lost: Zid refused the call itself.
    """

    summary = "was not sent"


class HeldBack(NotSent):
    """Say that nothing was sent, because Zid has not been answering anybody (``breaker``)."""

    summary = "was held back: Zid has not been answering"


class CrowdedOut(NotSent):
    """Say that nothing was sent, because enough calls are waiting for Zid already (``room``)."""

    summary = "was not sent: enough are waiting for Zid"


class Unavailable(ZidError):
    """Say that a read failed, timed out, or was answered in a way nobody described."""

    summary = "could not be read"


class OutcomeUnknown(ZidError):
    """Say that a write left us and that nobody knows whether Zid applied it."""

    summary = "may or may not have been applied"


class Rejected(ZidError):
    """Say that Zid found the values wrong (400 or 422).

    ``message`` and ``fields`` are Zid's own sentences, in the language asked for: show them as
    Zid's, never log them and never branch on them. ``code`` is Zid's code, such as
    ``"validation_failed"``.
    """

    summary = "was rejected"

    def __init__(
        self,
        *,
        endpoint: str,
        status: int | None = None,
        request_id: str | None = None,
        message: str | None = None,
        code: str | None = None,
        fields: dict[str, list[str]] | None = None,
    ) -> None:
        super().__init__(endpoint=endpoint, status=status, request_id=request_id)
        self.message = message
        self.code = code
        self.fields = fields or {}

    @property
    def words(self) -> str:
        """All that Zid said, one sentence a line: about the fields, or else in general."""
        sentences = [sentence for field in self.fields.values() for sentence in field]
        return "\n".join(sentences or [self.message or ""])


class NotFound(ZidError):
    """Say that Zid has no such record (404)."""

    summary = "found no such record"


class RateLimited(ZidError):
    """Say that the app has called too often for this store (429); nothing was applied.

    ``retry_after`` is Zid's wish in seconds, or None when it named none.
    """

    summary = "was refused for now"

    def __init__(
        self,
        *,
        endpoint: str,
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(endpoint=endpoint, status=status, request_id=request_id)
        self.retry_after = retry_after


class TokenRejected(ZidError):
    """Say that Zid no longer takes the tokens (401, or a redirect to a login page)."""

    summary = "was refused: the tokens are not accepted"


class ScopeMissing(ZidError):
    """Say that the app was not given the permission this call needs (403)."""

    summary = "was refused: a permission is missing"


class UnexpectedPayload(ZidError):
    """Say that a read's body lacks something we act on.

    ``problem`` names the field and what is wrong with its shape, never its value.
    """

    summary = "answered with an unexpected body"

    def __init__(
        self,
        *,
        endpoint: str,
        status: int | None = None,
        request_id: str | None = None,
        problem: str = "",
    ) -> None:
        super().__init__(endpoint=endpoint, status=status, request_id=request_id)
        self.problem = problem

    def __str__(self) -> str:
        return f"{super().__str__()}: {self.problem}" if self.problem else super().__str__()
