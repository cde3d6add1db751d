from __future__ import annotations

import datetime as dt
import math

from django import template
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loyaltyadmin.points_adjustments import forms
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.progress import Progress
from loyaltyadmin.points_adjustments.states import Direction, LineStatus

register = template.Library()

PROBLEMS = {
    **forms.PROBLEMS,
    "customer_not_found": gettext_lazy("Your store has no customer with this number."),
    "not_applied": gettext_lazy("Zid's points history shows that it was not made."),
    "not_sent": gettext_lazy("It did not reach Zid, or Zid was too busy. Try again in a minute."),
    "cancelled": gettext_lazy("The bulk adjustment was cancelled before its turn."),
    "access_lost": gettext_lazy("Zid no longer accepted the app's access to the store."),
    "balance_is_right": gettext_lazy("The balance was right already."),
    "history_unclear": gettext_lazy("The points history shows an entry that may be this one."),
    "decided": gettext_lazy("Decided by hand."),
}

# How the currencies of Zid's stores are written beside an amount; any other is its code.
CURRENCIES = {
    "SAR": gettext_lazy("SAR"),
    "AED": gettext_lazy("AED"),
    "KWD": gettext_lazy("KWD"),
    "BHD": gettext_lazy("BHD"),
    "OMR": gettext_lazy("OMR"),
    "QAR": gettext_lazy("QAR"),
}


@register.simple_tag
def adjust_form() -> forms.AdjustCustomerPointsForm:
    """An empty form; pages of other packages show it by this tag."""
    return forms.AdjustCustomerPointsForm()


@register.filter
def currency_name(code: str) -> str:
    return str(CURRENCIES.get(code, code))


@register.filter
def sign(direction: str) -> str:
    """A plus or a real minus, which is as wide as the plus."""
    return "\N{MINUS SIGN}" if direction == Direction.TAKE else direction


@register.filter
def problem_of_code(code: str) -> str:
    return str(PROBLEMS.get(code, ""))


@register.filter
def problem_text(line: Line) -> str:
    """Why a line was not applied: in Zid's own words where it gave any."""
    if line.status == LineStatus.PENDING:
        return ""
    return line.zid_message or problem_of_code(line.problem)


@register.filter
def duration_text(duration: dt.timedelta) -> str:
    """About how long something takes."""
    minutes = math.ceil(duration.total_seconds() / 60)
    if minutes < 2:
        return _("about a minute")
    if minutes < 120:
        return ngettext("about %(number)d minute", "about %(number)d minutes", minutes) % {
            "number": minutes
        }
    hours = round(minutes / 60)
    return ngettext("about %(number)d hour", "about %(number)d hours", hours) % {"number": hours}


@register.filter
def draft_duration(progress: Progress) -> dt.timedelta:
    """How long a draft's lines will take at Zid's limit."""
    return dt.timedelta(minutes=progress.waiting / settings.ZID_RATE_LIMIT_PER_MINUTE)
