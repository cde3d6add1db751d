from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import fields
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.points_adjustments import sheet
from loyaltyadmin.points_adjustments import words as points_words
from loyaltyadmin.points_adjustments.forms import ReasonField
from loyaltyadmin.recurring_adjustments.terms import Audience, Occasion, Terms, Weekday
from loyaltyadmin.segments.operations import list_segments
from loyaltyadmin.stores.models import Store
from loyaltyadmin.web.fields import BasedOnField, WholeNumberField

MOST_CUSTOMERS = 10_000_000
EARLIEST_USUAL_HOUR = 9


class TermsForm(forms.Form):
    """What a merchant sets; the occasion stands in the address, and decides which day is asked."""

    points = WholeNumberField(
        label=_("Points for each customer"),
        min_value=1,
        max_value=sheet.MOST_POINTS,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Enter a whole number from 1 to 1,000,000."),
        ),
    )
    reason = ReasonField(required=True)
    weekday = forms.ChoiceField(label=_("Day of the week"), choices=Weekday)
    day_of_month = WholeNumberField(
        label=_("Day of the month"),
        help_text=_("In a month without this day it is the last one."),
        min_value=1,
        max_value=31,
        initial=1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Enter a day from 1 to 31."),
        ),
    )
    hour = forms.TypedChoiceField(
        label=_("Hour"),
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
        coerce=int,
        initial=EARLIEST_USUAL_HOUR,
    )
    audience = forms.ChoiceField(
        label=_("Who gets them"),
        choices=Audience,
        initial=Audience.EVERYONE,
        widget=forms.RadioSelect,
    )
    segment_id = forms.TypedChoiceField(
        label=_("Segment"),
        help_text=_("Always its customers of that day."),
        required=False,
        coerce=uuid.UUID,
        empty_value=None,
        error_messages={
            "invalid_choice": _("This segment is no longer there. Choose another one.")
        },
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        help_text=_("Leave it empty to go on until you stop it."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date.")},
    )
    most_customers = WholeNumberField(
        label=_("Ask me first above this many customers"),
        help_text=_("Then it waits as a draft for you to check and start. Empty: never ask."),
        required=False,
        min_value=1,
        max_value=MOST_CUSTOMERS,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("Enter a whole number of at least 1.")
        ),
    )

    def __init__(self, *args: Any, occasion: Occasion, store: Store, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.occasion = occasion
        if occasion is not Occasion.WEEKLY:
            del self.fields["weekday"]
        if occasion is not Occasion.MONTHLY:
            del self.fields["day_of_month"]
        self.fields["hour"].help_text = points_words.whose_time()
        self._offer_segments(store)

    def _offer_segments(self, store: Store) -> None:
        """A store without any has nothing to choose from."""
        segments = [(str(it.id), it.name) for it in list_segments(store=store)]
        if segments:
            choices = [("", _("Choose a segment")), *segments]
            cast("forms.ChoiceField", self.fields["segment_id"]).choices = choices
            return
        del self.fields["segment_id"]
        others = [it for it in Audience.choices if it[0] != Audience.SEGMENT]
        cast("forms.ChoiceField", self.fields["audience"]).choices = others

    def clean_audience(self) -> Audience:
        return Audience(self.cleaned_data["audience"])

    def clean_weekday(self) -> Weekday:
        return Weekday(self.cleaned_data["weekday"])

    def clean_ends_on(self) -> dt.date | None:
        ends_on: dt.date | None = self.cleaned_data["ends_on"]
        if ends_on is not None and ends_on < timezone.localdate():
            raise forms.ValidationError(_("This day has passed already."))
        return ends_on

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("audience") is not Audience.SEGMENT:
            self.errors.pop("segment_id", None)  # not asked for, and perhaps not seen
            cleaned["segment_id"] = None
        elif not cleaned.get("segment_id") and not self.has_error("segment_id"):
            self.add_error("segment_id", _("Choose a segment."))
        return cleaned

    @property
    def terms(self) -> Terms:
        """What a valid form says."""
        names = {field.name for field in fields(Terms)}
        values = {name: value for name, value in self.cleaned_data.items() if name in names}
        return Terms(occasion=self.occasion, **values)


class AddRecurringAdjustmentForm(TermsForm):
    id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class UpdateRecurringAdjustmentForm(TermsForm):
    based_on = BasedOnField()


class DeleteRecurringAdjustmentForm(forms.Form):
    based_on = BasedOnField()
