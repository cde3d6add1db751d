"""One session, two carriers: a cookie, or a token in a header."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.test import Client

from loyaltyadmin.stores import operations
from loyaltyadmin.stores.models import Store
from loyaltyadmin.web import session_token
from tests.conftest import client_of
from tests.web.conftest import hx_headers, strictly, token_header

pytestmark = pytest.mark.django_db
COOKIE = django_settings.SESSION_COOKIE_NAME


def open_app(client, lookup_token):
    return client.get("/embedded", {"token": lookup_token, "language": "en"})


def set_cookie_line(response):
    return response.cookies[COOKIE].OutputString()


def store_of(response):
    return response.wsgi_request.maybe_store


def test_the_cookie_works_in_a_third_party_frame(client, lookup_token):
    parts = set_cookie_line(open_app(client, lookup_token)).split("; ")

    assert {"SameSite=None", "Secure", "HttpOnly", "Partitioned", "Path=/"} <= set(parts)
    assert not any(part.startswith("Domain") for part in parts)


def test_a_cookie_that_is_taken_back_is_partitioned_too(client):
    client.cookies[COOKIE] = "of a session that has ended"

    line = set_cookie_line(client.get("/session"))

    assert "Max-Age=0" in line
    assert "Partitioned" in line
    assert "Secure" in line


def test_the_cookie_carries_the_session(merchant, store):
    response = merchant.get("/session")

    assert response.status_code == 204
    assert store_of(response) == store


def test_the_header_carries_the_session(cookieless, store):
    response = cookieless.get("/session")

    assert store_of(response) == store
    assert COOKIE not in response.cookies


def test_every_answer_brings_a_fresh_token(cookieless, merchant):
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=10)
    later = soon + dt.timedelta(minutes=10)

    with time_machine.travel(soon):
        fresh = cookieless.get("/session")[session_token.HEADER]

    with time_machine.travel(later):
        assert cookieless.get("/session").status_code == 403
        assert Client(headers={session_token.HEADER: fresh}).get("/session").status_code == 204


@pytest.mark.parametrize(
    "path", ["/session", "/embedded?token=wrong", "/no-such-page", "/bulk-adjustments/"]
)
def test_who_holds_a_session_gets_the_token_with_every_page(merchant, path):
    key = session_token.read(token=merchant.get(path)[session_token.HEADER])

    assert key == merchant.session.session_key


@pytest.mark.parametrize("path", ["/session", "/embedded", "/no-such-page", "/zid/install"])
def test_who_holds_none_gets_no_token(client, path):
    response = client.get(path)

    assert session_token.HEADER not in response
    assert b"hx-headers" not in response.content


@pytest.mark.parametrize("path", ["/session", "/no-such-page", "/bulk-adjustments/", "/"])
def test_no_cache_keeps_what_carries_a_token(merchant, path):
    response = merchant.get(path)

    assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))
    assert {"Cookie", "X-Session-Token"} <= set(response["Vary"].split(", "))


def test_a_token_is_dead_after_a_quarter_of_an_hour(cookieless):
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=15, seconds=2)

    with time_machine.travel(later):
        assert cookieless.get("/session").status_code == 403


def test_a_session_ends_though_the_page_stays_open(merchant):
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=12, seconds=2)
    key = merchant.session.session_key

    with time_machine.travel(later):
        assert Client(headers=token_header(key)).get("/session").status_code == 403


@pytest.mark.parametrize("token", ["x", "gAAAAA==", "ü", "x" * 100_000])
def test_a_forged_token_opens_nothing(db, token):
    assert Client(headers={session_token.HEADER: token}).get("/session").status_code == 403


def test_a_token_of_another_house_opens_nothing(cookieless, settings):
    settings.SECRET_KEY = "another house's secret key, which is long enough for anybody"

    assert cookieless.get("/session").status_code == 403


def test_the_token_does_not_show_the_session_key(merchant):
    key = merchant.session.session_key

    assert key not in session_token.issue(session_key=key)


def test_the_header_wins_over_another_stores_cookie_and_leaves_it_alone(
    merchant, store, other_store
):
    browser = client_of(other_store)
    others_key = browser.session.session_key

    response = browser.get("/session", headers=token_header(merchant.session.session_key))

    assert store_of(response) == store
    assert COOKIE not in response.cookies
    assert Session.objects.get(session_key=others_key).get_decoded()["store_id"] == other_store.id


def test_a_dead_header_does_not_fall_back_to_another_stores_cookie(other_store):
    browser = client_of(other_store)

    response = browser.get("/session", headers={session_token.HEADER: "dead"})

    assert response.status_code == 403
    assert COOKIE not in response.cookies
    assert browser.get("/session").status_code == 204


def test_a_change_by_header_reaches_its_session_and_not_the_cookies(
    merchant, other_store, cookieless
):
    browser = client_of(other_store, language="en")

    browser.post(
        "/language", {"language": "ar"}, headers=token_header(merchant.session.session_key)
    )

    assert merchant.session["language"] == "ar"
    assert browser.session["language"] == "en"


def test_uninstalling_closes_every_open_session(merchant, cookieless, store):
    operations.disconnect_store(store=store)

    for browser in (merchant, cookieless):
        response = browser.get("/session")
        assert response.status_code == 403
        assert session_token.HEADER not in response


def test_a_refused_post_changes_nothing_without_the_csrf_token(merchant, cookieless):
    for browser in (merchant, cookieless):
        with strictly(browser):
            response = browser.post("/language", {"language": "ar"})

        assert response.status_code == 403
        assert merchant.session["language"] == "en"


@pytest.mark.parametrize("keeps_cookies", [True, False])
def test_a_post_with_what_the_page_gave_is_accepted(lookup_token, keeps_cookies):
    browser = Client()
    headers = hx_headers(open_app(browser, lookup_token))
    session = browser.session
    if not keeps_cookies:
        browser = Client()
        browser.cookies.clear()

    with strictly(browser):
        response = browser.post("/language", {"language": "ar"}, headers=headers)

    assert response.status_code == 302
    assert Session.objects.get(session_key=session.session_key).get_decoded()["language"] == "ar"


def test_the_csrf_token_of_one_store_is_worth_nothing_in_another(lookup_token, other_store):
    mine = hx_headers(open_app(Client(), lookup_token))["X-CSRFToken"]
    theirs = client_of(other_store)
    open_in_theirs = theirs.session
    open_in_theirs["_csrftoken"] = "x" * 32
    open_in_theirs.save()

    with strictly(theirs):
        response = theirs.post("/language", {"language": "ar"}, headers={"X-CSRFToken": mine})

    assert response.status_code == 403


def test_a_post_from_another_site_is_refused_though_it_knows_the_token(lookup_token):
    browser = Client()
    headers = hx_headers(open_app(browser, lookup_token))

    with strictly(browser):
        response = browser.post(
            "/language", {"language": "ar"}, headers={**headers, "Origin": "https://evil.example"}
        )

    assert response.status_code == 403


def test_a_store_opened_by_two_merchants_has_two_sessions(lookup_token):
    first, second = Client(), Client()

    open_app(first, lookup_token)
    open_app(second, lookup_token)

    assert first.session.session_key != second.session.session_key


def test_a_session_of_a_store_that_is_gone_is_nobodys(merchant, store):
    Store.objects.all().delete()

    assert merchant.get("/session").status_code == 403
