from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action, Entry
from loyaltyadmin.activity.operations import Actor, State
from loyaltyadmin.snapshots import operations as snapshots
from loyaltyadmin.snapshots import worth
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.readback import answered_or_read
from loyaltyadmin.zid.types import CashbackRule, Program

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client


def toggle_cashback_rule(
    *,
    store: Store,
    zid: Client,
    by: Actor,
    rule_id: UUID,
    active: bool,
    restores: Entry | None = None,
) -> CashbackRule:
    """This will turn a cashback rule on or off, and give the rule as Zid then has it.

    Raises: errors.ZidError.
    """
    with (
        snapshots.changing_program(store=store) as program,
        activity.recording(
            store=store,
            by=by,
            action=Action.TOGGLE_CASHBACK_RULE,
            subject=str(rule_id),
            before=_is_on(program.before, rule_id),
            after={"is_active": active},
            restores=restores,
        ) as change,
    ):
        rule = answered_or_read(
            zid.loyalty.toggle_cashback_rule(rule_id=rule_id, active=active),
            read=lambda: read_cashback_rule(store=store, zid=zid, rule_id=rule_id),
        )
        change.after = state_of(rule)
        if change.before is not None:
            change.before = {**change.after, **change.before}
        program.answer = lambda known: replace(
            known, cashback_rules=snapshots.with_switched(known.cashback_rules, it=rule)
        )
    return rule


def update_cashback_rule(
    *,
    store: Store,
    zid: Client,
    by: Actor,
    rule_id: UUID,
    based_on: State,
    amount_to_spend: Decimal,
    points_rewarded: int,
    restores: Entry | None = None,
) -> CashbackRule:
    """This will change what a rule gives: points for each amount, in the store's currency.

    `based_on` is what `state_of` gave for the rule as it was shown.

    Raises: snapshots.ChangedMeanwhile, errors.NotFound, errors.ZidError.
    """
    before = state_of(read_cashback_rule(store=store, zid=zid, rule_id=rule_id))
    snapshots.insist(on=based_on, current=before)
    asked: State = {"amount_to_spend": str(amount_to_spend), "points_rewarded": points_rewarded}
    with (
        snapshots.changing_program(store=store),
        activity.recording(
            store=store,
            by=by,
            action=Action.UPDATE_CASHBACK_RULE,
            subject=str(rule_id),
            before=before,
            after={**before, **asked},
            restores=restores,
        ) as change,
    ):
        rule = answered_or_read(
            zid.loyalty.update_cashback_rule(
                rule_id=rule_id, amount_to_spend=amount_to_spend, points_rewarded=points_rewarded
            ),
            read=lambda: read_cashback_rule(store=store, zid=zid, rule_id=rule_id),
        )
        change.after = state_of(rule)
    return rule


def restore_cashback_rule(
    *, store: Store, zid: Client, by: Actor, entry: Entry, based_on: State
) -> CashbackRule:
    """This will bring back what a rule gave, or whether it was on, before `entry` changed it.

    `based_on` is what was shown to hold now.

    Raises: snapshots.ChangedMeanwhile, errors.NotFound, errors.ZidError.
    """
    rule_id, wanted = UUID(entry.subject), held_before(entry)
    if entry.action == Action.UPDATE_CASHBACK_RULE:
        return update_cashback_rule(
            store=store,
            zid=zid,
            by=by,
            rule_id=rule_id,
            based_on=based_on,
            amount_to_spend=Decimal(str(wanted["amount_to_spend"])),
            points_rewarded=int(str(wanted["points_rewarded"])),
            restores=entry,
        )
    rule = read_cashback_rule(store=store, zid=zid, rule_id=rule_id)
    snapshots.insist(on=based_on, current=state_of(rule))
    return toggle_cashback_rule(
        store=store,
        zid=zid,
        by=by,
        rule_id=rule_id,
        active=wanted["is_active"] is True,
        restores=entry,
    )


def held_before(entry: Entry) -> State:
    """What `restore_cashback_rule` brings back."""
    before: State = entry.before or {}
    if entry.action == Action.TOGGLE_CASHBACK_RULE:
        return {"is_active": before["is_active"]}
    return {name: before[name] for name in ("points_rewarded", "amount_to_spend")}


def read_cashback_rule(*, store: Store, zid: Client, rule_id: UUID) -> CashbackRule:
    """This will read one rule; Zid gives it only with the whole program.

    Raises: errors.NotFound, errors.ZidError.
    """
    for rule in snapshots.read_program(store=store, zid=zid).state.cashback_rules:
        if rule.id == str(rule_id):
            return rule
    raise errors.NotFound(endpoint="GET /v1/managers/loyalty-program/list-data")


def example_of(*, store: Store, amount_to_spend: Decimal, points_rewarded: int) -> worth.Example:
    """This will work out what a basket earns, with the methods that Zid last told; no call."""
    last = snapshots.last_program(store=store)
    return worth.example_of(
        amount_to_spend=amount_to_spend,
        points_rewarded=points_rewarded,
        methods=last.state.redemption_methods if last else (),
    )


def _is_on(program: Program | None, rule_id: UUID) -> State | None:
    """What Zid last told of a switch; nothing where that is not known."""
    is_on = snapshots.is_on(program.cashback_rules, id=str(rule_id)) if program else None
    return None if is_on is None else {"is_active": is_on}


def state_of(rule: CashbackRule) -> State:
    """What a merchant can set of a rule, as the activity keeps it."""
    return {
        "points_rewarded": rule.points_rewarded,
        "amount_to_spend": str(rule.amount_to_spend),
        "is_active": rule.is_active,
    }
