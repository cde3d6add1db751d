from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action, Entry
from loyaltyadmin.activity.operations import Actor, State
from loyaltyadmin.snapshots import operations as snapshots
from loyaltyadmin.snapshots import worth
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.readback import answered_or_read
from loyaltyadmin.zid.types import Program, RedemptionKind, RedemptionMethod

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client

SETTABLE = ("kind", "discount_value", "points_to_redeem")


def toggle_redemption_method(
    *,
    store: Store,
    zid: Client,
    by: Actor,
    method_id: UUID,
    active: bool,
    restores: Entry | None = None,
) -> RedemptionMethod:
    """This will turn a redemption method on or off, and give the method as Zid then has it.

    Raises: errors.ZidError.
    """
    with (
        snapshots.changing_program(store=store) as program,
        activity.recording(
            store=store,
            by=by,
            action=Action.TOGGLE_REDEMPTION_METHOD,
            subject=str(method_id),
            before=_is_on(program.before, method_id),
            after={"is_active": active},
            restores=restores,
        ) as change,
    ):
        method = answered_or_read(
            zid.loyalty.toggle_redemption_method(method_id=method_id, active=active),
            read=lambda: read_redemption_method(store=store, zid=zid, method_id=method_id),
        )
        change.after = state_of(method)
        if change.before is not None:
            change.before = {**change.after, **change.before}
        program.answer = lambda known: replace(
            known, redemption_methods=snapshots.with_switched(known.redemption_methods, it=method)
        )
    return method


def add_redemption_method(
    *,
    store: Store,
    zid: Client,
    by: Actor,
    kind: RedemptionKind,
    discount_value: Decimal,
    points_to_redeem: int,
    restores: Entry | None = None,
) -> RedemptionMethod | None:
    """This will add a redemption method, in the store's own currency; Zid switches it on.

    Gives the method as Zid answered, or nothing when its answer does not hold it.

    Raises: errors.ZidError.
    """
    asked = _asked(kind=kind, discount_value=discount_value, points_to_redeem=points_to_redeem)
    with (
        snapshots.changing_program(store=store),
        activity.recording(
            store=store,
            by=by,
            action=Action.ADD_REDEMPTION_METHOD,
            after=asked,
            restores=restores,
        ) as change,
    ):
        method = zid.loyalty.add_redemption_method(
            kind=kind,
            discount_value=discount_value,
            points_to_redeem=points_to_redeem,
            currency=store.currency or None,
        )
        if method is not None:
            change.subject, change.after = method.id, state_of(method)
    return method


def update_redemption_method(
    *,
    store: Store,
    zid: Client,
    by: Actor,
    method_id: UUID,
    based_on: State,
    kind: RedemptionKind,
    discount_value: Decimal,
    points_to_redeem: int,
    restores: Entry | None = None,
) -> None:
    """This will change a redemption method; Zid's answer does not tell what it made of it.

    `based_on` is what `state_of` gave for the method as it was shown.

    Raises: snapshots.ChangedMeanwhile, errors.NotFound, errors.ZidError.
    """
    before = state_of(read_redemption_method(store=store, zid=zid, method_id=method_id))
    snapshots.insist(on=based_on, current=before)
    asked = _asked(kind=kind, discount_value=discount_value, points_to_redeem=points_to_redeem)
    with (
        snapshots.changing_program(store=store),
        activity.recording(
            store=store,
            by=by,
            action=Action.UPDATE_REDEMPTION_METHOD,
            subject=str(method_id),
            before=before,
            after={**before, **asked},
            restores=restores,
        ),
    ):
        zid.loyalty.update_redemption_method(
            method_id=method_id,
            kind=kind,
            discount_value=discount_value,
            points_to_redeem=points_to_redeem,
            currency=store.currency or None,
        )


def delete_redemption_method(
    *, store: Store, zid: Client, by: Actor, method_id: UUID, based_on: State
) -> None:
    """This will delete a redemption method for good; adding it again makes another one.

    `based_on` is what `state_of` gave for the method as it was shown.

    Raises: snapshots.ChangedMeanwhile, errors.NotFound, errors.ZidError.
    """
    before = state_of(read_redemption_method(store=store, zid=zid, method_id=method_id))
    snapshots.insist(on=based_on, current=before)
    with (
        snapshots.changing_program(store=store),
        activity.recording(
            store=store,
            by=by,
            action=Action.DELETE_REDEMPTION_METHOD,
            subject=str(method_id),
            before=before,
        ),
    ):
        zid.loyalty.delete_redemption_method(method_id=method_id)


def restore_redemption_method(
    *, store: Store, zid: Client, by: Actor, entry: Entry, based_on: State
) -> None:
    """This will bring back what a method was, or whether it was on, before `entry` changed it.

    A method that was deleted is added again: Zid gives it another id and switches it on.
    `based_on` is what was shown to hold now.

    Raises: snapshots.ChangedMeanwhile, errors.NotFound, errors.ZidError.
    """
    wanted, method_id = held_before(entry), UUID(entry.subject)
    if entry.action == Action.UPDATE_REDEMPTION_METHOD:
        update_redemption_method(
            store=store,
            zid=zid,
            by=by,
            method_id=method_id,
            based_on=based_on,
            restores=entry,
            **_values(wanted),
        )
        return
    snapshots.insist(on=based_on, current=holds_now(store=store, zid=zid, entry=entry))
    if entry.action == Action.DELETE_REDEMPTION_METHOD:
        add_redemption_method(store=store, zid=zid, by=by, restores=entry, **_values(wanted))
        return
    toggle_redemption_method(
        store=store,
        zid=zid,
        by=by,
        method_id=method_id,
        active=wanted["is_active"] is True,
        restores=entry,
    )


def held_before(entry: Entry) -> State:
    """What `restore_redemption_method` brings back."""
    before: State = entry.before or {}
    if entry.action == Action.TOGGLE_REDEMPTION_METHOD:
        return {"is_active": before["is_active"]}
    return {name: before[name] for name in SETTABLE}


def holds_now(*, store: Store, zid: Client, entry: Entry) -> State:
    """This will read what holds now of what `entry` changed.

    Nothing for a method that was deleted, unless there is one like it by now.

    Raises: errors.NotFound, errors.ZidError.
    """
    if entry.action != Action.DELETE_REDEMPTION_METHOD:
        return state_of(read_redemption_method(store=store, zid=zid, method_id=UUID(entry.subject)))
    wanted = held_before(entry)
    methods = snapshots.read_program(store=store, zid=zid).state.redemption_methods
    states = ({name: state_of(method)[name] for name in SETTABLE} for method in methods)
    return next((state for state in states if state == wanted), {})


def read_redemption_method(*, store: Store, zid: Client, method_id: UUID) -> RedemptionMethod:
    """This will read one method; Zid gives it only with the whole program.

    Raises: errors.NotFound, errors.ZidError.
    """
    for method in snapshots.read_program(store=store, zid=zid).state.redemption_methods:
        if method.id == str(method_id):
            return method
    raise errors.NotFound(endpoint="GET /v1/managers/loyalty-program/list-data")


def weigh(*, store: Store, method: RedemptionMethod) -> worth.Weighed:
    """This will say what a method is worth beside what Zid last told of the program; no call."""
    last = snapshots.last_program(store=store)
    return worth.weigh(
        method=method,
        rules=last.state.cashback_rules if last else (),
        methods=last.state.redemption_methods if last else (),
    )


def weigh_typed(
    *,
    store: Store,
    kind: RedemptionKind,
    discount_value: Decimal,
    points_to_redeem: int,
    method_id: str = "",
) -> worth.Weighed:
    """This will weigh what is being typed, as if it were saved and on; `method_id` if it exists."""
    typed = RedemptionMethod(
        id=method_id,
        name=None,
        kind=kind,
        discount_value=discount_value,
        points_to_redeem=points_to_redeem,
        is_active=True,
    )
    return weigh(store=store, method=typed)


def _is_on(program: Program | None, method_id: UUID) -> State | None:
    """What Zid last told of a switch; nothing where that is not known."""
    is_on = snapshots.is_on(program.redemption_methods, id=str(method_id)) if program else None
    return None if is_on is None else {"is_active": is_on}


def state_of(method: RedemptionMethod) -> State:
    """What a merchant can set of a method, as the activity keeps it."""
    return {
        "kind": method.kind.value,
        "discount_value": str(method.discount_value),
        "points_to_redeem": method.points_to_redeem,
        "is_active": method.is_active,
    }


def _asked(*, kind: RedemptionKind, discount_value: Decimal, points_to_redeem: int) -> State:
    return {
        "kind": kind.value,
        "discount_value": str(discount_value),
        "points_to_redeem": points_to_redeem,
    }


def _values(state: State) -> dict[str, Any]:
    """A state's fields as the operations take them."""
    return {
        "kind": RedemptionKind(str(state["kind"])),
        "discount_value": Decimal(str(state["discount_value"])),
        "points_to_redeem": int(str(state["points_to_redeem"])),
    }
