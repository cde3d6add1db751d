from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class FindCustomerForm(forms.Form):
    customer_id = forms.IntegerField(
        label=_("Customer number"),
        help_text=_("The number in the address of the customer's page in Zid's dashboard."),
        min_value=1,
        max_value=10**15,
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "off",
                "dir": "ltr",
                "data-shortcut": "search new",
            }
        ),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Enter the customer's number, digits only, such as 1001."),
        ),
    )
