"""What is said to the merchant about an entry."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from itertools import takewhile

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyaltyadmin.activity.models import Action, Entry
from loyaltyadmin.web.folding import fold

ACTIONS = {
    Action.SET_ACTIVATION: gettext_lazy("Program switched"),
    Action.SET_POINTS_EXPIRATION: gettext_lazy("Expiry of points changed"),
    Action.TOGGLE_CASHBACK_RULE: gettext_lazy("Cashback rule switched"),
    Action.UPDATE_CASHBACK_RULE: gettext_lazy("Cashback rule changed"),
    Action.TOGGLE_REDEMPTION_METHOD: gettext_lazy("Redemption method switched"),
    Action.ADD_REDEMPTION_METHOD: gettext_lazy("Redemption method added"),
    Action.UPDATE_REDEMPTION_METHOD: gettext_lazy("Redemption method changed"),
    Action.DELETE_REDEMPTION_METHOD: gettext_lazy("Redemption method deleted"),
    Action.UPDATE_INFO_PAGE: gettext_lazy("Info page changed"),
    Action.ADJUST_CUSTOMER_POINTS: gettext_lazy("Points of a customer adjusted"),
    Action.DECIDE_LINE: gettext_lazy("Unclear adjustment decided"),
    Action.SET_BULK_SAFEGUARDS: gettext_lazy("Safeguards of bulk adjustments changed"),
    Action.START_BULK_ADJUSTMENT: gettext_lazy("Bulk adjustment drafted"),
    Action.EDIT_BULK_ADJUSTMENT: gettext_lazy("Lines of a draft changed"),
    Action.ASK_FOR_APPROVAL: gettext_lazy("Approval of a bulk adjustment asked for"),
    Action.CONFIRM_BULK_ADJUSTMENT: gettext_lazy("Bulk adjustment confirmed"),
    Action.PAUSE_BULK_ADJUSTMENT: gettext_lazy("Bulk adjustment paused"),
    Action.RESUME_BULK_ADJUSTMENT: gettext_lazy("Bulk adjustment resumed"),
    Action.CANCEL_BULK_ADJUSTMENT: gettext_lazy("Bulk adjustment cancelled"),
    Action.UNDO_BULK_ADJUSTMENT: gettext_lazy("Taking a bulk adjustment back drafted"),
    Action.RETRY_BULK_ADJUSTMENT: gettext_lazy("Repeat of a bulk adjustment drafted"),
    Action.TELL_CUSTOMERS: gettext_lazy("Telling customers arranged"),
    Action.STOP_TELLING: gettext_lazy("Telling customers stopped"),
    Action.ADD_SEGMENT: gettext_lazy("Segment added"),
    Action.UPDATE_SEGMENT: gettext_lazy("Segment changed"),
    Action.DELETE_SEGMENT: gettext_lazy("Segment deleted"),
    Action.SET_PRESETS: gettext_lazy("Quick choices changed"),
    Action.ADD_RECURRING_ADJUSTMENT: gettext_lazy("Recurring adjustment added"),
    Action.UPDATE_RECURRING_ADJUSTMENT: gettext_lazy("Recurring adjustment changed"),
    Action.RESUME_RECURRING_ADJUSTMENT: gettext_lazy("Recurring adjustment started"),
    Action.STOP_RECURRING_ADJUSTMENT: gettext_lazy("Recurring adjustment stopped"),
    Action.DELETE_RECURRING_ADJUSTMENT: gettext_lazy("Recurring adjustment deleted"),
    Action.ASK_FOR_ERASURE: gettext_lazy("Deletion of all data asked for"),
    Action.CANCEL_ERASURE: gettext_lazy("Deletion of all data cancelled"),
}

FIELDS = {
    "is_active": gettext_lazy("State"),
    "points_rewarded": gettext_lazy("Points the customer gets"),
    "amount_to_spend": gettext_lazy("For each amount spent"),
    "kind": gettext_lazy("What the customer gets"),
    "discount_value": gettext_lazy("Discount"),
    "points_to_redeem": gettext_lazy("Points it costs"),
    "days": gettext_lazy("Days until points expire"),
    "answered": gettext_lazy("Zid's answer"),
    "action": gettext_lazy("What to do"),
    "points": gettext_lazy("Points"),
    "reason": gettext_lazy("Reason"),
    "file_name": gettext_lazy("File"),
    "name": gettext_lazy("Name"),
    "number": gettext_lazy("How many"),
    "happened": gettext_lazy("The change was made"),
    "put_right": gettext_lazy("Lines put right"),
    "dropped": gettext_lazy("Lines dropped"),
    "hidden": gettext_lazy("Hidden lines taken in"),
    "set_aside": gettext_lazy("Lines set aside to be changed"),
    "duplicates": gettext_lazy("Several lines for one customer"),
    "type_number_above": gettext_lazy("Type the number of customers above"),
    "needs_second_manager": gettext_lazy("A second manager approves"),
    "occasion": gettext_lazy("Occasion"),
    "weekday": gettext_lazy("Day of the week"),
    "day_of_month": gettext_lazy("Day of the month"),
    "hour": gettext_lazy("Hour"),
    "audience": gettext_lazy("Who"),
    "segment": gettext_lazy("Segment"),
    "ends_on": gettext_lazy("Last day"),
    "most_customers": gettext_lazy("Ask first above"),
    "title_ar": gettext_lazy("Arabic title"),
    "title_en": gettext_lazy("English title"),
    "content_ar": gettext_lazy("Arabic text"),
    "content_en": gettext_lazy("English text"),
    "channel": gettext_lazy("How customers are told"),
    "subject_ar": gettext_lazy("Arabic subject"),
    "text_ar": gettext_lazy("Arabic text"),
    "subject_en": gettext_lazy("English subject"),
    "text_en": gettext_lazy("English text"),
}

VALUES = {
    "fixed_rate": gettext_lazy("A fixed amount off"),
    "percentage": gettext_lazy("A percentage off"),
    "add": gettext_lazy("Add points"),
    "take": gettext_lazy("Take points away"),
    "set": gettext_lazy("Set the balance to"),
    "reset": gettext_lazy("Reset to zero"),
    "email": gettext_lazy("By e-mail"),
    "sms": gettext_lazy("By text message"),
    "sum": gettext_lazy("Add their lines up to one"),
    "first": gettext_lazy("Send only the first of their lines"),
    "refuse": gettext_lazy("Send none of their lines"),
    "birthday": gettext_lazy("The customer's birthday"),
    "weekly": gettext_lazy("Every week"),
    "monthly": gettext_lazy("Every month"),
    "everyone": gettext_lazy("All customers"),
    "with_orders": gettext_lazy("Customers who have ordered"),
    "with_points": gettext_lazy("Customers who have points"),
    "segment": gettext_lazy("Customers of a segment"),
    "sunday": gettext_lazy("Sunday"),
    "monday": gettext_lazy("Monday"),
    "tuesday": gettext_lazy("Tuesday"),
    "wednesday": gettext_lazy("Wednesday"),
    "thursday": gettext_lazy("Thursday"),
    "friday": gettext_lazy("Friday"),
    "saturday": gettext_lazy("Saturday"),
}
MARKED_UP = {"content_ar", "content_en"}
BLOCK = re.compile(r"<(p|h\d|li|div|br|t[dh])\b", re.IGNORECASE)
LONGEST_VALUE = 120
LEAD = 30  # how much of what two long texts share is shown before they differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field of what was changed; an empty `before` is one that was not there."""

    field: str
    before: str
    after: str


def action_of(entry: Entry) -> str:
    """This will say what was done."""
    return str(ACTIONS[Action(entry.action)])


def who_of(entry: Entry) -> str:
    """This will say who did it, as far as is known; `entry.session` tells people there apart."""
    if entry.who == Entry.Who.OPERATOR:
        return _("The app's operator")
    if entry.who == Entry.Who.SCHEDULE:
        return _("By itself, as a recurring adjustment")
    return _("In Zid's dashboard")


def actions_called(word: str) -> list[Action]:
    """This will give the actions whose names hold a folded word, in the language of the page."""
    return [action for action, name in ACTIONS.items() if word in fold(str(name))]


def differences_of(entry: Entry) -> list[Difference]:
    """This will say what was changed, from what to what, leaving out what stayed as it was."""
    return differences(before=entry.before, after=entry.after)


def differences(
    *, before: dict[str, object] | None, after: dict[str, object] | None
) -> list[Difference]:
    """This will say the same of any two states."""
    before, after = before or {}, after or {}
    return [
        _difference(name, before.get(name), after.get(name))
        for name in FIELDS
        if _value(before.get(name)) != _value(after.get(name))
    ]


def _difference(name: str, before: object, after: object) -> Difference:
    was, became = _value(before), _value(after)
    if name in MARKED_UP:
        was, became = _plain(was), _plain(became)
    shared = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(was, became, strict=False))
    )
    if max(len(was), len(became)) > LONGEST_VALUE and shared > LEAD:
        # The beginning of a long text that is the same in both says nothing about the change.
        was, became = f"…{was[shared - LEAD :]}", f"…{became[shared - LEAD :]}"
    return Difference(field=str(FIELDS[name]), before=_short(was), after=_short(became))


def _plain(markup: str) -> str:
    """The words of an info page, its blocks apart."""
    return " ".join(html.unescape(strip_tags(BLOCK.sub(r" \g<0>", markup))).split())


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _value(value: object) -> str:
    match value:
        case None | "":
            return ""
        case True:
            return _("On")
        case False:
            return _("Off")
    return str(VALUES.get(value, value)) if isinstance(value, str) else str(value)
