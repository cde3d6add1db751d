"""The short code that ends the reason of every adjustment.

It is how a lost answer is settled: Zid keeps the reason verbatim in the customer's points history
(tests/zid_sandbox/NOTES.md, "Calls"), so an entry that carries a line's reference is that line.

Its form is `ref-` and twelve characters without vowels or look-alikes, such as `ref-7kq2xw9d4mtr`:
quiet for a shopper, never a word, and one run from left to right even after Arabic (it begins with
a letter, so nothing of it jumps to the other side). With 24^12 of them, a hundred thousand new ones
beside ten million old ones meet once in thirty thousand times; the database then refuses them all.
"""

from __future__ import annotations

import re
import secrets

from django.conf import settings

PREFIX = "ref-"
ALPHABET = "23456789bcdfghjkmpqrtvwx"
LENGTH = 12
_FORM = re.compile(rf"(^|\s){PREFIX}[{ALPHABET}]{{{LENGTH}}}\s*$")


def new() -> str:
    """This will make a reference that no other line has."""
    number, letters = secrets.randbelow(len(ALPHABET) ** LENGTH), ""
    for _ in range(LENGTH):
        number, at = divmod(number, len(ALPHABET))
        letters += ALPHABET[at]
    return PREFIX + letters


def longest_text() -> int:
    """This will tell how many characters a merchant's reason may have beside the reference."""
    return int(settings.ZID_REASON_MAX_LENGTH) - len(f" {PREFIX}") - LENGTH


def reason_with(reference: str, *, text: str) -> str:
    """This will give the reason to send: the merchant's text, cut to fit, and the reference."""
    return f"{' '.join(text.split())[: longest_text()].rstrip()} {reference}".strip()


def is_in(reason: str | None, *, reference: str) -> bool:
    """This will tell whether a reason in the points history carries `reference`."""
    return reason is not None and reason.rstrip().endswith(reference)


def is_in_any_form(reason: str | None) -> bool:
    """This will tell whether a reason ends in what may be a reference of ours."""
    return reason is not None and _FORM.search(reason) is not None
