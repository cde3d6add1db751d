from __future__ import annotations

import pytest
import responses
from django.test import Client

from tests import edge
from tests.pages import Page

pytestmark = pytest.mark.django_db
TYPED = {"title_ar": "نقاط", "title_en": "<i>Points</i>", "content_ar": "", "content_en": ""}


def test_it_shows_what_is_typed_without_what_runs(merchant: Client) -> None:
    typed = TYPED | {"content_en": "<p style='color:red' onclick=x()>Hi</p><script>x()</script>"}

    page = Page(merchant.post("/info-page/preview/", typed, headers=edge.HTMX))

    shown = page.one("data", value="en")
    assert shown["data-html"] == '<p style="color:red">Hi</p>'
    assert shown["data-title"] == "<i>Points</i>"  # a title is text, and shown as such


def test_it_names_a_language_that_is_empty(merchant: Client) -> None:
    typed = TYPED | {"content_en": "<p>Hi</p>", "content_ar": "<p><br></p>"}

    response = merchant.post("/info-page/preview/", typed, headers=edge.HTMX)

    assert "The Arabic text is empty" in response.content.decode()


def test_it_names_what_contradicts_the_rules_as_zid_last_told_them(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    merchant.get("/program/")
    typed = TYPED | {"content_en": "<p>Get 70 points for every 3 SAR.</p>"}

    response = merchant.post("/info-page/preview/", typed, headers=edge.HTMX)

    assert "Get 70 points for every 3 SAR" in Page(response).one("q").text
    assert len(zid.calls) == 1


def test_it_takes_only_what_is_posted(merchant: Client) -> None:
    assert merchant.get("/info-page/preview/").status_code == 405
