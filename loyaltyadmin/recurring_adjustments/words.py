"""What is said to the merchant about recurring adjustments."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyaltyadmin.recurring_adjustments.terms import Occasion, Terms, Weekday

# The kinds, by what they are for.
KINDS: dict[Occasion, Promise] = {
    Occasion.BIRTHDAY: gettext_lazy("Birthday bonus"),
    Occasion.WEEKLY: gettext_lazy("Weekly bonus"),
    Occasion.MONTHLY: gettext_lazy("Monthly bonus"),
}
SHORTEST_MONTH = 28


def when(terms: Terms) -> str:
    """This will say on which days and at which hour it comes."""
    values = {"hour": f"{terms.hour:02}:00"}
    match terms.occasion:
        case Occasion.BIRTHDAY:
            return _("On the customer's birthday at %(hour)s") % values
        case Occasion.WEEKLY:
            day = Weekday(terms.weekday).label if terms.weekday else ""
            return _("Every %(day)s at %(hour)s") % {**values, "day": day}
    values["day"] = str(terms.day_of_month)
    if (terms.day_of_month or 0) > SHORTEST_MONTH:
        return _("On day %(day)s of every month, or its last day, at %(hour)s") % values
    return _("On day %(day)s of every month at %(hour)s") % values
