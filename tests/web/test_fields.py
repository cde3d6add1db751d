from __future__ import annotations

from decimal import Decimal

import pytest
from django import forms

from loyaltyadmin.web import fields


@pytest.mark.parametrize(
    ("typed", "read"),
    [("12", 12), (" 1,000 ", 1000), ("١٢", 12), ("١٬٠٠٠", 1000), ("1,234,567", 1234567)],
)
def test_a_whole_number_is_read_in_any_script(typed: str, read: int) -> None:
    assert fields.WholeNumberField().clean(typed) == read


@pytest.mark.parametrize("typed", ["1.000", "1,00", "-5", "5 points", "1e3", "½"])
def test_what_may_be_another_number_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        fields.WholeNumberField().clean(typed)


@pytest.mark.parametrize("field", [fields.WholeNumberField(), fields.AmountField()])
def test_what_was_typed_is_shown_again_in_western_digits(field: forms.Field) -> None:
    assert field.bound_data("١٬٢٥٠ ريال", None) == "1,250 ريال"


@pytest.mark.parametrize(
    ("typed", "read"),
    [("12.5", "12.5"), ("١٢٫٥", "12.5"), ("1,250.75", "1250.75"), ("7", "7"), ("0.05", "0.05")],
)
def test_an_amount_is_read_in_any_script(typed: str, read: str) -> None:
    assert fields.AmountField().clean(typed) == Decimal(read)


@pytest.mark.parametrize(
    "typed", ["1,5", "1.", ".5", "1.2.3", "-1", "NaN", "Infinity", "1e3", "5 SAR"]
)
def test_an_amount_that_may_be_another_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        fields.AmountField().clean(typed)


@pytest.mark.parametrize("sent", ["", "[]", "no json", "3"])
def test_a_form_that_does_not_say_what_it_was_based_on_is_refused(sent: str) -> None:
    with pytest.raises(forms.ValidationError):
        fields.BasedOnField().clean(sent)
