from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from loyaltyadmin.notices import texts
from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.notices.models import TEXT_FIELDS
from loyaltyadmin.notices.ways import Way

MOST_TEXT = 2000
MOST_SMS = 300  # four parts in Arabic, without the link
UNKNOWN = ngettext_lazy(
    "%(unknown)s is no placeholder. There are: %(known)s.",
    "%(unknown)s are no placeholders. There are: %(known)s.",
    "number",
)
NOT_SET_UP = _(
    "This app has not been set up to write e-mails or text messages. Its operator can do that."
)


class SubjectField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=150, required=False, **kwargs)

    def clean(self, value: Any) -> str:
        subject = str(super().clean(value))
        if len(subject.splitlines()) > 1:
            raise forms.ValidationError(_("A subject is one line."))
        return _checked(subject)


class TextField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=MOST_TEXT, required=False, widget=forms.Textarea({"rows": 7}), **kwargs
        )

    def clean(self, value: Any) -> str:
        return _checked(str(super().clean(value)).replace("\r\n", "\n"))


class TellCustomersForm(forms.Form):
    """What is written to customers; a language without a text is not written in."""

    channel = forms.TypedChoiceField(
        label=_("How"), coerce=Channel, choices=Channel, widget=forms.RadioSelect
    )
    subject_ar = SubjectField(label=_("Arabic subject"))
    text_ar = TextField(label=_("Arabic text"))
    subject_en = SubjectField(label=_("English subject"))
    text_en = TextField(label=_("English text"))

    def __init__(self, *args: Any, channels: list[Channel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(it.value, it.label) for it in channels]
        self.fields["channel"].choices = known  # type: ignore[attr-defined]
        if known:
            self.fields["channel"].initial = known[0][0]
        for name in TEXT_FIELDS:
            # A placeholder that a browser translates is none any more.
            attrs = {"lang": name[-2:], "dir": "auto", "translate": "no"}
            self.fields[name].widget.attrs |= attrs

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        is_sms = cleaned.get("channel") == Channel.SMS
        written = [it for it in texts.LANGUAGES if cleaned.get(f"text_{it}")]
        if not written and not {"text_ar", "text_en"} & set(self.errors):
            self.add_error("text_ar", _("Write a text, in Arabic, in English or in both."))
        for language in texts.LANGUAGES:
            subject = f"subject_{language}"
            if language not in written or is_sms:
                continue
            if not cleaned.get(subject) and subject not in self.errors:
                self.add_error(subject, _("Write a subject."))
        length = sum(len(cleaned[f"text_{it}"]) for it in written)
        if is_sms and length > MOST_SMS:
            error = _("A text message holds %(most)d characters, and this has %(length)d.") % {
                "most": MOST_SMS,
                "length": length,
            }
            self.add_error(f"text_{written[-1]}", error)
        return cleaned

    @property
    def languages(self) -> list[tuple[str, BoundField, BoundField, bool]]:
        """Each language with its subject, its text and whether it is written in; that one first."""
        fields = [(it, self[f"subject_{it}"], self[f"text_{it}"]) for it in texts.LANGUAGES]
        all_of_them = [
            (code, subject, text, bool(text.value() or subject.errors or text.errors))
            for code, subject, text in fields
        ]
        return sorted(all_of_them, key=lambda it: not it[-1])

    @property
    def asked(self) -> dict[str, Any]:
        """How customers are told, and what: once it is clean, as the operations take it."""
        written = {name: self.cleaned_data[name] for name in TEXT_FIELDS}
        return {"channel": self.cleaned_data["channel"], "texts": written}


class TellCustomerForm(TellCustomersForm):
    """The same for one customer, within the form that adjusts their points: if that is ticked."""

    tell = forms.BooleanField(
        label=_("Tell the customer"),
        help_text=_("Once, as soon as it is certain that the points were changed."),
        required=False,
    )

    def __init__(self, *args: Any, ways: list[Way], **kwargs: Any) -> None:
        channels = [it.channel for it in ways if it.hindrance is None]
        super().__init__(*args, channels=channels, **kwargs)
        self.is_possible = bool(channels)
        self.why_not = [it.why_not for it in ways if it.hindrance is not None]
        if not channels:
            self.fields["tell"].widget.attrs["disabled"] = True
            self.fields["tell"].help_text = " ".join(self.why_not) or NOT_SET_UP
        self.fields["channel"].error_messages["invalid_choice"] = _(
            "The customer cannot be told in this way any more."
        )

    def clean(self) -> dict[str, Any]:
        if not self.is_asked:
            self.errors.clear()  # nobody is told, whatever stands there
            return self.cleaned_data
        if not self.is_possible:
            self.errors.clear()
            self.add_error("tell", _("The customer can no longer be told, so nothing was done."))
            return self.cleaned_data
        return super().clean()

    @property
    def is_asked(self) -> bool:
        return bool(self.cleaned_data.get("tell"))


def _checked(text: str) -> str:
    unknown = texts.unknown_in(text)
    if unknown:
        raise forms.ValidationError(
            UNKNOWN,
            params={
                "number": len(unknown),
                "unknown": ", ".join(dict.fromkeys(unknown)),
                "known": ", ".join(f"{{{it}}}" for it in texts.PLACEHOLDERS),
            },
        )
    return text
