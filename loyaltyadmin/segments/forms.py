from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.segments import operations
from loyaltyadmin.segments.criteria import Birthday, Criteria
from loyaltyadmin.stores.models import Store
from loyaltyadmin.web.fields import AmountField, WholeNumberField

MOST = 10**9
BIRTHDAYS = [
    (Birthday.ANY, _("Any day")),
    (Birthday.TODAY, _("Today")),
    (Birthday.THIS_WEEK, _("Within a week from today")),
    (Birthday.THIS_MONTH, _("This month")),
]
YES_OR_NO = {"": None, "yes": True, "no": False}
_WHOLE = dict.fromkeys(
    ("invalid", "min_value", "max_value"), _("Enter a whole number, such as 100.")
)
_AMOUNT = dict.fromkeys(
    ("invalid", "min_value", "max_value", "max_decimal_places", "max_digits"),
    _("Enter an amount, such as 250 or 99.50."),
)
_DAY = {"invalid": _("Enter a date.")}


def _whole(label: Any) -> WholeNumberField:
    return WholeNumberField(
        label=label, required=False, min_value=0, max_value=MOST, error_messages=_WHOLE
    )


def _amount(label: Any) -> AmountField:
    return AmountField(
        label=label,
        required=False,
        min_value=Decimal(0),
        max_value=MOST,
        decimal_places=2,
        error_messages=_AMOUNT,
    )


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(
        label=label,
        required=False,
        widget=widget,
        input_formats=["%Y-%m-%d"],
        error_messages=_DAY,
    )


def _either(label: Any, *, yes: Any, no: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[("", _("Either")), ("yes", yes), ("no", no)],
        coerce=YES_OR_NO.get,
        empty_value=None,
        required=False,
    )


class CriteriaForm(forms.Form):
    """What customers are to have in common; an empty field asks for nothing."""

    has_points = _either(_("Points"), yes=_("Has points"), no=_("Has no points"))
    points_from = _whole(_("Points, at least"))
    points_to = _whole(_("Points, at most"))
    last_order_from = _day(_("Latest order on or after"))
    last_order_to = _day(_("Latest order on or before"))
    orders_from = _whole(_("Orders, at least"))
    paid_from = _amount(_("Spent, at least"))
    paid_to = _amount(_("Spent, at most"))
    city = forms.ChoiceField(label=_("City"), required=False)
    tag = forms.ChoiceField(label=_("Tag"), required=False)
    birthday = forms.ChoiceField(label=_("Birthday"), choices=BIRTHDAYS, required=False)
    is_active = _either(_("State at Zid"), yes=_("Active"), no=_("Not active"))

    def __init__(
        self, data: Any = None, *, store: Store, criteria: Criteria | None = None, **kwargs: Any
    ) -> None:
        if criteria is not None:
            kwargs["initial"] = {**kwargs.get("initial", {}), **_initial(criteria)}
        super().__init__(data, **kwargs)
        known = criteria or Criteria()
        self._offer("city", operations.cities_of(store=store), kept=known.city)
        self._offer("tag", operations.tags_of(store=store), kept=known.tag)

    @property
    def criteria(self) -> Criteria:
        """What was asked for, once the form is valid."""
        names = {field.name for field in dataclasses.fields(Criteria)}
        return Criteria(**{name: self.cleaned_data[name] for name in names})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for first, last in (
            ("points_from", "points_to"),
            ("paid_from", "paid_to"),
            ("last_order_from", "last_order_to"),
        ):
            least, most = cleaned.get(first), cleaned.get(last)
            if least is not None and most is not None and least > most:
                self.add_error(last, _("This is less than where it starts."))
        return cleaned

    def _offer(self, name: str, values: list[str], *, kept: str) -> None:
        """Choices of today; what was chosen before stays, though nobody has it any more."""
        offered = values if not kept or kept in values else [kept, *values]
        choices = [("", _("Any")), *((value, value) for value in offered)]
        cast("forms.ChoiceField", self.fields[name]).choices = choices


class SegmentForm(CriteriaForm):
    name = forms.CharField(
        label=_("Name of the segment"),
        max_length=80,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
        error_messages={"required": _("Write a name.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not self.criteria:
            raise forms.ValidationError(
                _("Choose at least one filter. Without any, it would be all customers.")
            )
        return cleaned


def _initial(criteria: Criteria) -> dict[str, Any]:
    flags = {value: text for text, value in YES_OR_NO.items()}
    values = {field.name: getattr(criteria, field.name) for field in dataclasses.fields(criteria)}
    return values | {name: flags[values[name]] for name in ("has_points", "is_active")}
