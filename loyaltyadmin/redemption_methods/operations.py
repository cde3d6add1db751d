from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action
from loyaltyadmin.activity.operations import Actor, State
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.readback import answered_or_read
from loyaltyadmin.zid.types import RedemptionMethod

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client


def toggle_redemption_method(
    *, store: Store, zid: Client, by: Actor, method_id: UUID, active: bool
) -> RedemptionMethod:
    """This will turn a redemption method on or off, and give the method as Zid then has it.

    Raises: errors.ZidError.
    """
    with activity.recording(
        store=store,
        by=by,
        action=Action.TOGGLE_REDEMPTION_METHOD,
        subject=str(method_id),
        before={"is_active": not active},
        after={"is_active": active},
    ) as change:
        method = answered_or_read(
            zid.loyalty.toggle_redemption_method(method_id=method_id, active=active),
            read=lambda: read_redemption_method(zid=zid, method_id=method_id),
        )
        change.after = state_of(method)
        change.before = {**change.after, "is_active": not active}
    return method


def read_redemption_method(*, zid: Client, method_id: UUID) -> RedemptionMethod:
    """This will read one method; Zid gives it only with the whole program.

    Raises: errors.NotFound, errors.ZidError.
    """
    for method in zid.loyalty.read_program().redemption_methods:
        if method.id == str(method_id):
            return method
    raise errors.NotFound(endpoint="GET /v1/managers/loyalty-program/list-data")


def state_of(method: RedemptionMethod) -> State:
    """What a merchant can set of a method, as the activity keeps it."""
    return {
        "name": method.name,
        "kind": method.kind.value,
        "discount_value": str(method.discount_value),
        "points_to_redeem": method.points_to_redeem,
        "is_active": method.is_active,
    }
