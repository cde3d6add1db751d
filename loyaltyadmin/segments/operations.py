"""Parts of a store's customers, from the store's own copy of them: nothing here asks Zid."""

from __future__ import annotations

import calendar
import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet, RestrictedError, Sum
from django.utils import timezone

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action
from loyaltyadmin.activity.operations import Actor
from loyaltyadmin.customers.models import Customer, CustomerQuerySet
from loyaltyadmin.segments.criteria import Birthday, Criteria
from loyaltyadmin.segments.models import Segment
from loyaltyadmin.stores.models import Store

DAYS_OF_A_WEEK = 7
SAMPLE = 5
MOST_CHOICES = 500


class NameTaken(Exception):
    """The store has a segment of this name."""


class InUse(Exception):
    """Something that repeats by itself is for the customers of the segment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many customers a segment has now, and what points they have together."""

    customers: int
    points: int


def customers_in(
    *, store: Store, criteria: Criteria, on: dt.date | None = None
) -> CustomerQuerySet:
    """This will give the customers who meet the criteria, of those whom Zid still has.

    Birthdays are those around `on`, a day of the store's; left out, today. What comes back is asked
    of the database anew each time: whoever means to act on it keeps the customers' numbers.
    """
    day = on or timezone.localdate(timezone=store.time_zone)
    customers = Customer.objects.present().filter(store=store)
    for condition in _conditions(criteria, store=store, day=day):
        customers = customers.filter(condition)
    return customers


def customers_of(*, segment: Segment, on: dt.date | None = None) -> CustomerQuerySet:
    """This will give the customers of a saved segment, as `customers_in` does."""
    return customers_in(store=segment.store, criteria=segment.criteria, on=on)


def size_of(customers: CustomerQuerySet) -> Size:
    """This will count customers and their points."""
    counted = customers.aggregate(customers=Count("id"), points=Sum("points"))
    return Size(customers=counted["customers"], points=counted["points"] or 0)


def sample_of(customers: CustomerQuerySet) -> list[Customer]:
    """This will give a few of the customers, those with the most points."""
    return list(customers.order_by("-points", "-customer_id")[:SAMPLE])


def cities_of(*, store: Store) -> list[str]:
    """This will give the cities of a store's customers, for somebody to choose from."""
    rows = Customer.objects.present().filter(store=store).exclude(city="")
    return list(rows.order_by("city").values_list("city", flat=True).distinct()[:MOST_CHOICES])


def tags_of(*, store: Store) -> list[str]:
    """This will give the tags of a store's customers, for somebody to choose from."""
    rows = Customer.objects.present().filter(store=store).exclude(tags_text="")
    texts = rows.order_by().values_list("tags_text", flat=True).distinct()
    tags = {tag for text in texts.iterator() for tag in text.split("\n") if tag}
    return sorted(tags)[:MOST_CHOICES]


# Saved


def list_segments(*, store: Store) -> QuerySet[Segment]:
    """This will give a store's segments by name."""
    return Segment.objects.filter(store=store).order_by("name", "id")


def add_segment(*, store: Store, by: Actor, name: str, criteria: Criteria) -> Segment:
    """This will save criteria under a name.

    Raises: NameTaken.
    """
    now = timezone.now()
    segment = Segment(store=store, name=name, criteria_json=criteria.to_json(), created_at=now)
    return _save(segment, by=by, action=Action.ADD_SEGMENT)


def update_segment(*, segment: Segment, by: Actor, name: str, criteria: Criteria) -> Segment:
    """This will save other criteria, or another name, of a segment.

    What was made of it before is not touched: an adjustment keeps the customers it was confirmed
    for.

    Raises: NameTaken.
    """
    segment.name = name
    segment.criteria_json = criteria.to_json()
    return _save(segment, by=by, action=Action.UPDATE_SEGMENT)


@transaction.atomic
def delete_segment(*, segment: Segment, by: Actor) -> None:
    """This will delete a segment; its customers stay as they are.

    Raises: InUse.
    """
    # Whoever begins to use it meanwhile waits, or is waited for.
    kept = Segment.objects.select_for_update().filter(id=segment.id).first()
    if kept is None:
        return  # a second click
    activity.record(
        store=segment.store, by=by, action=Action.DELETE_SEGMENT, after={"name": kept.name}
    )
    try:
        kept.delete()
    except RestrictedError:
        raise InUse from None


def _save(segment: Segment, *, by: Actor, action: Action) -> Segment:
    segment.updated_at = timezone.now()
    others = Segment.objects.filter(store=segment.store, name__iexact=segment.name)
    if others.exclude(id=segment.id).exists():
        raise NameTaken
    try:
        with transaction.atomic():
            segment.save()
            activity.record(store=segment.store, by=by, action=action, after={"name": segment.name})
    except IntegrityError:
        raise NameTaken from None
    return segment


# What criteria ask of a customer


def _conditions(criteria: Criteria, *, store: Store, day: dt.date) -> Iterable[Q]:
    at_least = {
        "points": criteria.points_from,
        "orders_count": criteria.orders_from,
        "paid_amount": criteria.paid_from,
        "last_order_at": _begin_of(criteria.last_order_from, store=store),
    }
    at_most = {"points": criteria.points_to, "paid_amount": criteria.paid_to}
    yield Q(**{f"{name}__gte": it for name, it in at_least.items() if it is not None})
    yield Q(**{f"{name}__lte": it for name, it in at_most.items() if it is not None})
    if criteria.last_order_to is not None:
        after = _begin_of(criteria.last_order_to + dt.timedelta(days=1), store=store)
        yield Q(last_order_at__lt=after)
    if criteria.has_points is not None:
        yield Q(points__gt=0) if criteria.has_points else Q(points__lte=0)
    if criteria.city:
        yield Q(city=criteria.city)
    if criteria.tag:
        yield Q(tags_text__contains=f"\n{criteria.tag}\n")
    if criteria.is_active is not None:
        yield Q(is_active=criteria.is_active)
    yield _birthday(criteria.birthday, day=day)


def _begin_of(day: dt.date | None, *, store: Store) -> dt.datetime | None:
    return None if day is None else dt.datetime.combine(day, dt.time(), tzinfo=store.time_zone)


def _birthday(birthday: str, *, day: dt.date) -> Q:
    match birthday:
        case Birthday.THIS_MONTH:
            return Q(birth_date__month=day.month)
        case Birthday.THIS_WEEK:
            days = [day + dt.timedelta(days=at) for at in range(DAYS_OF_A_WEEK)]
        case Birthday.TODAY:
            days = [day]
        case _:
            return Q()
    condition = Q()
    for it in days:
        condition |= Q(birth_date__month=it.month, birth_date__day=it.day)
        # Born on a 29 February: on the 28th of the years that have none.
        if (it.month, it.day) == (2, 28) and not calendar.isleap(it.year):
            condition |= Q(birth_date__month=2, birth_date__day=29)
    return condition


def segment_of(*, store: Store, segment_id: uuid.UUID) -> Segment | None:
    """This will give a store's segment, if it has it."""
    return Segment.objects.filter(store=store, id=segment_id).select_related("store").first()
