from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.web.fields import AmountField, BasedOnField, WholeNumberField

MOST_POINTS = 1_000_000
MOST_MONEY = 1_000_000


class UpdateCashbackRuleForm(forms.Form):
    points_rewarded = WholeNumberField(
        label=_("Points the customer gets"),
        min_value=1,
        max_value=MOST_POINTS,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Enter a whole number from 1 to 1,000,000."),
        ),
    )
    amount_to_spend = AmountField(
        label=_("For each amount spent"),
        min_value=Decimal("0.01"),
        max_value=MOST_MONEY,
        decimal_places=2,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value", "max_decimal_places"),
            _("Enter an amount from 0.01 to 1,000,000, with two decimals at most."),
        ),
    )
    based_on = BasedOnField()
