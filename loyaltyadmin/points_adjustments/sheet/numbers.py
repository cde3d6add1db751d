"""Whole numbers as people and spreadsheets write them.

What can be meant in one way only is read; what can be meant in two is named and not read. A code of
ours says what is wrong: `words.FILE_PROBLEMS` has the sentences.
"""

from __future__ import annotations

import re
import unicodedata

MOST_DIGITS = 15  # a spreadsheet keeps no more
MOST_LENGTH = 60  # of what may be a number; the patterns below are not for novels

# Direction marks come along when Arabic text is copied from a web page or a spreadsheet.
_DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SIGNS = str.maketrans({"−": "-", "－": "-", "﹣": "-", "＋": "+", "﹢": "+"})
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f", " "))
_UNITS = re.compile(r"(?<=\d)\s*(points?|pts?|نقطة|نقطه|نقاط|نقطتان|نقطتين)\.?", re.IGNORECASE)
_NUMBER = re.compile(r"([+-]?) *(\d[\d,٬'’ .٫،]*?) *([+-]?)")
_GROUPED = re.compile(r"\d{1,3}(?:(,|٬|،|'|’| )\d{3})(?:\1\d{3})*")
_EITHER = re.compile(r"\d{1,3}(?:\.\d{3})+|\d+(?:\.\d{3})+,\d+|\d+,\d{1,2}|\d{1,3}(?:\.\d{3})+٫\d+")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,٫]\d+)?[eE][+-]?\d{1,3}")
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
    r"|يناير|فبراير|مارس|[أا]بريل|مايو|يونيو|يوليو|[أا]غسطس|سبتمبر|[أا]كتوبر|نوفمبر|ديسمبر"
)
_DATE = re.compile(
    rf"\d{{1,4}}[/-]\d{{1,2}}[/-]\d{{1,4}}(?:[T ].*)?|\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?"
    rf"|\d{{1,2}}[-/ ](?:{_MONTH})(?:[-/ ]\d{{2,4}})?|(?:{_MONTH})[-/ ]\d{{1,4}}",
    re.IGNORECASE,
)
_ERROR = re.compile(r"#{2,}|#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|ERROR!|SPILL!)")


def clean(cell: str) -> str:
    """This will give a cell without what cannot be seen around it."""
    if cell.isascii():
        return cell.strip()
    return _DIRECTION_MARKS.sub("", cell).strip().strip("\ufeff\u200b")


def western(text: str) -> str:
    """This will give text with the digits of every script as 0-9."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text
    )


def oddity_of(text: str) -> str:
    """This will name what a spreadsheet put in the place of a number; empty if it is none."""
    if text.startswith(("=", "@")):
        return "formula"
    if len(text) > MOST_LENGTH:
        return ""
    text = western(text)
    if _ERROR.fullmatch(text.upper()):
        return "spreadsheet_error"
    if _SCIENTIFIC.fullmatch(text):
        return "shortened_number"
    return "date" if _DATE.fullmatch(text) else ""


def whole(text: str) -> tuple[str, int] | str:
    """This will read a whole number: its sign, which may be empty, and its amount; or a code.

    The sign may stand before or after, thousands may be set apart, and 50.00 is 50. Without a
    number it is `bad_points`, for the caller to name otherwise if these are no points.
    """
    if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS:
        return "", int(text)  # nearly all of them
    if oddity := oddity_of(text):
        return oddity
    if len(text) > MOST_LENGTH:
        return "bad_points"
    text = _UNITS.sub("", western(text).translate(_SIGNS).translate(_SPACES))
    if text.startswith("(") and text.endswith(")"):
        return "parentheses" if isinstance(whole(text[1:-1].strip()), tuple) else "bad_points"
    found = _NUMBER.fullmatch(text)
    if found is None or (found[1] and found[3]):
        return "bad_points"
    amount = _amount(found[2])
    return amount if isinstance(amount, str) else (found[1] or found[3], amount)


def _amount(text: str) -> int | str:
    if _EITHER.fullmatch(text):
        return "unclear_separator"
    digits, point, rest = text.replace("٫", ".").partition(".")
    if _GROUPED.fullmatch(digits):
        digits = re.sub(r"\D", "", digits)
    if not digits.isdecimal() or (point and not rest.isdecimal()):
        return "bad_points"
    if rest.strip("0"):
        return "fraction"
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= MOST_DIGITS else "too_many_points"
