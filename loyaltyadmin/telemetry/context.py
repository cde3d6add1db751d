"""What is being worked on, so that each line that is logged meanwhile can name it.

Ids that operators can ask us about, and nothing else: `request`, `store`, `job` and `task`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from types import MappingProxyType

_ids: ContextVar[Mapping[str, str]] = ContextVar("ids", default=MappingProxyType({}))


@contextlib.contextmanager
def about(**ids: object) -> Iterator[None]:
    """This will name `ids` besides those that are named already, until the block is left.

    None names nothing. What is noted inside of the block ends with it.
    """
    token = _ids.set(_with(ids))
    try:
        yield
    finally:
        _ids.reset(token)


def note(**ids: object) -> None:
    """This will name `ids` for what is left of the block of `about` that this is in."""
    _ids.set(_with(ids))


def current() -> Mapping[str, str]:
    """This will give the ids by their names."""
    return _ids.get()


def _with(ids: Mapping[str, object]) -> Mapping[str, str]:
    known = {name: str(value) for name, value in ids.items() if value is not None}
    return MappingProxyType({**_ids.get(), **known})
