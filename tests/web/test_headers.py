from __future__ import annotations

import re

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import path

from loyaltyadmin import urls
from tests.web.conftest import token_header

pytestmark = pytest.mark.django_db

PATHS = ["/embedded", "/session", "/no-such-page", "/zid/install", "/zid/callback",
         "/static/js/app.js", "/static/no-such-file", "/"]  # fmt: skip


def policy(response):
    parts = (part.split(" ") for part in response["Content-Security-Policy"].split("; "))
    return {name: set(values) for name, *values in parts}


def fails(request):
    raise RuntimeError


urlpatterns = [path("fails", fails), *urls.urlpatterns]
handler400 = urls.handler400
handler404 = urls.handler404
handler500 = urls.handler500


@pytest.fixture
def broken(settings):
    """A browser in front of an app that has a page with a mistake in it."""
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_says_who_may_frame_it_and_what_it_may_load(client, path):
    response = client.get(path)
    response.close()  # a static file is open until it is sent

    found = policy(response)
    assert found["default-src"] == {"'none'"}
    assert found["frame-ancestors"] == {"'self'", "https://web.zid.sa", "https://dashboard.zid.sa"}
    assert "unsafe" not in str(found)
    assert "X-Frame-Options" not in response


def test_the_frames_ancestors_come_from_the_settings(settings):
    settings.FRAME_ANCESTORS = ["https://dashboard.example"]

    response = Client().get("/session")

    assert policy(response)["frame-ancestors"] == {"'self'", "https://dashboard.example"}


def test_only_scripts_with_the_answers_own_nonce_run(client, lookup_token):
    response = client.get("/embedded", {"token": lookup_token})

    page = response.content.decode()
    [source] = policy(response)["script-src"]
    nonce = source.removeprefix("'nonce-").removesuffix("'")
    tags = re.findall(r"<script[^>]*>", page)
    assert len(tags) == 3
    assert all(f'nonce="{nonce}"' in tag for tag in tags)
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)


def test_every_answer_has_a_nonce_of_its_own(client):
    nonces = {str(policy(client.get("/session"))["script-src"]) for _ in range(3)}

    assert len(nonces) == 3


def test_nothing_comes_from_other_hosts(client, lookup_token):
    page = client.get("/embedded", {"token": lookup_token}).content.decode()

    loaded = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', page)
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)


def test_a_page_that_is_not_there_says_so(merchant):
    response = merchant.get("/no-such-page")

    assert response.status_code == 404
    assert "This page does not exist" in response.content.decode()


def test_a_mistake_of_ours_gets_a_page_with_the_same_headers(broken):
    response = broken.get("/fails", headers={"Accept-Language": "en"})

    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()
    assert 'href="/fails"' in response.content.decode()  # to try again
    assert policy(response)["default-src"] == {"'none'"}


def test_a_mistake_in_a_part_of_a_page_replaces_the_whole_page(broken, merchant):
    headers = {"HX-Request": "true", "HX-Target": "activation"}

    response = broken.get("/fails", headers=headers | token_header(merchant.session.session_key))

    assert response["HX-Retarget"] == "body"


def test_a_database_that_is_down_still_gets_a_page(client, monkeypatch):
    def is_down(request):
        raise DatabaseError("gone")

    monkeypatch.setattr("loyaltyadmin.web.sessions.store_of", is_down)
    client.raise_request_exception = False

    response = client.get("/program/")

    assert response.status_code == 500
    assert b"<h1 " in response.content
    assert policy(response)["default-src"] == {"'none'"}


def test_pages_tell_other_sites_nothing(client):
    response = client.get("/session")

    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_page_from_before_the_sessions_end_is_told_where_the_way_in_is(client):
    client.handler.enforce_csrf_checks = True

    response = client.post("/language", {"language": "en"}, headers={"Accept-Language": "en"})

    assert response.status_code == 403
    assert "Open the app from your Zid dashboard" in response.content.decode()


def test_pages_are_compressed_for_who_takes_that(merchant):
    response = merchant.get("/customers/", headers={"Accept-Encoding": "gzip"})

    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < 10_000
