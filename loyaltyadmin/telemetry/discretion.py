"""What may be told of an error and of an address: nothing that a customer or a token could be in.

An error's message quotes what it is about: PostgreSQL's the row, a mail server's the recipient, a
parser's the text. So the type and the place are told, and the message only of errors that are about
machines, or that promise to be safe (`zid.errors`).
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator

import kombu.exceptions
import redis
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.http import HttpRequest

from loyaltyadmin.zid import errors

_SAFE = (
    errors.ZidError,
    ImproperlyConfigured,
    OperationalError,
    kombu.exceptions.OperationalError,
    redis.RedisError,
)


def words_of(error: BaseException) -> str:
    """This will give an error's type, and its message if that can be told."""
    kind = type(error)
    name = (
        kind.__qualname__
        if kind.__module__ == "builtins"
        else f"{kind.__module__}.{kind.__qualname__}"
    )
    # Only the plain ones: an error of requests or of smtplib is an OSError too.
    is_safe = isinstance(error, _SAFE) or (
        isinstance(error, OSError) and kind.__module__ == "builtins"
    )
    message = str(error).partition("\n")[0] if is_safe else ""
    return f"{name}: {message}" if message else name


def trace_of(error: BaseException) -> str:
    """This will tell where an error came from, as Python does; of itself what `words_of` tells."""
    parts = [
        "".join(["Traceback (most recent call last):\n", *traceback.format_tb(one.__traceback__)])
        + words_of(one)
        for one in chain_of(error)
    ]
    return "\n\n".join(reversed(parts))


def chain_of(error: BaseException) -> Iterator[BaseException]:
    """This will give an error, what it was raised from or during, and so on."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def address_of(request: HttpRequest) -> str:
    """This will give a request's path with placeholders: a customer's number stands in some."""
    match = request.resolver_match
    return f"/{match.route}" if match else "(no such address)"
