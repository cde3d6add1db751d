from __future__ import annotations

from typing import TYPE_CHECKING

from loyaltyadmin.zid import errors
from loyaltyadmin.zid.types import Program

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client


def read_program(*, zid: Client) -> Program:
    """This will read the whole program in one call: rules, methods, totals, on or off.

    Raises: errors.ZidError.
    """
    return zid.loyalty.read_program()


def set_activation(*, zid: Client, active: bool) -> bool:
    """This will turn the program on or off, and tell what Zid then says it is.

    Raises: errors.ZidError.
    """
    answered = zid.loyalty.set_activation(active=active)
    if answered is not None:
        return answered
    try:
        return zid.loyalty.read_activation()
    except errors.ZidError as error:
        # The change was accepted, so a failed read must not pass for "nothing was changed".
        raise errors.OutcomeUnknown(endpoint=error.endpoint, status=error.status) from error
