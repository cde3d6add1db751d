from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action
from loyaltyadmin.activity.operations import Actor, State
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.readback import answered_or_read
from loyaltyadmin.zid.types import CashbackRule

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client


def toggle_cashback_rule(
    *, store: Store, zid: Client, by: Actor, rule_id: UUID, active: bool
) -> CashbackRule:
    """This will turn a cashback rule on or off, and give the rule as Zid then has it.

    Raises: errors.ZidError.
    """
    with activity.recording(
        store=store,
        by=by,
        action=Action.TOGGLE_CASHBACK_RULE,
        subject=str(rule_id),
        before={"is_active": not active},
        after={"is_active": active},
    ) as change:
        rule = answered_or_read(
            zid.loyalty.toggle_cashback_rule(rule_id=rule_id, active=active),
            read=lambda: read_cashback_rule(zid=zid, rule_id=rule_id),
        )
        change.after = state_of(rule)
        change.before = {**change.after, "is_active": not active}
    return rule


def read_cashback_rule(*, zid: Client, rule_id: UUID) -> CashbackRule:
    """This will read one rule; Zid gives it only with the whole program.

    Raises: errors.NotFound, errors.ZidError.
    """
    for rule in zid.loyalty.read_program().cashback_rules:
        if rule.id == str(rule_id):
            return rule
    raise errors.NotFound(endpoint="GET /v1/managers/loyalty-program/list-data")


def state_of(rule: CashbackRule) -> State:
    """What a merchant can set of a rule, as the activity keeps it."""
    return {
        "points_rewarded": rule.points_rewarded,
        "amount_to_spend": str(rule.amount_to_spend),
        "is_active": rule.is_active,
    }
