from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import responses
from django.utils import timezone

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.customers.models import Directory
from loyaltyadmin.recurring_adjustments import operations
from loyaltyadmin.recurring_adjustments.models import RecurringAdjustment
from loyaltyadmin.recurring_adjustments.terms import Occasion, Terms, Weekday
from loyaltyadmin.stores.models import Store
from tests.customers.conftest import know
from tests.points_adjustments.conftest import Ledger

RIYADH = dt.timezone(dt.timedelta(hours=3))


def at(day: str, hour: int = 9, minute: int = 0) -> dt.datetime:
    """A moment by the clocks of Riyadh."""
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour, minute), tzinfo=RIYADH)


def make_terms(occasion: Occasion = Occasion.BIRTHDAY, **fields: Any) -> Terms:
    day: dict[str, Any] = {
        Occasion.BIRTHDAY: {},
        Occasion.WEEKLY: {"weekday": Weekday.SUNDAY},
        Occasion.MONTHLY: {"day_of_month": 1},
    }[occasion]
    return Terms(
        **{"occasion": occasion, "hour": 9, "points": 50, "reason": "A gift", **day, **fields}
    )


def make_recurring(
    store: Store,
    occasion: Occasion = Occasion.BIRTHDAY,
    *,
    next_run_at: dt.datetime | None = None,
    **fields: Any,
) -> RecurringAdjustment:
    """One that waits for its next run; without that, one that nobody has started."""
    it = operations.add_recurring_adjustment(
        store=store, by=OPERATOR, id=uuid.uuid4(), terms=make_terms(occasion, **fields)
    )
    if next_run_at is not None:
        it.stop_reason, it.next_run_at = "", next_run_at
        it.save()
    return it


def read_directory(store: Store, *, fetched_at: dt.datetime | None) -> None:
    """The store's copy of its customers is as new as that, or not complete at all."""
    Directory.objects.update_or_create(
        store=store, defaults={"fetched_at": fetched_at, "due_at": timezone.now()}
    )


def know_birthdays(store: Store, **born: str) -> None:
    """Customers by their numbers, `c1001="1990-03-15"`, each with a date of birth."""
    for name, date in born.items():
        know(store, int(name[1:]), birth_date=dt.date.fromisoformat(date) if date else None)


@pytest.fixture
def ledger(zid: responses.RequestsMock) -> Ledger:
    return Ledger(zid)
