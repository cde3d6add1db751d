"""What is said to the merchant about codes of ours."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import LineStatus

UNREADABLE = {
    "too_large": _("The file is larger than 20 MB. Split it and upload the parts one by one."),
    "empty": _("The file is empty."),
    "not_text": _("This is not a CSV file. Save it as CSV in your spreadsheet and upload that."),
    "no_header": _(
        "The first line must name the columns: customer_id, points and, if you like, reason."
    ),
    "double_header": _(
        "Two columns have the same meaning, such as customer_id and id. Keep only one of them."
    ),
    "bad_quotes": _("A quotation mark in the file is not closed. Close it or remove it."),
    "too_many_rows": _(
        "The file has more than 100,000 lines. Split it and upload the parts one by one."
    ),
}

CITIES = {
    "Africa/Cairo": _("Cairo time"),
    "Asia/Aden": _("Aden time"),
    "Asia/Amman": _("Amman time"),
    "Asia/Baghdad": _("Baghdad time"),
    "Asia/Bahrain": _("Bahrain time"),
    "Asia/Dubai": _("Dubai time"),
    "Asia/Kuwait": _("Kuwait time"),
    "Asia/Muscat": _("Muscat time"),
    "Asia/Qatar": _("Qatar time"),
    "Asia/Riyadh": _("Riyadh time"),
}

# Why a line of a file is left out.
FILE_PROBLEMS = {
    "bad_customer_id": _("the customer number is not a whole number"),
    "bad_points": _("the points are not a whole number"),
    "bad_action": _("the action is none of add, take, set and reset"),
    "long_reason": _("the reason is too long"),
    "no_points": _("the points are zero"),
    "extra_cells": _("more cells than the first line has columns"),
    "too_many_points": _("more than 1,000,000 points at once"),
}

# Why a line moved nothing.
LINE_PROBLEMS = {
    "customer_not_found": _("Your store has no customer with this number."),
    "not_applied": _("Zid's points history shows that it was not made."),
    "not_sent": _("It did not reach Zid, or Zid was too busy. Try again in a minute."),
    "cancelled": _("The bulk adjustment was cancelled before its turn."),
    "access_lost": _("Zid no longer accepted the app's access to the store."),
    "balance_is_right": _("The balance was right already."),
    "history_unclear": _("The points history shows an entry that may be this one."),
    "no_history": _("Zid has no points history for this customer number."),
    "decided": _("Decided by hand."),
}


def problem_of(*, code: str) -> str:
    """This will give the sentence for a problem's code, or nothing for a code without one."""
    return str({**FILE_PROBLEMS, **LINE_PROBLEMS}.get(code, ""))


def whose_time() -> str:
    """Whose time the hours on this page are, by its city: the store's (`StoreMiddleware`)."""
    name = timezone.get_current_timezone_name()
    return str(CITIES.get(name, name))


def text_of(line: Line) -> str:
    """This will say why a line was not applied: in Zid's own words where it gave any."""
    given_back = line.status == LineStatus.PENDING  # it comes again, so nothing is wrong yet
    return line.zid_message or ("" if given_back else problem_of(code=line.problem))
