from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.points_adjustments import reference, sheet, words
from loyaltyadmin.points_adjustments.states import Action
from loyaltyadmin.presets.models import Preset
from loyaltyadmin.web.fields import BasedOnField, WholeNumberField


class ReasonField(forms.CharField):
    """The merchant's words; what is sent adds the reference, hence the limit.

    `data-left` is the text in which app.js counts down what is left of it.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("The customer can see it in their points history."))
        super().__init__(
            label=_("Reason"),
            max_length=reference.longest_text(),
            error_messages={"required": _("Write a reason.")},
            widget=forms.TextInput(attrs={"data-left": _("Characters left:"), "dir": "auto"}),
            **kwargs,
        )


class AdjustCustomerPointsForm(forms.Form):
    action = forms.ChoiceField(
        label=_("What to do"), choices=Action, initial=Action.ADD, widget=forms.RadioSelect
    )
    points = WholeNumberField(
        label=_("Points"),
        help_text=_("Not needed for a reset to zero."),
        required=False,
        min_value=0,
        max_value=sheet.MOST_POINTS,
        widget=forms.TextInput(attrs=WholeNumberField.widget.attrs | {"data-shortcut": "new"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Enter a whole number from 1 to 1,000,000."),
        ),
    )
    reason = ReasonField(required=True)
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean_action(self) -> Action:
        return Action(self.cleaned_data["action"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        action, points = cleaned.get("action"), cleaned.get("points")
        if action is Action.RESET:
            cleaned["points"] = 0
        elif "points" in cleaned and not points and not (action is Action.SET and points == 0):
            self.add_error("points", self.fields["points"].error_messages["required"])
        return cleaned


def form_with(preset: Preset | None) -> AdjustCustomerPointsForm:
    """A new form, filled in with a quick choice of the store's; empty without one."""
    if preset is None:
        return AdjustCustomerPointsForm()
    initial = {
        "action": preset.action,
        "points": preset.points,
        "reason": preset.reason[: reference.longest_text()],
    }
    return AdjustCustomerPointsForm(initial=initial)


class AdjustManyForm(AdjustCustomerPointsForm):
    """The same for many: a draft may be made twice, for nothing is sent before it is confirmed."""

    submission = None  # type: ignore[assignment]


class ConfirmBulkAdjustmentForm(forms.Form):
    starts_at = forms.DateTimeField(
        label=_("Start later"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Enter a date and a time.")},
    )

    seen = forms.CharField(required=False)  # `to_start`, as the page had it

    def __init__(
        self, *args: Any, customers_to_type: int | None = None, seen: str = "", **kwargs: Any
    ) -> None:
        """With `customers_to_type` that number of customers has to be typed.

        `seen` tells the list that is to be started from what it was before somebody changed it.
        """
        super().__init__(*args, **kwargs)
        self.to_start = seen
        self.customers_to_type = customers_to_type
        if customers_to_type is not None:
            self.fields["customers"] = WholeNumberField(
                label=_("Type the number of customers"),
                help_text=_("This is a large one. The number stands above, beside “Customers”."),
                error_messages=dict.fromkeys(("required", "invalid"), self._not_the_number()),
            )
        self.fields["starts_at"].help_text = _("%(whose_time)s. Leave it empty to start now.") % {
            "whose_time": words.whose_time()
        }

    def clean_seen(self) -> str:
        seen: str = self.cleaned_data["seen"]
        if seen and seen != self.to_start:
            raise forms.ValidationError(
                _("Somebody has changed the lines meanwhile. Look at them again before you start.")
            )
        return seen

    def clean_customers(self) -> int:
        customers: int = self.cleaned_data["customers"]
        if customers != self.customers_to_type:
            raise forms.ValidationError(self._not_the_number())
        return customers

    def _not_the_number(self) -> str:
        return _("Type %(number)s to confirm.") % {"number": intcomma(self.customers_to_type or 0)}

    def clean_starts_at(self) -> dt.datetime | None:
        starts_at: dt.datetime | None = self.cleaned_data["starts_at"]
        if starts_at is not None and starts_at < timezone.now():
            raise forms.ValidationError(_("This time has passed already."))
        return starts_at


class SafeguardsForm(forms.Form):
    type_number_above = WholeNumberField(
        label=_("Type the number of customers above"),
        help_text=_(
            "Whoever starts a bulk adjustment for more customers than this has to type how many "
            "they are. Leave it empty to never be asked."
        ),
        required=False,
        min_value=0,
        max_value=sheet.MOST_ROWS,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("Enter a whole number up to 100,000.")
        ),
    )
    needs_second_manager = forms.TypedChoiceField(
        label=_("Who starts one"),
        choices=[("0", _("One manager alone")), ("1", _("A second manager approves first"))],
        coerce=lambda chosen: chosen == "1",
        widget=forms.RadioSelect,
    )
    based_on = BasedOnField()
