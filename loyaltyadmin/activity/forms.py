from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.activity.models import Action
from loyaltyadmin.web.fields import BasedOnField

SETTINGS = (
    Action.SET_ACTIVATION,
    Action.SET_POINTS_EXPIRATION,
    Action.TOGGLE_CASHBACK_RULE,
    Action.UPDATE_CASHBACK_RULE,
    Action.TOGGLE_REDEMPTION_METHOD,
    Action.ADD_REDEMPTION_METHOD,
    Action.UPDATE_REDEMPTION_METHOD,
    Action.DELETE_REDEMPTION_METHOD,
    Action.UPDATE_INFO_PAGE,
    Action.ADD_SEGMENT,
    Action.UPDATE_SEGMENT,
    Action.DELETE_SEGMENT,
    Action.SET_PRESETS,
    Action.SET_BULK_SAFEGUARDS,
    Action.ASK_FOR_ERASURE,
    Action.CANCEL_ERASURE,
)
POINTS = (Action.ADJUST_CUSTOMER_POINTS, Action.DECIDE_LINE)
KINDS = {
    "settings": SETTINGS,
    "points": POINTS,
    "bulk": tuple(action for action in Action if action not in {*SETTINGS, *POINTS}),
}


class ListActivityForm(forms.Form):
    text = forms.CharField(
        label=_("Search"),
        help_text=_("A number, a reason, a file's name, what was changed."),
        max_length=100,
        required=False,
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label=_("What"),
        choices=[
            ("", _("Everything")),
            ("settings", _("Settings")),
            ("points", _("Points of single customers")),
            ("bulk", _("Bulk adjustments")),
        ],
        required=False,
    )
    since = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date.")},
    )
    until = forms.DateField(
        label=_("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date.")},
    )

    def criteria(self) -> dict[str, Any]:
        """What `list_activity` takes; days are the store's own, the last one included."""
        cleaned = self.cleaned_data
        return {
            "actions": KINDS.get(cleaned["kind"], ()),
            "since": _start_of(cleaned["since"]),
            "until": _start_of(cleaned["until"], days_later=1),
            "text": cleaned["text"],
        }


class RestoreForm(forms.Form):
    based_on = BasedOnField()

    @property
    def shown(self) -> dict[str, object]:
        """What the page says holds now, and so what the restoring is based on."""
        value = self["based_on"].value()
        try:
            state = json.loads(value) if isinstance(value, str) else value
        except ValueError:
            return {}
        return state if isinstance(state, dict) else {}


def _start_of(day: dt.date | None, *, days_later: int = 0) -> dt.datetime | None:
    if day is None:
        return None
    midnight = dt.datetime.combine(day + dt.timedelta(days=days_later), dt.time())
    return timezone.make_aware(midnight)
