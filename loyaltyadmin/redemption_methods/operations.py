from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from loyaltyadmin.zid import errors
from loyaltyadmin.zid.types import RedemptionMethod

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client


def toggle_redemption_method(*, zid: Client, method_id: UUID, active: bool) -> RedemptionMethod:
    """This will turn a redemption method on or off, and give the method as Zid then has it.

    Raises: errors.ZidError.
    """
    answered = zid.loyalty.toggle_redemption_method(method_id=method_id, active=active)
    if answered is not None:
        return answered
    try:
        return read_redemption_method(zid=zid, method_id=method_id)
    except errors.ZidError as error:
        # The change was accepted, so a failed read must not pass for "nothing was changed".
        raise errors.OutcomeUnknown(endpoint=error.endpoint, status=error.status) from error


def read_redemption_method(*, zid: Client, method_id: UUID) -> RedemptionMethod:
    """This will read one method; Zid gives it only with the whole program.

    Raises: errors.NotFound, errors.ZidError.
    """
    for method in zid.loyalty.read_program().redemption_methods:
        if method.id == str(method_id):
            return method
    raise errors.NotFound(endpoint="GET /v1/managers/loyalty-program/list-data")
