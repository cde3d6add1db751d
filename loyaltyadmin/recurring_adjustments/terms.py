"""What a merchant sets of a recurring adjustment, and when that makes it come again.

Days are the store's own. What one customer gets once is the points of an occasion: a birthday's
year, a week, a month. An occasion is wider than a day on purpose, so that neither another day in
the terms nor another birth date makes anybody get it a second time.
"""

from __future__ import annotations

import calendar
import datetime as dt
import uuid
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

# From one last day of a month to another, and the hour of the first day may be over.
LONGEST_WAIT_DAYS = 63
DAY = dt.timedelta(days=1)


class Occasion(models.TextChoices):
    BIRTHDAY = "birthday", _("The customer's birthday")
    WEEKLY = "weekly", _("Every week")
    MONTHLY = "monthly", _("Every month")


class Audience(models.TextChoices):
    """Of which customers; judged anew each time."""

    EVERYONE = "everyone", _("All customers")
    WITH_ORDERS = "with_orders", _("Customers who have ordered")
    WITH_POINTS = "with_points", _("Customers who have points")
    SEGMENT = "segment", _("Customers of a segment")


class Weekday(models.TextChoices):
    """In the order of a week here, which begins on Sunday."""

    SUNDAY = "sunday", _("Sunday")
    MONDAY = "monday", _("Monday")
    TUESDAY = "tuesday", _("Tuesday")
    WEDNESDAY = "wednesday", _("Wednesday")
    THURSDAY = "thursday", _("Thursday")
    FRIDAY = "friday", _("Friday")
    SATURDAY = "saturday", _("Saturday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """When, for whom, how many points and why.

    `ends_on` is the last day on which it may come, `segment_id` whose customers get them where the
    audience is a segment.
    """

    occasion: Occasion
    hour: int
    points: int
    reason: str
    audience: Audience = Audience.EVERYONE
    segment_id: uuid.UUID | None = None
    weekday: Weekday | None = None
    day_of_month: int | None = None
    ends_on: dt.date | None = None
    most_customers: int | None = None

    def comes_on(self, day: dt.date) -> bool:
        """Whether a day is one of its days; a short month's last one stands for those it lacks."""
        if self.ends_on is not None and day > self.ends_on:
            return False
        match self.occasion:
            case Occasion.WEEKLY:
                return list(Weekday)[_days_since_sunday(day)] == self.weekday
            case Occasion.MONTHLY:
                return day.day == min(self.day_of_month or 1, _last_day_of(day))
        return True

    def next_after(self, moment: dt.datetime, *, zone: ZoneInfo) -> dt.datetime | None:
        """This will give the first time after a moment at which it comes; None if there is none."""
        day = moment.astimezone(zone).date()
        for _attempt in range(LONGEST_WAIT_DAYS):
            # In UTC, for two moments of one zone are compared by what its clocks show.
            comes_at = dt.datetime.combine(day, dt.time(self.hour), tzinfo=zone).astimezone(dt.UTC)
            if comes_at > moment and self.comes_on(day):
                return comes_at
            day += DAY
        return None

    def occasion_on(self, day: dt.date, *, of: uuid.UUID) -> str:
        """This will name the occasion that a day belongs to, for the recurring adjustment `of`.

        A birthday is the customer's and the store's: whichever recurring adjustment comes first
        gives its points. A week or a month is each one's own.
        """
        match self.occasion:
            case Occasion.WEEKLY:
                sunday = day - _days_since_sunday(day) * DAY
                return f"week {sunday.isoformat()} {of}"
            case Occasion.MONTHLY:
                return f"month {day:%Y-%m} {of}"
        return f"birthday {day:%Y}"


def birthdays_on(day: dt.date) -> list[tuple[int, int]]:
    """This will give the months and days of birth that are celebrated on a day.

    Who was born on 29 February celebrates on the 28th in years without a 29th.
    """
    born = [(day.month, day.day)]
    if born == [(2, 28)] and not calendar.isleap(day.year):
        born.append((2, 29))
    return born


def _days_since_sunday(day: dt.date) -> int:
    return (day.weekday() + 1) % 7


def _last_day_of(day: dt.date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
