from __future__ import annotations

import math

from django import template
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loyaltyadmin.points_adjustments import forms
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.operations import Progress
from loyaltyadmin.points_adjustments.states import LineStatus

register = template.Library()

PROBLEMS = {
    **forms.PROBLEMS,
    "customer_not_found": gettext_lazy("Your store has no customer with this number."),
    "not_applied": gettext_lazy("Zid's points history shows that it did not happen."),
    "not_sent": gettext_lazy("It did not reach Zid, or Zid asked to wait. Try again in a minute."),
    "cancelled": gettext_lazy("The bulk adjustment was cancelled before."),
}


@register.simple_tag
def adjust_form() -> forms.AdjustCustomerPointsForm:
    """An empty form; pages of other packages show it by this tag."""
    return forms.AdjustCustomerPointsForm()


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
def duration_text(progress: Progress) -> str:
    """About how long the waiting lines take at Zid's limit."""
    minutes = math.ceil(progress.waiting / settings.ZID_RATE_LIMIT_PER_MINUTE)
    if minutes < 2:
        return _("It takes about a minute.")
    if minutes < 120:
        return (
            ngettext("It takes about %d minute.", "It takes about %d minutes.", minutes) % minutes
        )
    hours = round(minutes / 60)
    return ngettext("It takes about %d hour.", "It takes about %d hours.", hours) % hours
