from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.html import strip_tags

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action, Entry
from loyaltyadmin.activity.operations import Actor, State
from loyaltyadmin.snapshots import operations as snapshots
from loyaltyadmin.snapshots import worth
from loyaltyadmin.snapshots.operations import Known
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid.readback import answered_or_read
from loyaltyadmin.zid.types import Program

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client

FIRST_STEPS = ("off", "no_rule", "no_method")
# Tokens are refreshed when Zid refuses them; if that fails, there is this long to mend it.
ACCESS_ENDS_SOON = dt.timedelta(days=14)


def read_program(*, store: Store, zid: Client) -> Known[Program]:
    """This will read the whole program in one call: rules, methods, totals, on or off.

    Raises: errors.ZidError.
    """
    return snapshots.read_program(store=store, zid=zid)


def known_program(*, store: Store) -> Known[Program] | None:
    """This will give the program as Zid last told, or nothing if the app changed it since."""
    return snapshots.known_program(store=store)


def last_program(*, store: Store) -> Known[Program] | None:
    """This will give the same even if the app changed it since, for while Zid does not answer."""
    return snapshots.last_program(store=store)


def set_activation(
    *, store: Store, zid: Client, by: Actor, active: bool, restores: Entry | None = None
) -> bool:
    """This will turn the program on or off, and tell what Zid then says it is.

    Raises: errors.ZidError.
    """
    with (
        snapshots.changing_program(store=store) as program,
        activity.recording(
            store=store,
            by=by,
            action=Action.SET_ACTIVATION,
            before={"is_active": program.before.is_active} if program.before else None,
            after={"is_active": active},
            restores=restores,
        ) as change,
    ):
        is_active = answered_or_read(
            zid.loyalty.set_activation(active=active), read=zid.loyalty.read_activation
        )
        change.after = {"is_active": is_active}
        program.answer = lambda known: replace(known, is_active=is_active)
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
class Step:
    """Something that a program needs: `off`, `no_rule`, `no_method`, `no_adjustment`, `access`,
    or `info_ar`, `info_en`, `info`: the info page is empty in that language, or in both.
    """

    name: str
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is left to do until a program works: at first every step, later only what is wrong.

    `access_ends_at` is when Zid takes the app's tokens no more, if that is soon.
    """

    is_first_run: bool
    steps: tuple[Step, ...]
    access_ends_at: dt.datetime | None


def health_of(*, store: Store, program: Program, now: dt.datetime) -> Health | None:
    """This will say what a program lacks, from what is known anyway; nothing when it lacks nothing.

    The first run is over when its steps are done, or when the merchant put them away.
    """
    missing = worth.what_is_missing(program=program)
    first = [Step(name=name, is_done=name not in missing) for name in FIRST_STEPS]
    is_first_run = store.guide_dismissed_at is None
    if is_first_run:
        first.append(Step(name="no_adjustment", is_done=_has_adjusted(store=store)))
        is_first_run = not all(step.is_done for step in first)
    ends_at = store.tokens_expire_at
    ends_soon = ends_at is not None and ends_at - now < ACCESS_ENDS_SOON
    later = [_info_page_lacks(store=store), "access" if ends_soon else ""]
    wrong = [Step(name=name, is_done=False) for name in later if name]
    steps = [step for step in first if is_first_run or not step.is_done] + wrong
    if not steps:
        return None
    return Health(
        is_first_run=is_first_run,
        steps=tuple(steps),
        access_ends_at=ends_at if ends_soon else None,
    )


def _has_adjusted(*, store: Store) -> bool:
    """Whether points were adjusted, also when that is so long ago that the lines are removed."""
    return (
        store.lines.exists()
        or store.bulk_adjustments.filter(lines_removed_at__isnull=False).exists()
    )


def _info_page_lacks(*, store: Store) -> str:
    """The languages in which the info page is empty, if it was ever read."""
    known = snapshots.known_info_page(store=store)
    if known is None:
        return ""
    empty = [
        language
        for language, content in (("ar", known.state.content_ar), ("en", known.state.content_en))
        if not strip_tags(content or "").strip() and "<img" not in (content or "")
    ]
    return {(): "", ("ar",): "info_ar", ("en",): "info_en"}.get(tuple(empty), "info")


def dismiss_guide(*, store: Store) -> None:
    """This will put the first-run guide away, for the whole store and for good."""
    store.guide_dismissed_at = timezone.now()
    store.save(update_fields=["guide_dismissed_at"])
