from __future__ import annotations

import pytest
from django.test import Client

from tests.pages import Page

pytestmark = pytest.mark.django_db


def policy(response):
    parts = (part.split(" ") for part in response["Content-Security-Policy"].split("; "))
    return {name: set(values) for name, *values in parts}


def test_styles_and_pictures_are_shown_and_nothing_but_the_editor_runs(client: Client) -> None:
    response = client.get("/info-page/canvas/?language=ar&editable")

    page, found = Page(response), policy(response)
    assert found["default-src"] == {"'none'"}
    assert found["style-src"] == {"'self'", "'unsafe-inline'"}
    assert found["img-src"] == {"'self'", "https:", "data:"}
    assert found["script-src"] == {f"'nonce-{page.all('script')[0]['nonce']}'"}
    assert "https://dashboard.zid.sa" in found["frame-ancestors"]
    assert [script["src"] for script in page.all("script")] == [
        "/static/vendor/squire/squire.js",
        "/static/js/canvas.js",
    ]


def test_every_page_fetches_the_editor_ahead(merchant: Client, client: Client) -> None:
    ahead = Page(merchant.get("/segments/")).one("link", rel="prefetch")

    scripts = Page(client.get("/info-page/canvas/?language=ar&editable")).all("script")
    assert ahead["href"] == scripts[0]["src"]


def test_in_a_preview_nothing_runs_at_all(client: Client) -> None:
    assert Page(client.get("/info-page/canvas/?language=ar")).all("script") == []


def test_it_is_written_in_the_language_of_its_text(client: Client) -> None:
    arabic = Page(client.get("/info-page/canvas/?language=ar")).one("html")
    english = Page(client.get("/info-page/canvas/?language=en")).one("html")

    assert (arabic["lang"], arabic["dir"]) == ("ar", "rtl")
    assert (english["lang"], english["dir"]) == ("en", "ltr")
