"""Which page brings back what an entry changed: the packages above have it, and are named here."""

from __future__ import annotations

from django.urls import reverse

from loyaltyadmin.activity.models import Action, Entry

# URL names that take an `entry_id`. An action that is not here cannot be taken back as a setting.
PAGES = {
    Action.SET_ACTIVATION: "restore-activation",
    Action.SET_POINTS_EXPIRATION: "restore-points-expiration",
    Action.TOGGLE_CASHBACK_RULE: "restore-cashback-rule",
    Action.UPDATE_CASHBACK_RULE: "restore-cashback-rule",
    Action.TOGGLE_REDEMPTION_METHOD: "restore-redemption-method",
    Action.UPDATE_REDEMPTION_METHOD: "restore-redemption-method",
    Action.DELETE_REDEMPTION_METHOD: "restore-redemption-method",
    Action.UPDATE_INFO_PAGE: "restore-info-page",
}


def exists(entry: Entry) -> bool:
    """Tell whether something held before the entry, and whether it may have been changed by it."""
    held = entry.before is not None and any(value is not None for value in entry.before.values())
    return held and entry.outcome != Entry.Outcome.REFUSED and Action(entry.action) in PAGES


def page_of(entry: Entry) -> str:
    """This will give the address of the page that brings back what held before; empty if none."""
    if not exists(entry):
        return ""
    return reverse(PAGES[Action(entry.action)], kwargs={"entry_id": entry.id})
