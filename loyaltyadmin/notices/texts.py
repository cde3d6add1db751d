"""The merchant's text with its placeholders, and what stands in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loyaltyadmin.notices.channels import Section
from loyaltyadmin.points_adjustments.states import Direction

LANGUAGES = ("ar", "en")
PLACEHOLDERS = ("name", "points", "balance", "store", "reason")
IN_BRACES = re.compile(r"\{([^{}]*)\}")
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a message is about; `points` are with their sign, and None is not known."""

    name: str
    points: int
    balance: int | None
    store: str
    reason: str

    def values(self) -> dict[str, str]:
        """This will give what each placeholder stands for, in the language that is active."""
        return {
            "name": _one_line(self.name) or pgettext("how a customer is addressed", "customer"),
            "points": _number(self.points),
            "balance": "" if self.balance is None else _number(self.balance),
            "store": _one_line(self.store) or _("the store"),
            "reason": _one_line(self.reason),
        }


def unknown_in(text: str) -> list[str]:
    """This will list what stands in braces and is no placeholder, and braces without a partner."""
    unknown = [found[0] for found in IN_BRACES.finditer(text) if found[1] not in PLACEHOLDERS]
    return unknown + re.findall("[{}]", IN_BRACES.sub("", text))


def sections_of(texts: Mapping[str, str], *, about: About) -> list[Section]:
    """This will fill in `subject_ar`, `text_ar`, …, Arabic first, leaving out an empty language."""
    sections = []
    for language in LANGUAGES:
        text = texts[f"text_{language}"].strip()
        if not text:
            continue
        with translation.override(language):
            values = about.values()
        subject = texts[f"subject_{language}"]
        sections.append(
            Section(
                language=language,
                subject="".join(part for part, _is_value in _filled(subject, values)),
                parts=_filled(text, values),
            )
        )
    return sections


def suggested(*, language: str, direction: Direction | None) -> dict[str, str]:
    """This will give a text to begin with; `direction` is what all lines do, if all do the same."""
    with translation.override(language):
        if direction is Direction.ADD:
            subject = _("You have new points at {store}")
            body = _(
                "Hello {name},\n\nWe have added points to your balance at {store}.\n"
                "Points: {points}\nReason: {reason}\nYour balance: {balance}"
            )
        else:
            subject = _("Your points at {store} have changed")
            body = _(
                "Hello {name},\n\nYour points at {store} have changed.\n"
                "Points: {points}\nReason: {reason}\nYour balance: {balance}"
            )
        return {f"subject_{language}": subject, f"text_{language}": body}


def _filled(text: str, values: Mapping[str, str]) -> list[tuple[str, bool]]:
    # Every second piece was in braces.
    pieces = IN_BRACES.split(text)
    return [
        (values.get(piece, f"{{{piece}}}"), True) if at % 2 else (piece, False)
        for at, piece in enumerate(pieces)
        if piece
    ]


def _one_line(text: str) -> str:
    """Zid's or the merchant's text without line breaks: it also stands in a mail's header."""
    return " ".join(text.split())


def _number(number: int) -> str:
    return f"{MINUS if number < 0 else ''}{intcomma(abs(number))}"
