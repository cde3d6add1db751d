"""The door: two tokens that belong together, and room in the store's bucket."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec

import flask

from tests.zid_sandbox import answers, tokens
from tests.zid_sandbox.world import world

P = ParamSpec("P")


def bearer() -> str:
    scheme, _, token = flask.request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def calling_store() -> int | None:
    return tokens.store_of(
        world().database,
        authorization=bearer(),
        access_token=flask.request.headers.get("X-Manager-Token", "").strip(),
    )


def manager_required(
    view: Callable[Concatenate[int, P], flask.Response],
) -> Callable[P, flask.Response]:
    """Open the view to a manager's pair of tokens, as its first argument the store's number."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> flask.Response:
        store_id = calling_store()
        if store_id is None:
            return answers.unauthenticated()
        overflow = world().buckets.pour(store_id, world().settings)
        if overflow is not None:
            return too_many(overflow.retry_after)
        return view(store_id, *args, **kwargs)

    return guarded


def too_many(retry_after: int | None) -> flask.Response:
    answer = answers.error(429)
    if retry_after is not None:
        answer.headers["Retry-After"] = str(retry_after)
    return answer
