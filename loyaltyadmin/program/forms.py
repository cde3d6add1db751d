from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.web.fields import BasedOnField, WholeNumberField

MOST_DAYS = 3650


class PointsExpirationForm(forms.Form):
    days = WholeNumberField(
        label=_("Days until points expire"),
        help_text=_("Counted from the day on which they were earned."),
        # Zid's docs do not say what 0 means: never, or at once. So it cannot be sent.
        min_value=1,
        max_value=MOST_DAYS,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Enter a whole number from 1 to 3,650."),
        ),
    )
    based_on = BasedOnField()
