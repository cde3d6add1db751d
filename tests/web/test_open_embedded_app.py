from __future__ import annotations

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client

from loyaltyadmin.stores import operations
from loyaltyadmin.web import session_token
from tests.conftest import client_of
from tests.web.conftest import hx_headers

pytestmark = pytest.mark.django_db


def open_app(client, token, language="en", **more):
    return client.get("/embedded", {"token": token, "language": language}, **more)


def test_it_opens_a_session_for_the_store_of_the_token(client, store, lookup_token):
    response = open_app(client, lookup_token)

    assert response.status_code == 200
    assert client.session["store_id"] == store.id
    key = session_token.read(token=hx_headers(response)[session_token.HEADER])
    assert key == client.session.session_key


@pytest.mark.parametrize(
    ("asked", "language", "direction"),
    [("ar", "ar", "rtl"), ("en", "en", "ltr"), ("", "ar", "rtl"), ("fr", "ar", "rtl"),
     ("en'><script>", "ar", "rtl")],
)  # fmt: skip
def test_it_opens_in_the_language_of_the_dashboard(
    client, lookup_token, asked, language, direction
):
    response = open_app(client, lookup_token, asked)

    assert f'<html lang="{language}" dir="{direction}">' in response.content.decode()
    assert client.session["language"] == language


def test_the_token_stands_nowhere_in_the_answer(client, lookup_token):
    response = open_app(client, lookup_token)

    assert lookup_token not in response.content.decode()
    assert lookup_token not in str(response.headers) + str(response.cookies)


def test_the_token_is_in_no_referer_and_no_cache(client, lookup_token):
    response = open_app(client, lookup_token)

    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]


def test_the_first_thing_a_page_loads_takes_the_token_out_of_the_address(client, lookup_token):
    page = open_app(client, lookup_token).content.decode()

    first = page.index("js/open.js")
    assert first == min(page.find(".js"), first)
    assert first < page.index("<link")
    assert 'data-url="/program/"' in page
    start = page.rindex("<script", 0, first)
    assert not {"defer", "async"} & set(page[start : page.index(">", first)].split())


def test_nothing_of_it_is_logged(client, lookup_token, all_logs):
    open_app(client, lookup_token)
    open_app(client, "wrong-token")
    client.post(f"/embedded?token={lookup_token}")
    client.get(f"/embedded/?token={lookup_token}")

    assert "Forbidden: /embedded" in all_logs.text
    assert lookup_token not in all_logs.text
    assert "wrong-token" not in all_logs.text


@pytest.mark.parametrize("token", ["wrong", "", "\x00", "🙂", "x" * 100_000])
def test_a_wrong_token_gets_a_page_that_says_where_the_way_in_is(client, lookup_token, token):
    response = open_app(client, token)

    assert response.status_code == 403
    assert "Open the app from your Zid dashboard" in response.content.decode()
    assert response["Referrer-Policy"] == "no-referrer"
    assert not Session.objects.exists()
    assert session_token.HEADER not in response


def test_no_token_is_a_wrong_one(client, store):
    assert client.get("/embedded").status_code == 403


def test_the_page_for_a_wrong_token_is_in_the_language_asked_for(client):
    response = open_app(client, "wrong", "ar", headers={"Accept-Language": "en"})

    assert '<html lang="ar" dir="rtl">' in response.content.decode()
    assert response["Content-Language"] == "ar"


def test_the_token_of_an_uninstalled_store_is_dead(client, store, lookup_token):
    operations.disconnect_store(store=store)

    assert open_app(client, lookup_token).status_code == 403


def test_a_wrong_token_does_not_close_the_session_that_is_open(merchant):
    open_app(merchant, "wrong")

    assert merchant.get("/session").status_code == 204


def test_each_opening_is_a_new_session(client, lookup_token):
    open_app(client, lookup_token)
    first = client.session.session_key

    open_app(client, lookup_token)

    assert client.session.session_key != first


def test_a_session_key_that_somebody_planted_is_not_used(client, lookup_token):
    client.cookies[django_settings.SESSION_COOKIE_NAME] = "planted"

    open_app(client, lookup_token)

    assert client.session.session_key != "planted"


def test_the_session_of_another_tab_goes_on(other_store, store, lookup_token):
    browser = client_of(other_store)
    others = browser.session.session_key

    open_app(browser, lookup_token)

    kept = Session.objects.get(session_key=others).get_decoded()
    assert kept["store_id"] == other_store.id
    assert browser.session["store_id"] == store.id


@pytest.mark.parametrize("method", ["post", "put", "delete", "head"])
def test_only_a_get_opens(client, lookup_token, method):
    response = getattr(client, method)(f"/embedded?token={lookup_token}")

    assert response.status_code == 405
    assert not Session.objects.exists()


def test_a_query_of_too_many_fields_is_refused_quietly(client, lookup_token, all_logs):
    query = "&".join(f"a{number}=1" for number in range(2000))

    response = client.get(f"/embedded?token={lookup_token}&{query}")

    assert response.status_code == 400
    assert lookup_token not in all_logs.text


def test_the_page_offers_a_way_on_without_a_script(lookup_token):
    page = open_app(Client(), lookup_token).content.decode()

    assert '<noscript><a href="/program/">' in page
