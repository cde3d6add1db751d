"""Money and percentages, as merchants write them."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

register = template.Library()

# How the currencies of Zid's stores are written beside an amount; any other is its code.
CURRENCIES = {
    "SAR": _("SAR"),
    "AED": _("AED"),
    "KWD": _("KWD"),
    "BHD": _("BHD"),
    "OMR": _("OMR"),
    "QAR": _("QAR"),
}

# Of these the smallest part is a thousandth, of the others a hundredth.
THOUSANDTHS = {"KWD", "BHD", "OMR"}


@register.filter
def currency_name(code: str) -> str:
    return str(CURRENCIES.get(code, code))


@register.filter
def amount(value: Decimal | int) -> str:
    """A number with the digits it has, of a percentage say: 7.5 and not 7.50, 1,000."""
    digits = format(Decimal(value), "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return formats.number_format(digits, force_grouping=True)


@register.filter
def sum_of_money(value: Decimal | int, code: str) -> str:
    """An amount without its currency: 7.50 and not 7.5, but 1,000 and not 1,000.00."""
    whole, _point, part = amount(value).partition(".")
    digits = 3 if code in THOUSANDTHS else 2
    return f"{whole}.{part:0<{digits}}" if part else whole


@register.filter
def money(value: Decimal | int, code: str) -> SafeString:
    """An amount with its currency: the riyal's sign for riyals, any other by name or code.

    Written left to right, so that the sign stays on the left.
    """
    if code != "SAR":
        return format_html("<bdi>{} {}</bdi>", sum_of_money(value, code), currency_name(code))
    return format_html(
        '<bdi class="zid-money" dir="ltr"><svg class="zid-money__sign" aria-hidden="true"'
        ' focusable="false"><use href="#icon-riyal"/></svg> {}<span class="zid-heard"> {}</span>'
        "</bdi>",
        sum_of_money(value, code),
        _("Saudi riyals"),
    )
