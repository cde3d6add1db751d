"""What a text promises about points, held against the rules of today.

Only numbers that stand beside what they count, and only promises that can be wrong: points for an
amount, points for a discount, days until they expire. Years, telephone numbers and the price from
which shipping is free say nothing about the program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from loyaltyadmin.info_page.markup import text_of
from loyaltyadmin.zid.types import Program, RedemptionKind

MOST_NAMED = 3
LONGEST = 160
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")

_NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_CURRENCY = (
    r"(?:SAR|SR|AED|KWD|BHD|OMR|QAR|ر\.?\s?[سعق]|د\.?\s?[إكب]|ريال\w*|درهم\w*|دراهم|دينار\w*|دنانير"
    r"|riyals?|dirhams?|dinars?|﷼|\u20c1)"
)
_POINTS = re.compile(rf"{_NUMBER}\s*(?:من\s+)?(?:loyalty\s+)?(?:نق[اط]\w*|points?\b|pts?\b)", re.I)
_ONE_POINT = re.compile(r"نقطة واحدة|\b(?:one|a|1) point\b", re.I)
_TWO_POINTS = re.compile(r"نقطت(?:ان|ين)|\btwo points\b", re.I)
_MONEY = re.compile(rf"{_NUMBER}\s*{_CURRENCY}|{_CURRENCY}\s*{_NUMBER}", re.I)
_ONE_UNIT = re.compile(rf"(?:كل|لكل|every|each|per|واحد)\s+{_CURRENCY}(?!\s*\d)", re.I)
_PERCENT = re.compile(
    rf"{_NUMBER}\s*(?:[%٪]|بال?م[ائ]+ة|في الم[ائ]+ة|per ?cent)|[%٪]\s*{_NUMBER}", re.I
)
_EXPIRY = re.compile(r"expir|تنته[يى]|انتهاء|صلاحي|\bvalid\b", re.I)
_NEVER = re.compile(r"never expire|do(?:es)? not expire|don't expire|لا تنته[يى]|بلا انتهاء", re.I)
# What a time is called, how many days it has, and by how many of them a text may be off.
_SPANS = (
    (re.compile(rf"{_NUMBER}\s*(?:يوم|أيام|ايام|days?\b)", re.I), Decimal(1), Decimal(0)),
    (re.compile(rf"{_NUMBER}\s*(?:شهر|أشهر|اشهر|months?\b)", re.I), Decimal("30.4"), Decimal(3)),
    (re.compile(rf"{_NUMBER}\s*(?:سنة|سنوات|years?\b)", re.I), Decimal(365), Decimal(3)),
)
_SENTENCES = re.compile(r"\n|(?<=[!؟?؛;])\s|\.(?=\s|$)")


def contradictions(*, content: str, program: Program | None) -> list[str]:
    """This will give the sentences of a text that no rule or method of the program bears out.

    A few at most, shortened. Rules and methods that are switched off bear out nothing, and of a
    program that nobody knows nothing is said.
    """
    if program is None:
        return []
    switches = [rule.is_active for rule in program.cashback_rules]
    switches += [method.is_active for method in program.redemption_methods]
    if not any(switches):
        return []
    sentences = (sentence.strip() for sentence in _SENTENCES.split(text_of(content)))
    wrong = (it for it in sentences if it and _is_wrong(it.translate(DIGITS), program))
    named = list(dict.fromkeys(wrong))[:MOST_NAMED]
    return [it if len(it) <= LONGEST else f"{it[:LONGEST]}…" for it in named]


def _is_wrong(sentence: str, program: Program) -> bool:
    points = [*_numbers(_POINTS, sentence)]
    points += [Decimal(1)] * bool(_ONE_POINT.search(sentence))
    points += [Decimal(2)] * bool(_TWO_POINTS.search(sentence))
    money = [*_numbers(_MONEY, sentence)] + [Decimal(1)] * bool(_ONE_UNIT.search(sentence))
    percents = [*_numbers(_PERCENT, sentence)]
    if points and money:
        ratios = [*_money_of_a_point(program)]
        return not all(
            any(_is_near(amount / point, ratio) for amount in money for ratio in ratios)
            for point in points
            if point
        )
    if points and percents:
        return not any(
            method.points_to_redeem == point and method.discount_value == percent
            for method in program.redemption_methods
            if method.is_active and method.kind is RedemptionKind.PERCENTAGE
            for point in points
            for percent in percents
        )
    return _is_wrong_about_expiry(sentence, program.points_expiration_days)


def _is_wrong_about_expiry(sentence: str, days: int | None) -> bool:
    if _NEVER.search(sentence):
        return days is not None
    if not _EXPIRY.search(sentence):
        return False
    promised = [
        (number * length, tolerance)
        for pattern, length, tolerance in _SPANS
        for number in _numbers(pattern, sentence)
    ]
    return bool(promised) and not any(
        days is not None and abs(promise - days) <= tolerance for promise, tolerance in promised
    )


def _money_of_a_point(program: Program) -> Iterator[Decimal]:
    """What is spent for a point, by each rule, and what is taken off for one, by each method."""
    for rule in program.cashback_rules:
        if rule.is_active and rule.points_rewarded > 0:
            yield rule.amount_to_spend / rule.points_rewarded
    for method in program.redemption_methods:
        is_fixed = method.kind is RedemptionKind.FIXED_RATE
        if method.is_active and is_fixed and method.points_to_redeem > 0:
            yield method.discount_value / method.points_to_redeem


def _is_near(one: Decimal, other: Decimal) -> bool:
    """Equal, but for what rounding to whole points and cents does to an example."""
    return abs(one - other) <= other / 100


def _numbers(pattern: re.Pattern[str], sentence: str) -> Iterator[Decimal]:
    for found in pattern.finditer(sentence):
        number = next(group for group in found.groups() if group)
        yield Decimal(number.replace(",", ""))
