from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.web.fields import WholeNumberField


class AskForErasureForm(forms.Form):
    """Nobody deletes everything by a slip: the store's number has to be typed."""

    number = WholeNumberField(label=_("Type your store's number"))

    def __init__(self, *args: Any, store_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._store_id = store_id
        wrong = _("Type %(number)s to confirm.") % {"number": store_id}
        self.fields["number"].error_messages |= dict.fromkeys(("required", "invalid"), wrong)
        self._wrong = wrong

    def clean_number(self) -> int:
        number: int = self.cleaned_data["number"]
        if number != self._store_id:
            raise forms.ValidationError(self._wrong)
        return number
