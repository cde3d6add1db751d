"""The riyal's sign by its central bank's rules; other currencies by name or code."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.utils import translation

from loyaltyadmin.web.templatetags.amounts import money, sum_of_money
from tests.pages import Page


def test_the_sign_stands_left_of_the_number_and_has_a_name() -> None:
    for language, name in (("ar", "ريال سعودي"), ("en", "Saudi riyals")):
        with translation.override(language):
            page = Page(HttpResponse(money(Decimal("1250.50"), "SAR")))

        assert page.one("bdi")["dir"] == "ltr"
        assert [element.tag for element in page.elements] == ["bdi", "svg", "use", "span"]
        assert page.one("bdi").text == f"1,250.50 {name}"  # seen before the number, read after it


def test_others_are_written_out() -> None:
    with translation.override("ar"):
        assert Page(HttpResponse(money(7, "KWD"))).one("bdi").text == "7 د.ك"
    with translation.override("en"):
        assert Page(HttpResponse(money(7, "USD"))).one("bdi").text == "7 USD"


@pytest.mark.parametrize(
    ("value", "code", "written"),
    [
        ("1000", "SAR", "1,000"),
        ("7.50", "SAR", "7.50"),
        ("0.1", "USD", "0.10"),
        ("0.125", "SAR", "0.125"),
        ("0.5", "KWD", "0.500"),
    ],
)
def test_an_amount_that_is_not_whole_has_all_its_digits(
    value: str, code: str, written: str
) -> None:
    assert sum_of_money(Decimal(value), code) == written
