"""The riyal's sign by its central bank's rules; other currencies by name or code."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpResponse
from django.utils import translation

from loyaltyadmin.web.templatetags.amounts import money
from tests.pages import Page


def test_the_sign_stands_left_of_the_number_and_has_a_name() -> None:
    for language in ("ar", "en"):
        with translation.override(language):
            page = Page(HttpResponse(money(Decimal("1250.50"), "SAR")))

        assert page.one("bdi")["dir"] == "ltr"
        assert page.one("bdi").text == "1,250.5"
        assert [element.tag for element in page.elements] == ["bdi", "svg", "use"]
        assert page.one("svg", role="img")["aria-label"]


def test_others_are_written_out() -> None:
    with translation.override("ar"):
        assert Page(HttpResponse(money(7, "KWD"))).one("bdi").text == "7 د.ك"
    with translation.override("en"):
        assert Page(HttpResponse(money(7, "USD"))).one("bdi").text == "7 USD"
