"""Numbers as people write them: what is read is what stands there, or it is named and left out."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loyaltyadmin.points_adjustments.sheet.numbers import MOST_DIGITS, oddity_of, western, whole
from loyaltyadmin.points_adjustments.words import FILE_PROBLEMS

AMOUNTS = st.integers(min_value=0, max_value=10**MOST_DIGITS - 1)
SCRIPTS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９"]
SIGNS = {"": "", "+": "+", "-": "-", "−": "-", "－": "-", "＋": "+"}
# Everything that numbers are made of, and some that they are not.
MADE_OF = st.text(alphabet="0123456789٠١٢٣۵+-−.,٫٬،'’ ()eE/:#=@\u00a0\u202fن نقطةpts", max_size=24)


def in_script(number: int | str, digits: str) -> str:
    return str(number).translate(str.maketrans("0123456789", digits))


def grouped(amount: int, separator: str) -> str:
    return f"{amount:,}".replace(",", separator)


@given(st.text() | MADE_OF)
@example("")
@example("²")  # a digit to `isdigit`, not to `int`
@example("1" * 500)
@example("(" * 200)
def test_any_text_is_a_number_or_a_code_that_has_a_sentence(text: str) -> None:
    read = whole(text)

    if isinstance(read, str):
        assert read in FILE_PROBLEMS
    else:
        sign, amount = read
        assert sign in {"", "+", "-"}
        assert 0 <= amount < 10**MOST_DIGITS


@given(st.text() | MADE_OF)
def test_no_digit_comes_or_goes(text: str) -> None:
    """What is read has the digits that stood there, but for zeros before and behind it."""
    read = whole(text)

    if not isinstance(read, str):
        there = re.sub(r"\D", "", western(text))
        before_the_point = re.sub(r"\D", "", re.split(r"[.٫]", western(text))[0])
        assert str(read[1]) == (before_the_point.lstrip("0") or "0")
        assert set(there.removeprefix(before_the_point)) <= {"0"}


@given(AMOUNTS, st.sampled_from(SCRIPTS), st.sampled_from(list(SIGNS)), st.booleans())
def test_the_script_and_the_place_of_the_sign_change_nothing(
    amount: int, digits: str, sign: str, is_before: bool
) -> None:
    written = in_script(amount, digits)

    read = whole(f"{sign}{written}" if is_before else f"{written}{sign}")

    assert read == (SIGNS[sign], amount)


@given(st.integers(min_value=1000, max_value=10**9), st.sampled_from([",", "٬", "،", "'", " "]))
def test_thousands_may_be_set_apart_by_what_cannot_be_a_decimal_point(
    amount: int, separator: str
) -> None:
    assert whole(grouped(amount, separator)) == ("", amount)


@given(st.integers(min_value=1000, max_value=10**9))
def test_a_point_between_thousands_may_be_a_decimal_one_and_is_not_guessed(amount: int) -> None:
    assert whole(grouped(amount, ".")) == "unclear_separator"


@given(AMOUNTS, st.text(alphabet="0", min_size=1, max_size=2))
def test_a_fraction_of_zero_is_none(amount: int, zeros: str) -> None:
    assert whole(f"{amount}.{zeros}") == ("", amount)


@given(st.integers(min_value=0, max_value=10**6), st.integers(min_value=1, max_value=99))
def test_a_fraction_is_never_rounded(amount: int, hundredths: int) -> None:
    assert whole(f"{amount}.{hundredths:02}") == "fraction"


@given(AMOUNTS, st.sampled_from(["points", "pts", "نقطة", "نقاط", "نقطتان"]), st.booleans())
def test_a_unit_behind_it_changes_nothing(amount: int, unit: str, has_space: bool) -> None:
    assert whole(f"{amount}{' ' if has_space else ''}{unit}") == ("", amount)


@given(AMOUNTS, st.sampled_from("+-"), st.sampled_from("+-"))
def test_two_signs_are_no_sign(amount: int, before: str, behind: str) -> None:
    assert whole(f"{before}{amount}{behind}") == "bad_points"


@given(st.integers(min_value=1), st.integers(min_value=0, max_value=99), st.integers(0, 15))
def test_what_excel_shortened_is_named(first: int, rest: int, power: int) -> None:
    assert oddity_of(f"{first % 9 + 1}.{rest:02}E+{power:02}") == "shortened_number"


@given(st.integers(min_value=10**MOST_DIGITS, max_value=10 ** (MOST_DIGITS + 20)))
def test_more_digits_than_anybody_has_are_too_many(amount: int) -> None:
    assert whole(str(amount)) == "too_many_points"


@pytest.mark.parametrize("text", ["1,23,456", "12,34", "1,000.000,00", "1..0", "1 2", "--5", "½"])
def test_what_is_no_number_to_everybody_is_none(text: str) -> None:
    assert isinstance(whole(text), str)
