from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.customers.operations import Show, Sort
from loyaltyadmin.customers.search import LONGEST_TYPED

SHOWN = {
    Show.ALL: _("All customers"),
    Show.WITH_POINTS: _("With points"),
    Show.WITHOUT_POINTS: _("Without points"),
    Show.INACTIVE: _("Not active at Zid"),
    Show.GONE: _("No longer at Zid"),
}
SORTED = {
    Sort.NAME: _("By name"),
    Sort.POINTS: _("Most points first"),
    Sort.LAST_ORDER: _("Latest order first"),
    Sort.PAID: _("Highest spending first"),
}


class FindCustomerForm(forms.Form):
    typed = forms.CharField(
        label=_("Search"),
        help_text=_("Name, mobile, e-mail or customer number."),
        required=False,
        max_length=LONGEST_TYPED,
        widget=forms.TextInput(
            attrs={
                "type": "search",
                "autocomplete": "off",
                "dir": "auto",
                "data-shortcut": "search new",
                "aria-controls": "customers",
            }
        ),
    )
    show = forms.TypedChoiceField(
        label=_("Which ones"),
        choices=[(it.value, label) for it, label in SHOWN.items()],
        coerce=Show,
        empty_value=Show.ALL,
        required=False,
    )
    sort = forms.TypedChoiceField(
        label=_("Order"),
        choices=[(it.value, label) for it, label in SORTED.items()],
        coerce=Sort,
        empty_value=Sort.NAME,
        required=False,
    )

    def __init__(self, data: Any = None, *, url: str = "", **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        # The list follows while somebody types; a press on Enter is the form's own matter, which a
        # letter typed right before it must not replace.
        live = {
            "hx-post": url,
            "hx-include": "closest form",
            "hx-target": "#customers",
            "hx-swap": "outerHTML",
            "hx-sync": "closest form:queue last",
        }
        when = {"typed": "input changed delay:200ms", "show": "change", "sort": "change"}
        for name, trigger in when.items():
            self.fields[name].widget.attrs |= live | {"hx-trigger": trigger}
