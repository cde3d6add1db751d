from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.web.fields import AmountField, BasedOnField, WholeNumberField
from loyaltyadmin.zid.types import RedemptionKind

MOST_POINTS = 1_000_000
MOST_MONEY = 1_000_000
KINDS = [
    (RedemptionKind.FIXED_RATE, _("A fixed amount off")),
    (RedemptionKind.PERCENTAGE, _("A percentage off")),
]


class RedemptionMethodForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What the customer gets"),
        choices=KINDS,
        initial=RedemptionKind.FIXED_RATE,
        widget=forms.RadioSelect,
    )
    discount_value = AmountField(
        label=_("Discount"),
        help_text=_("In your store's currency, or per cent of the order."),
        min_value=Decimal("0.01"),
        max_value=MOST_MONEY,
        decimal_places=2,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value", "max_decimal_places"),
            _("Enter an amount from 0.01 to 1,000,000, with two decimals at most."),
        ),
    )
    points_to_redeem = WholeNumberField(
        label=_("Points it costs"),
        min_value=1,
        max_value=MOST_POINTS,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Enter a whole number from 1 to 1,000,000."),
        ),
    )

    def clean_kind(self) -> RedemptionKind:
        return RedemptionKind(self.cleaned_data["kind"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        value = cleaned.get("discount_value")
        if cleaned.get("kind") is RedemptionKind.PERCENTAGE and value is not None and value > 100:
            self.add_error("discount_value", _("Enter 100 per cent at most."))
        return cleaned


class UpdateRedemptionMethodForm(RedemptionMethodForm):
    based_on = BasedOnField()


class DeleteRedemptionMethodForm(forms.Form):
    based_on = BasedOnField()
