from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.presets.models import PresetAction
from loyaltyadmin.presets.operations import MOST
from loyaltyadmin.web.fields import WholeNumberField

MOST_POINTS = 1_000_000
LONGEST_REASON = 120


class PresetForm(forms.Form):
    """One quick choice; without points and without a reason there is none."""

    action = forms.ChoiceField(label=_("What to do"), choices=PresetAction, required=False)
    points = WholeNumberField(
        label=_("Points"),
        required=False,
        min_value=1,
        max_value=MOST_POINTS,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("Enter a whole number from 1 to 1,000,000.")
        ),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )

    @property
    def is_filled_in(self) -> bool:
        return bool(self.cleaned_data.get("points") or self.cleaned_data.get("reason"))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        points, reason = cleaned.get("points"), cleaned.get("reason")
        if reason and not points and "points" not in self.errors:
            self.add_error("points", _("Enter a whole number from 1 to 1,000,000."))
        if points and not reason and "reason" not in self.errors:
            self.add_error("reason", _("Write a reason."))
        return cleaned


PresetFormSet = forms.formset_factory(
    PresetForm, extra=MOST, max_num=MOST, absolute_max=MOST, validate_max=True
)
