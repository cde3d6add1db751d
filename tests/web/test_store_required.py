"""What every page has in common: whose it is, and what it says when Zid fails."""

from __future__ import annotations

import re

import pytest
import requests
from django.test import Client
from responses import matchers

from loyaltyadmin.stores.models import Store
from loyaltyadmin.web import session_token
from tests.conftest import HEADERS, client_of
from tests.pages import Page
from tests.stores import edge
from tests.web.conftest import token_header

pytestmark = pytest.mark.django_db

PROGRAM = "https://api.zid.test/v1/managers/loyalty-program/list-data"
ACTIVATION = re.compile(r"https://api\.zid\.test/v1/managers/loyalty-program/.*activ.*")
PART = {"HX-Request": "true", "HX-Target": "activation"}
PAGES = ["/program/", "/customers/", "/bulk-adjustments/", "/session"]
FIRST_PAGE = {"HX-Request": "true", "HX-Current-URL": "http://testserver/program/"}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr("loyaltyadmin.zid._session.FIRST_PAUSE_SECONDS", 0)


def of_another_store(browser):
    """What a page may show of the stranger: nothing."""
    return browser.get("/bulk-adjustments/").content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_who_did_not_come_from_the_dashboard_is_sent_there(client, path):
    response = client.get(path, headers={"Accept-Language": "en"})

    page = response.content.decode()
    assert response.status_code == 403
    assert "Open the app from your Zid dashboard" in page
    assert re.search(r'<a [^>]*href="https://dashboard.zid.test"[^>]* target="_top"', page)
    assert "<form" not in page


@pytest.mark.parametrize("path", PAGES)
def test_a_store_that_left_is_nobody(disconnected_store, path):
    assert client_of(disconnected_store).get(path).status_code == 403


def test_a_part_of_a_page_gives_way_to_the_whole_answer(client):
    response = client.get("/program/", headers=PART)

    assert response.status_code == 403
    assert response["HX-Retarget"] == "body"


def test_a_strangers_page_is_of_the_strangers_store(merchant, stranger, store, other_store):
    assert store.title in of_another_store(merchant)
    assert store.title not in of_another_store(stranger)
    assert other_store.title in of_another_store(stranger)


def test_zid_is_called_with_the_tokens_number_and_language_of_the_session(zid, merchant):
    headers = {**HEADERS, "Store-Id": "90001", "Accept-Language": "en"}
    zid.get(PROGRAM, status=404, match=[matchers.header_matcher(headers)])

    assert merchant.get("/program/").status_code == 404


def test_a_page_in_arabic_reads_from_right_to_left(store):
    page = client_of(store, language="ar").get("/customers/").content.decode()

    assert '<html lang="ar" dir="rtl">' in page


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"status": 403}, 403),
        ({"status": 404}, 404),
        ({"status": 422, "json": {"message": "لا"}}, 422),
        ({"status": 429}, 503),
        ({"status": 500}, 502),
        ({"body": requests.ConnectionError("dropped")}, 502),
        ({"json": {"status": "object"}}, 502),
    ],
)
def test_a_failure_of_zid_gets_an_honest_page(zid, merchant, answer, status):
    zid.get(PROGRAM, **answer)

    response = merchant.get("/program/")

    assert response.status_code == status
    assert response.templates[0].name == "web/zid_failure.html"
    links = Page(response).all("a", href="/program/")
    assert "Try again" in [link.text for link in links]


def rejected_for_good(zid):
    zid.get(PROGRAM, status=401)
    zid.post(edge.TOKEN, status=400, json={"error": "invalid_grant"})


def test_a_store_whose_tokens_are_dead_for_good_is_told_to_activate_again(zid, merchant):
    rejected_for_good(zid)

    response = merchant.get("/program/")

    assert response.status_code == 403
    assert "Activate the app again" in response.content.decode()


def test_it_is_told_so_by_a_whole_page_when_the_first_page_is_loaded(zid, merchant):
    rejected_for_good(zid)

    response = merchant.get("/program/", headers=FIRST_PAGE)

    assert response["HX-Retarget"] == "body"
    assert "<h1 " in response.content.decode()


def test_a_lost_key_does_not_close_the_way_back(zid, merchant, store):
    Store.objects.filter(id=store.id).update(authorization="", manager_token="", refresh_token="")
    zid.get(PROGRAM, status=401)

    assert "Activate the app again" in merchant.get("/program/").content.decode()


def test_a_failed_part_is_told_in_the_alert_of_the_page_that_stays(zid, merchant):
    zid.get(PROGRAM, status=500)
    here = {"HX-Current-URL": "http://testserver/customers/7/"}

    response = merchant.get("/program/", headers={**PART, **here})

    page = response.content.decode()
    assert response["HX-Retarget"] == "#page-alert"
    assert response["HX-Reswap"].startswith("innerHTML")
    assert "<html" not in page
    assert 'href="/customers/7/"' in page


def test_a_boosted_link_that_fails_gets_the_whole_page(zid, merchant):
    zid.get(PROGRAM, status=500)

    response = merchant.get("/program/", headers={**PART, "HX-Boosted": "true"})

    assert response["HX-Retarget"] == "body"
    assert "<html" in response.content.decode()


def test_a_failed_post_offers_no_repetition(zid, merchant):
    zid.put(ACTIVATION, status=403)
    zid.post(ACTIVATION, status=403)
    zid.assert_all_requests_are_fired = False

    page = merchant.post("/program/activation/", {"active": "1"}).content.decode()

    assert "does not allow" in page
    assert "Try again" not in page


def test_a_limit_that_is_used_up_is_said_before_anything_is_sent(merchant, settings, monkeypatch):
    settings.REDIS_URL = ""
    monkeypatch.setattr("loyaltyadmin.stores.operations.PERSON_PATIENCE_SECONDS", 0)
    monkeypatch.setattr("loyaltyadmin.stores.pacer.DatabaseBucket.take", lambda *a, **k: 9_000_000)

    response = merchant.get("/program/")

    assert response.status_code == 503
    assert "only so many requests a minute" in response.content.decode()


def test_no_secret_is_logged_when_zid_fails(zid, merchant, all_logs):
    rejected_for_good(zid)
    token = token_header(merchant.session.session_key)

    merchant.get("/program/?email=sara@example.com", headers=token)
    Client(headers={session_token.HEADER: "forged-token"}).get("/program/")

    secrets = [*token.values(), "forged-token", "the-manager-token", "the-authorization",
               "the-refresh-token", "sara@example.com", merchant.session.session_key]  # fmt: skip
    assert "Zid failed on program" in all_logs.text
    assert [secret for secret in secrets if secret in all_logs.text] == []
