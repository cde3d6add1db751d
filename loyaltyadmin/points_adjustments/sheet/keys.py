"""Whom a line is for: a customer's number, an e-mail address or a mobile number."""

from __future__ import annotations

import re

from loyaltyadmin.points_adjustments.sheet.numbers import oddity_of, western, whole
from loyaltyadmin.points_adjustments.sheet.types import Holds, Key

MOST_NUMBER = 2**63 - 1
MOST_LENGTH = 320  # of an e-mail address

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")
_BETWEEN = re.compile(r"\.0$|[\s\-().\u00a0/_]+")
_MOBILE = re.compile(r"(?:\+|00)?\d{8,15}")
# Nothing but a mobile number is written so.
_SURELY_MOBILE = re.compile(r"(?:\+|00)\d{8,15}|05\d{8}")
# Digits that may be one: with a country of the Gulf in front, or with the zero lost.
_MAYBE_MOBILE = re.compile(r"9660?5\d{8}|9715\d{8}|96[58]\d{8}|97[34]\d{8}|5\d{8}")


def key_of(text: str, *, holds: Holds) -> Key | str:
    """This will read whom a cell names, or give the code of what is wrong with it."""
    if not text:
        return "no_customer"
    if len(text) > MOST_LENGTH:
        return "bad_customer"
    if "@" in text and not text.startswith("="):
        return _by_email(text)
    if oddity := oddity_of(text):
        return oddity
    if holds is Holds.MOBILE:
        return _by_mobile(text)
    digits = western(_BETWEEN.sub("", text))
    if _SURELY_MOBILE.fullmatch(digits):
        return Key(holds=holds, mobile=digits)
    number = whole(text.removeprefix("#"))
    if isinstance(number, str) or number[0] or not 0 < number[1] <= MOST_NUMBER:
        codes = {Holds.NUMBER: "bad_customer_id", Holds.EMAIL: "bad_email"}
        return number if number == "unclear_separator" else codes.get(holds, "bad_customer")
    mobile = str(number[1]) if _MAYBE_MOBILE.fullmatch(str(number[1])) else ""
    return Key(holds=holds, number=number[1], mobile=mobile)


def is_email(text: str) -> bool:
    return "@" in text and isinstance(_by_email(text), Key)


def is_surely_mobile(text: str) -> bool:
    """Whether digits are a mobile number however they came about."""
    digits = western(_BETWEEN.sub("", text))
    return bool(_SURELY_MOBILE.fullmatch(digits) or _MAYBE_MOBILE.fullmatch(digits))


def _by_email(text: str) -> Key | str:
    text = re.sub("^(mailto:|<)|>$", "", text, flags=re.IGNORECASE)
    if not _EMAIL.fullmatch(text):
        return "bad_email"
    return Key(holds=Holds.EMAIL, email=text.casefold())


def _by_mobile(text: str) -> Key | str:
    digits = western(_BETWEEN.sub("", text))
    if not _MOBILE.fullmatch(digits):
        return "bad_mobile"
    return Key(holds=Holds.MOBILE, mobile=digits)
