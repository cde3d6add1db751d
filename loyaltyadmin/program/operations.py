from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action, Entry
from loyaltyadmin.activity.operations import Actor, State
from loyaltyadmin.snapshots import operations as snapshots
from loyaltyadmin.snapshots.operations import Known
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid.readback import answered_or_read
from loyaltyadmin.zid.types import Program

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client


def read_program(*, store: Store, zid: Client) -> Known[Program]:
    """This will read the whole program in one call: rules, methods, totals, on or off.

    Raises: errors.ZidError.
    """
    return snapshots.read_program(store=store, zid=zid)


def set_activation(
    *, store: Store, zid: Client, by: Actor, active: bool, restores: Entry | None = None
) -> bool:
    """This will turn the program on or off, and tell what Zid then says it is.

    Raises: errors.ZidError.
    """
    with (
        snapshots.changing_program(store=store),
        activity.recording(
            store=store,
            by=by,
            action=Action.SET_ACTIVATION,
            before={"is_active": not active},
            after={"is_active": active},
            restores=restores,
        ) as change,
    ):
        is_active = answered_or_read(
            zid.loyalty.set_activation(active=active), read=zid.loyalty.read_activation
        )
        change.after = {"is_active": is_active}
    return is_active


def set_points_expiration(
    *,
    store: Store,
    zid: Client,
    by: Actor,
    based_on: State,
    days: int,
    restores: Entry | None = None,
) -> int | None:
    """This will let points expire so many days after they were earned, and tell what Zid answered.

    `based_on` is `{"days": …}` as it was shown. Zid's docs waver on the unit of its answer, so what
    comes back may differ from what was sent: show it as it is.

    Raises: snapshots.ChangedMeanwhile, errors.ZidError.
    """
    program = snapshots.read_program(store=store, zid=zid).state
    before: State = {"days": program.points_expiration_days}
    snapshots.insist(on=based_on, current=before)
    with (
        snapshots.changing_program(store=store),
        activity.recording(
            store=store,
            by=by,
            action=Action.SET_POINTS_EXPIRATION,
            before=before,
            after={"days": days},
            restores=restores,
        ) as change,
    ):
        answered = zid.loyalty.set_points_expiration(days=days)
        change.after = {"days": days, "answered": answered}
    return answered


def restore_activation(
    *, store: Store, zid: Client, by: Actor, entry: Entry, based_on: State
) -> bool:
    """This will turn the program on or off again, as it was before `entry`.

    `based_on` is `{"is_active": …}` as it was shown.

    Raises: snapshots.ChangedMeanwhile, errors.ZidError.
    """
    program = snapshots.read_program(store=store, zid=zid).state
    snapshots.insist(on=based_on, current={"is_active": program.is_active})
    active = held_before(entry)["is_active"] is True
    return set_activation(store=store, zid=zid, by=by, active=active, restores=entry)


def restore_points_expiration(
    *, store: Store, zid: Client, by: Actor, entry: Entry, based_on: State
) -> int | None:
    """This will bring back the days after which points expired before `entry`.

    `based_on` is `{"days": …}` as it was shown.

    Raises: snapshots.ChangedMeanwhile, errors.ZidError.
    """
    days = int(str(held_before(entry)["days"]))
    return set_points_expiration(
        store=store, zid=zid, by=by, based_on=based_on, days=days, restores=entry
    )


def held_before(entry: Entry) -> State:
    """What is brought back of an entry about the activation or about the expiry of points."""
    before: State = entry.before or {}
    return {name: before[name] for name in ("is_active", "days") if name in before}


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """The steps until a loyalty program works for a store, and which of them are done."""

    program_is_on: bool
    has_active_rule: bool
    has_active_method: bool
    has_adjusted: bool

    @property
    def is_done(self) -> bool:
        return (
            self.program_is_on
            and self.has_active_rule
            and self.has_active_method
            and self.has_adjusted
        )


def guide_of(*, store: Store, program: Program) -> Guide | None:
    """This will say how far a store is, from what was read anyway.

    None when every step is done, or when the merchant put the guide away.
    """
    if store.guide_dismissed_at is not None:
        return None
    guide = Guide(
        program_is_on=program.is_active,
        has_active_rule=any(rule.is_active for rule in program.cashback_rules),
        has_active_method=any(method.is_active for method in program.redemption_methods),
        has_adjusted=store.lines.exists(),
    )
    return None if guide.is_done else guide


def dismiss_guide(*, store: Store) -> None:
    """This will put the first-run guide away, for the whole store and for good."""
    store.guide_dismissed_at = timezone.now()
    store.save(update_fields=["guide_dismissed_at"])
