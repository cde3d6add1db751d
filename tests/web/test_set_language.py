from __future__ import annotations

import json

import pytest

from loyaltyadmin.web import session_token

pytestmark = pytest.mark.django_db


def choose(client, language="ar", **more):
    return client.post("/language", {"language": language, "next": "/customers/", **more})


def test_it_keeps_the_language_for_the_session_and_returns_to_the_page(merchant):
    response = choose(merchant)

    assert (response.status_code, response["Location"]) == (302, "/customers/")
    assert '<html lang="ar" dir="rtl">' in merchant.get("/customers/").content.decode()


def test_htmx_loads_the_whole_page_again_and_gets_the_token_for_it(cookieless):
    response = cookieless.post(
        "/language",
        {"language": "ar", "next": "/customers/"},
        headers={"HX-Request": "true", "HX-Boosted": "true"},
    )

    assert json.loads(response["HX-Location"]) == {
        "path": "/customers/",
        "target": "body",
        "swap": "innerHTML",
    }
    assert session_token.HEADER in response
    assert '<html lang="ar" dir="rtl">' in cookieless.get("/customers/").content.decode()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "///evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "\x00//evil.example",
        "",
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_it_leads_to_no_other_site(merchant, target, headers):
    response = merchant.post("/language", {"language": "ar", "next": target}, headers=headers)

    goal = json.loads(response["HX-Location"])["path"] if headers else response["Location"]
    assert goal == "/program/"


@pytest.mark.parametrize("language", ["fr", "", "ar'", "EN"])
def test_it_knows_two_languages(merchant, language):
    choose(merchant, language)

    assert merchant.session["language"] == "en"


def test_only_a_post_changes_it(merchant):
    assert merchant.get("/language?language=ar").status_code == 405


def test_the_page_says_its_language(merchant):
    choose(merchant)

    assert merchant.get("/customers/")["Content-Language"] == "ar"


def test_zid_is_asked_in_the_new_language(merchant, zid):
    zid.get("https://api.zid.test/v1/managers/loyalty-program/list-data", status=404)
    choose(merchant)

    merchant.get("/program/")

    assert zid.calls[0].request.headers["Accept-Language"] == "ar"
