"""What names, e-mail addresses and mobile numbers are compared by, however they were written."""

from __future__ import annotations

import re

from loyaltyadmin.web.folding import fold as fold

LONGEST_WORD = 40

_WORD = re.compile(r"[^\W_]+")
# What people write as one word or as two: عبد الله and عبدالله, Al Otaibi and Alotaibi.
_JOINED = frozenset({"عبد", "ابو", "ال", "abd", "abu", "al", "el"})
_ARTICLES = ("ال", "al")
_FEWEST_AFTER_ARTICLE = 3

# The country of a store's customers, as far as its currency tells (stores/time_zones.py).
CALLING_CODES = {
    "AED": "971",
    "BHD": "973",
    "EGP": "20",
    "IQD": "964",
    "JOD": "962",
    "KWD": "965",
    "OMR": "968",
    "QAR": "974",
    "SAR": "966",
    "YER": "967",
}
# Numbers of the countries above, without the zero in front: a shorter rest behind a country is
# none, and a longer number has its country in front already.
_SHORTEST_NATIONAL, _LONGEST_NATIONAL = 7, 10


def words_of(text: str) -> list[str]:
    """This will give the folded words of a name, عبد and the like joined to what follows."""
    words: list[str] = []
    is_open = False
    for word in _WORD.findall(fold(text)):
        if is_open:
            words[-1] += word
        else:
            words.append(word)
        is_open = words[-1] in _JOINED
    return [word[:LONGEST_WORD] for word in words]


def without_article(word: str) -> str:
    """This will give a folded word without the article in front; empty if it has none."""
    for article in _ARTICLES:
        rest = word.removeprefix(article)
        if rest != word and len(rest) >= _FEWEST_AFTER_ARTICLE:
            return rest
    return ""


def email_of(text: str) -> str:
    """This will give an e-mail address as it is compared."""
    # What cannot be seen comes along with what is copied, and no database takes all of it.
    seen = (letter for letter in text if letter.isprintable() and not letter.isspace())
    return "".join(seen).lower()


def mobile_of(text: str, *, currency: str) -> str:
    """This will give a mobile number as international digits without a plus.

    Takes 05…, 5…, 9665…, +966… and 00966…, in digits of any script, with spaces and signs between;
    `currency` tells the country of a number without one. Empty for what has no digit.
    """
    digits, is_international = _digits(text)
    code = CALLING_CODES.get(currency.upper(), "")
    if is_international or not code or not digits:
        return digits
    if digits.startswith("0"):
        return code + national if (national := digits.lstrip("0")) else ""
    if digits.startswith(code) and len(digits) - len(code) >= _SHORTEST_NATIONAL:
        return code + digits.removeprefix(code).removeprefix("0")
    return code + digits if len(digits) <= _LONGEST_NATIONAL else digits


def national_of(mobile: str, *, currency: str) -> str:
    """This will give international digits without the store's own country in front."""
    code = CALLING_CODES.get(currency.upper(), "")
    return mobile.removeprefix(code) if code else mobile


def typed_number(text: str, *, currency: str) -> str:
    """This will give the beginning of a mobile number, as `national_of` gives the whole.

    It may break off anywhere: 00, 0096, 05.
    """
    digits, is_international = _digits(text)
    code = CALLING_CODES.get(currency.upper(), "")
    if digits.startswith(code):
        return digits.removeprefix(code).removeprefix("0")
    return digits if is_international else digits.lstrip("0")


def _digits(text: str) -> tuple[str, bool]:
    """The digits, and whether a plus or 00 said that they begin with a country."""
    folded = fold(text)
    digits = "".join(letter for letter in folded if letter.isascii() and letter.isdigit())
    if digits.startswith("00"):
        return digits[2:], True
    return digits, "+" in folded[: folded.find(digits[:1]) if digits else None]
