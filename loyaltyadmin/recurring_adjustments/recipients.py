"""Who gets the points of a run, from the store's own copy of its customers."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from loyaltyadmin.customers.models import Customer, Directory
from loyaltyadmin.recurring_adjustments.models import Gift
from loyaltyadmin.recurring_adjustments.terms import (
    Audience,
    Occasion,
    Terms,
    birthdays_on,
)
from loyaltyadmin.segments.operations import customers_of, segment_of
from loyaltyadmin.stores.models import Store

# The copy is made anew each night (customers.fetching), and one night may fail.
FRESH = dt.timedelta(hours=36)
_OF_AUDIENCE = {
    Audience.EVERYONE: Q(),
    Audience.WITH_ORDERS: Q(orders_count__gt=0),
    Audience.WITH_POINTS: Q(points__gt=0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What would happen at the next time, as far as today's customers tell."""

    at: dt.datetime
    customers: int
    points: int
    all_customers: int
    with_birth_date: int | None  # None where birthdays do not matter


def is_known(*, store: Store, now: dt.datetime) -> bool:
    """This will tell whether the store's copy of its customers is complete, and new enough."""
    return Directory.objects.filter(store=store, fetched_at__gt=now - FRESH).exists()


def customers_for(*, store: Store, terms: Terms, day: dt.date, of: uuid.UUID) -> QuerySet[Customer]:
    """This will give the customers who are to get the points of a day and have not got them."""
    given = Gift.objects.filter(
        store=store,
        occasion=terms.occasion_on(day, of=of),
        customer_id=OuterRef("customer_id"),
    )
    chosen = _audience(store=store, terms=terms, day=day)
    if terms.occasion is Occasion.BIRTHDAY:
        born = Q()
        for month, day_of_month in birthdays_on(day):
            born |= Q(birth_date__month=month, birth_date__day=day_of_month)
        chosen = chosen.filter(born)
    return chosen.filter(~Exists(given)).order_by("customer_id")


def forecast(*, store: Store, terms: Terms, at: dt.datetime, of: uuid.UUID) -> Forecast:
    """This will tell whom a run at that time would reach, were the customers today's."""
    day = timezone.localdate(at, timezone=store.time_zone)
    customers = customers_for(store=store, terms=terms, day=day, of=of).count()
    chosen = _audience(store=store, terms=terms, day=day)
    is_birthday = terms.occasion is Occasion.BIRTHDAY
    return Forecast(
        at=at,
        customers=customers,
        points=customers * terms.points,
        all_customers=chosen.count(),
        with_birth_date=chosen.filter(birth_date__isnull=False).count() if is_birthday else None,
    )


def _audience(*, store: Store, terms: Terms, day: dt.date) -> QuerySet[Customer]:
    if terms.segment_id is not None:
        segment = segment_of(store=store, segment_id=terms.segment_id)
        return customers_of(segment=segment, on=day) if segment else Customer.objects.none()
    return Customer.objects.present().filter(_OF_AUDIENCE[terms.audience], store=store)
