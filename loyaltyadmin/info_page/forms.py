from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from loyaltyadmin.info_page.operations import FIELDS
from loyaltyadmin.web.fields import BasedOnField

LONGEST_TITLE = 255
LONGEST_CONTENT = 200_000
TAG = re.compile(r"<[a-zA-Z/!?]")
# What a merchant reads and writes here is in this language, whatever the page's own is.
ARABIC = {"lang": "ar", "dir": "rtl"}
ENGLISH = {"lang": "en", "dir": "ltr"}


class TitleField(forms.CharField):
    def __init__(self, *, attrs: dict[str, str], **kwargs: Any) -> None:
        super().__init__(
            required=False,
            strip=False,
            max_length=LONGEST_TITLE,
            widget=forms.TextInput(attrs=attrs | {"autocomplete": "off"}),
            error_messages={"max_length": _("Enter 255 characters at most.")},
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        title = str(super().clean(value))
        if TAG.search(title):
            raise forms.ValidationError(_("A title is plain text: write it without tags."))
        return title


class ContentField(forms.CharField):
    def __init__(self, *, attrs: dict[str, str], **kwargs: Any) -> None:
        super().__init__(
            required=False,
            strip=False,
            max_length=LONGEST_CONTENT,
            widget=forms.Textarea(attrs=attrs | {"rows": "12", "translate": "no"}),
            error_messages={
                "max_length": _(
                    "This text is too long: 200,000 characters at most, pictures that were pasted"
                    " into it included."
                )
            },
            **kwargs,
        )


class InfoPageForm(forms.Form):
    title_ar = TitleField(label=_("Arabic title"), attrs=ARABIC)
    content_ar = ContentField(label=_("Arabic text"), attrs=ARABIC)
    title_en = TitleField(label=_("English title"), attrs=ENGLISH)
    content_en = ContentField(label=_("English text"), attrs=ENGLISH)
    based_on = BasedOnField()
    restores = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def written(self) -> dict[str, str]:
        """What stands in the four fields, faulty or not."""
        return {name: str(self[name].value() or "") for name in FIELDS}
