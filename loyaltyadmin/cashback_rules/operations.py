from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from loyaltyadmin.zid import errors
from loyaltyadmin.zid.types import CashbackRule

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client


def toggle_cashback_rule(*, zid: Client, rule_id: UUID, active: bool) -> CashbackRule:
    """This will turn a cashback rule on or off, and give the rule as Zid then has it.

    Raises: errors.ZidError.
    """
    answered = zid.loyalty.toggle_cashback_rule(rule_id=rule_id, active=active)
    if answered is not None:
        return answered
    try:
        return read_cashback_rule(zid=zid, rule_id=rule_id)
    except errors.ZidError as error:
        # The change was accepted, so a failed read must not pass for "nothing was changed".
        raise errors.OutcomeUnknown(endpoint=error.endpoint, status=error.status) from error


def read_cashback_rule(*, zid: Client, rule_id: UUID) -> CashbackRule:
    """This will read one rule; Zid gives it only with the whole program.

    Raises: errors.NotFound, errors.ZidError.
    """
    for rule in zid.loyalty.read_program().cashback_rules:
        if rule.id == str(rule_id):
            return rule
    raise errors.NotFound(endpoint="GET /v1/managers/loyalty-program/list-data")
