"""What a merchant does with recurring adjustments; their runs are made by `runs`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action
from loyaltyadmin.activity.operations import Actor, State
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import LineStatus
from loyaltyadmin.recurring_adjustments import recipients
from loyaltyadmin.recurring_adjustments.models import RecurringAdjustment, Run
from loyaltyadmin.recurring_adjustments.recipients import Forecast
from loyaltyadmin.recurring_adjustments.terms import Terms
from loyaltyadmin.segments.models import Segment
from loyaltyadmin.snapshots import operations as snapshots
from loyaltyadmin.stores.models import Store


class NotPossible(Exception):
    """What is asked for cannot be done as things are, for instance because its last day is over."""


# What a change of makes the next time another one.
_WHEN = ("weekday", "day_of_month", "hour", "ends_on")


@transaction.atomic
def add_recurring_adjustment(
    *, store: Store, by: Actor, id: uuid.UUID, terms: Terms
) -> RecurringAdjustment:
    """This will keep a recurring adjustment, once per `id`; it does not run before it is resumed.

    Raises: NotPossible for an `id` of another store, or a segment that the store has not.
    """
    _keep_segment(store=store, terms=terms)
    new = RecurringAdjustment(
        id=id,
        store=store,
        stop_reason=RecurringAdjustment.StopReason.NEW,
        created_at=timezone.now(),
    )
    new.take_on(terms)
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError:
        found = RecurringAdjustment.objects.filter(store=store, id=id).first()
        if found is None:
            raise NotPossible from None
        return found  # a second click
    _record(new, by=by, action=Action.ADD_RECURRING_ADJUSTMENT, after=state_of(new))
    return new


@transaction.atomic
def update_recurring_adjustment(
    *, it: RecurringAdjustment, by: Actor, based_on: State, terms: Terms
) -> None:
    """This will change what a recurring adjustment does from its next run on.

    Another day, hour or last day makes it wait for the next time after now; otherwise a run that is
    due stays due. `based_on` is what `state_of` gave for it as it was shown.

    Raises: snapshots.ChangedMeanwhile. NotPossible for a segment that the store has not.
    """
    it = _locked(it)
    before = state_of(it)
    snapshots.insist(on=based_on, current=before)
    _keep_segment(store=it.store, terms=terms)
    is_moved = any(getattr(it, name) != getattr(terms, name) for name in _WHEN)
    it.take_on(terms)
    if it.is_running and is_moved:
        it.next_run_at = terms.next_after(timezone.now(), zone=it.store.time_zone)
        it.stop_reason = "" if it.next_run_at else RecurringAdjustment.StopReason.OVER
    it.save()
    _record(it, by=by, action=Action.UPDATE_RECURRING_ADJUSTMENT, before=before, after=state_of(it))


@transaction.atomic
def resume_recurring_adjustment(*, it: RecurringAdjustment, by: Actor) -> None:
    """This will let a recurring adjustment run from now on; what it missed is not made up for.

    Raises: NotPossible when it is running, or when its last day is over.
    """
    it = _locked(it)
    next_run_at = it.terms.next_after(timezone.now(), zone=it.store.time_zone)
    if it.is_running or next_run_at is None:
        raise NotPossible
    it.stop_reason, it.next_run_at = "", next_run_at
    it.save()
    _record(it, by=by, action=Action.RESUME_RECURRING_ADJUSTMENT, after=state_of(it))


@transaction.atomic
def stop_recurring_adjustment(*, it: RecurringAdjustment, by: Actor) -> None:
    """This will keep a recurring adjustment from running; a job that it has started goes on.

    Raises: NotPossible when it is stopped already.
    """
    it = _locked(it)
    if not it.is_running:
        raise NotPossible
    it.stop_reason, it.next_run_at = RecurringAdjustment.StopReason.MERCHANT, None
    it.save()
    _record(it, by=by, action=Action.STOP_RECURRING_ADJUSTMENT, after=state_of(it))


@transaction.atomic
def delete_recurring_adjustment(*, it: RecurringAdjustment, by: Actor, based_on: State) -> None:
    """This will delete a recurring adjustment; its jobs stay, and so does who got what.

    Raises: snapshots.ChangedMeanwhile.
    """
    it = _locked(it)
    before = state_of(it)
    snapshots.insist(on=based_on, current=before)
    _record(it, by=by, action=Action.DELETE_RECURRING_ADJUSTMENT, before=before)
    it.delete()


def points_given_by(*, those: Iterable[RecurringAdjustment]) -> dict[uuid.UUID, int]:
    """This will sum the points that customers have got, without what was taken back."""
    ids = [it.id for it in those]
    sums = (
        Line.objects.filter(
            job__run__recurring_adjustment__in=ids,
            job__lines_removed_at=None,
            status=LineStatus.APPLIED,
        )
        .order_by()
        .values_list("job__run__recurring_adjustment")
        .annotate(Sum("points"))
    )
    given = dict.fromkeys(ids, 0) | dict(sums)
    kept = Run.objects.filter(recurring_adjustment__in=ids, job__lines_removed_at__isnull=False)
    for recurring_id, counts in kept.values_list("recurring_adjustment", "job__counts"):
        given[recurring_id] += (counts or {}).get("applied_points", 0)
    return given


def forecast_of(*, it: RecurringAdjustment) -> Forecast | None:
    """This will tell whom its next run would reach; a stopped one's, were it resumed now.

    None when no run is to come before its last day.
    """
    return forecast_for(store=it.store, terms=it.terms, of=it.id, at=it)


def forecast_for(
    *, store: Store, terms: Terms, of: uuid.UUID, at: RecurringAdjustment | None = None
) -> Forecast | None:
    """This will do the same for terms that are being written."""
    next_run_at = at.next_run_at if at is not None else None
    if next_run_at is None:
        next_run_at = terms.next_after(timezone.now(), zone=store.time_zone)
    if next_run_at is None:
        return None
    return recipients.forecast(store=store, terms=terms, at=next_run_at, of=of)


def are_customers_known(*, store: Store) -> bool:
    """This will tell whether runs can be made: the store's copy of its customers is complete."""
    return recipients.is_known(store=store, now=timezone.now())


def state_of(it: RecurringAdjustment) -> State:
    """What a merchant can set of it, as the activity keeps it."""
    return {
        "occasion": it.occasion,
        "weekday": it.weekday,
        "day_of_month": it.day_of_month,
        "hour": f"{it.hour:02}:00",
        "audience": it.audience,
        "segment": it.segment.name if it.segment else None,
        "points": it.points,
        "reason": it.reason,
        "ends_on": it.ends_on.isoformat() if it.ends_on else None,
        "most_customers": it.most_customers,
    }


def _keep_segment(*, store: Store, terms: Terms) -> None:
    """Nobody deletes the segment before this transaction is over; what uses one keeps it."""
    if terms.segment_id is None:
        return
    kept = Segment.objects.select_for_update().filter(store=store, id=terms.segment_id)
    if not kept:
        raise NotPossible


def _locked(it: RecurringAdjustment) -> RecurringAdjustment:
    """The row as it is now, with no run of it being made."""
    found = RecurringAdjustment.objects.select_for_update().filter(id=it.id).first()
    if found is None:
        raise snapshots.ChangedMeanwhile(current=None)
    found.store = it.store
    return found


def _record(
    it: RecurringAdjustment,
    *,
    by: Actor,
    action: Action,
    before: State | None = None,
    after: State | None = None,
) -> None:
    activity.record(
        store=it.store, by=by, action=action, subject=str(it.id), before=before, after=after
    )
