"""What holds at Zid after a write that it accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from loyaltyadmin.zid import errors

T = TypeVar("T")


def answered_or_read(answered: T | None, *, read: Callable[[], T]) -> T:
    """This will give what Zid answered to a write, or what it says when it is asked again.

    Raises: errors.OutcomeUnknown when the read fails: the change was accepted, so a failed read
    must not pass for "nothing was changed".
    """
    if answered is not None:
        return answered
    try:
        return read()
    except errors.ZidError as error:
        raise errors.OutcomeUnknown(endpoint=error.endpoint, status=error.status) from error
