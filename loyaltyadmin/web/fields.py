"""Form fields for what merchants type: digits of any script, and what a form was based on."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms

MOST_DIGITS = 20
THOUSANDS = re.compile(r"\d{1,3}([,٬]\d{3})+")


class WholeNumberField(forms.IntegerField):
    """Digits of any script, in groups of three if need be: Django alone reads 1.000 as 1."""

    # Text, so that Arabic-Indic digits can be typed; a number field refuses them unseen.
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr"})

    def bound_data(self, data: Any, initial: Any) -> Any:
        return _western(data)

    def to_python(self, value: Any) -> int | None:
        if value in self.empty_values:
            return None
        text = _ungrouped(str(value))
        # What is longer is no number that anybody means, and Python refuses to read it.
        if not text.isdecimal() or len(text) > MOST_DIGITS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return int(text)


class AmountField(forms.DecimalField):
    """Money or per cent: digits of any script, with a point or an Arabic decimal separator.

    A comma is only ever taken for groups of three: whether 1,5 means one and a half is a guess.
    """

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "dir": "ltr"})

    def bound_data(self, data: Any, initial: Any) -> Any:
        return _western(data)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if value in self.empty_values:
            return None
        whole, point, rest = str(value).strip().replace("٫", ".").partition(".")
        whole = _ungrouped(whole)
        is_number = whole.isdecimal() and (rest.isdecimal() or not point)
        if not is_number or len(whole) + len(rest) > MOST_DIGITS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            return Decimal(f"{whole}.{rest}" if point else whole)
        except InvalidOperation:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


class BasedOnField(forms.JSONField):
    """The state that the form showed when it was opened, so that nothing is overwritten unseen."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def clean(self, value: Any) -> dict[str, object]:
        state = super().clean(value)
        if not isinstance(state, dict):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return state

    def prepare_value(self, value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _western(typed: Any) -> Any:
    """What was typed as it is shown again: as all of the app is written, in digits 0 to 9."""
    if not isinstance(typed, str):
        return typed
    western = "".join(str(int(it)) if it.isdecimal() else it for it in typed)
    return western.replace("٫", ".").replace("٬", ",")


def _ungrouped(text: str) -> str:
    text = text.strip()
    return re.sub("[,٬]", "", text) if THOUSANDS.fullmatch(text) else text
