from __future__ import annotations

import datetime as dt
import logging
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import time_machine
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.test import Client
from responses import matchers

from loyaltyadmin.stores.models import Store
from loyaltyadmin.web import session_token
from loyaltyadmin.zid_oauth.provider import ZidProvider
from tests.stores import edge
from tests.zid_sandbox.config import Options
from tests.zid_sandbox.control import Sandbox
from tests.zid_sandbox.server import running

pytestmark = pytest.mark.django_db

DASHBOARD = "https://dashboard.zid.test/ar/stores/90001/apps/4242/embedded"


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr("loyaltyadmin.zid._session.FIRST_PAUSE_SECONDS", 0)


def start(client):
    """Follow the Redirection URL as far as Zid, and give the state."""
    location = client.get("/zid/install")["Location"]
    return parse_qs(urlsplit(location).query)["state"][0]


def come_back(client, state, **query):
    return client.get("/zid/callback", {"code": "the-code", "state": state, **query})


def zid_agrees(zid):
    edge.gives_tokens(zid)
    edge.tells_profile(zid)
    edge.takes_lookup_token(zid)


@pytest.mark.parametrize("keeps_cookies", [True, False])
def test_it_installs_and_sends_the_browser_into_the_dashboard(zid, keeps_cookies):
    browser = Client()
    state = start(browser)
    if not keeps_cookies:
        browser = Client()
    zid_agrees(zid)

    response = come_back(browser, state)

    assert response.status_code == 302
    assert response["Location"] == DASHBOARD
    assert Store.objects.connected().filter(id=90001).exists()


def test_it_exchanges_the_code_for_the_very_address_it_came_to(zid, client):
    form = {
        "grant_type": "authorization_code",
        "client_id": "client-id",
        "client_secret": "client-secret",
        "redirect_uri": "http://testserver/zid/callback",
        "code": "the-code",
    }
    zid.post(edge.TOKEN, status=400, match=[matchers.urlencoded_params_matcher(form)])

    come_back(client, start(client))


@pytest.mark.parametrize("keeps_cookies", [True, False])
def test_it_logs_nobody_in(zid, keeps_cookies):
    browser = Client()
    state = start(browser)
    if not keeps_cookies:
        browser = Client()
    zid_agrees(zid)

    response = come_back(browser, state)

    assert session_token.HEADER not in response
    assert browser.get("/program/").status_code == 403
    for session in Session.objects.all():
        assert not {"store_id", "_auth_user_id"} & set(session.get_decoded())
    if not keeps_cookies:
        assert django_settings.SESSION_COOKIE_NAME not in response.cookies


def test_it_follows_the_language_of_the_store(zid, client):
    edge.gives_tokens(zid)
    edge.tells_profile(zid, edge.profile(language={"code": "en"}))
    edge.takes_lookup_token(zid)

    response = come_back(client, start(client))

    assert "/en/stores/" in response["Location"]


def test_a_browser_cannot_use_a_state_twice(zid, client):
    zid_agrees(zid)
    state = start(client)
    come_back(client, state)
    calls = len(zid.calls)

    response = come_back(client, state)

    assert response.status_code == 400
    assert len(zid.calls) == calls


def test_a_browser_cannot_use_the_state_of_another(client):
    start(client)

    response = come_back(client, start(Client()))

    assert response.status_code == 400
    assert not Store.objects.exists()


@pytest.mark.parametrize("keeps_cookies", [True, False])
@pytest.mark.parametrize("forged", ["{}x", "", "a:b:c", "x" * 100_000])
def test_a_forged_state_is_refused(client, keeps_cookies, forged):
    state = start(client)
    browser = client if keeps_cookies else Client()

    response = come_back(browser, forged.format(state))

    assert response.status_code == 400


def test_a_missing_state_is_refused(client):
    assert client.get("/zid/callback", {"code": "the-code"}).status_code == 400


def test_a_signature_of_ours_for_something_else_is_no_state(client):
    assert come_back(client, signing.TimestampSigner().sign("x")).status_code == 400


@pytest.mark.parametrize("keeps_cookies", [True, False])
def test_an_old_state_is_refused(client, keeps_cookies):
    state = start(client)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)

    with time_machine.travel(later):
        response = come_back(client if keeps_cookies else Client(), state)

    assert response.status_code == 400


def test_two_tabs_can_install_side_by_side(zid, client):
    zid_agrees(zid)
    first, second = start(client), start(client)

    answers = [come_back(client, first), come_back(client, second)]

    assert [answer.status_code for answer in answers] == [302, 302]


def page_of(client, **query):
    response = client.get("/zid/callback", query, headers={"Accept-Language": "en"})
    return response, response.content.decode()


def test_a_denied_consent_gets_a_page_that_says_so(client):
    response, page = page_of(client, error="access_denied", state=start(client))

    assert response.status_code == 403
    assert "The app was not given access" in page


def test_a_store_without_a_subscription_is_sent_to_the_app_market(client):
    response, page = page_of(client, error_code="EC3")

    assert response.status_code == 403
    assert "App Market" in page
    assert "https://dashboard.zid.test" in page


@pytest.mark.parametrize("query", [{}, {"code": ""}, {"error": "server_error"}])
def test_neither_a_code_nor_a_known_error_is_a_failure(client, query):
    response, page = page_of(client, state=start(client), **query)

    assert response.status_code == 400
    assert "Zid did not complete the installation" in page


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 400, "json": {"error": "invalid_grant"}},
        {"status": 500},
        {"body": requests.ConnectionError("dropped")},
        {"json": {"access_token": "half a set"}},
        {"body": "<html>"},
    ],
)
def test_a_failed_exchange_gets_a_page_that_says_so(zid, client, answer):
    zid.post(edge.TOKEN, **answer)

    response, page = page_of(client, state=start(client), code="the-code")

    assert response.status_code == 502
    assert "Zid did not complete the installation" in page
    assert not Store.objects.exists()


def test_a_failure_half_way_leaves_nothing_and_can_be_repeated(zid, client):
    edge.gives_tokens(zid)
    edge.tells_profile(zid)
    edge.takes_lookup_token(zid, status=500, json={})
    assert come_back(client, start(client)).status_code == 502
    assert not Store.objects.exists()
    zid.replace("POST", edge.LOOKUP, json={})

    response = come_back(client, start(client))

    assert response["Location"] == DASHBOARD


def test_the_failure_page_leads_out_of_the_frame_and_offers_another_try(client):
    _response, page = page_of(client, state="forged")

    assert 'href="/zid/install"' in page
    assert 'target="_top"' in page


def test_no_secret_of_an_installation_is_logged(zid, client, caplog):
    caplog.set_level(logging.DEBUG)
    for name in ("django", "urllib3"):
        logging.getLogger(name).addHandler(caplog.handler)
    zid_agrees(zid)
    state = start(client)
    try:
        come_back(client, state)
        come_back(client, state)
        zid.replace("POST", edge.TOKEN, status=400, json={"error": "no", "code": "the-code"})
        come_back(client, start(client))
        client.post(f"/zid/callback?code=the-code&state={state}")
    finally:
        for name in ("django", "urllib3"):
            logging.getLogger(name).removeHandler(caplog.handler)

    secrets = ["the-code", state, "new-authorization", "new-manager-token", "new-refresh-token"]
    secrets += ["client-secret", "sara@example.com", *edge.lookup_tokens(zid)]
    assert "store 90001 connected" in caplog.text
    assert [secret for secret in secrets if secret in caplog.text] == []


def test_only_a_get_installs(client):
    assert client.post("/zid/callback?code=the-code").status_code == 405


def test_the_state_is_bound_to_its_purpose():
    assert ZidProvider.state_signer.salt == "loyaltyadmin.zid_oauth.state"


def test_it_installs_and_opens_against_a_whole_zid(client, settings):
    options = Options(customers=1, app_url="http://testserver", client_id="client-id",
                      client_secret="client-secret")  # fmt: skip
    with running(options) as url:
        settings.ZID_API_URL = settings.ZID_OAUTH_URL = settings.ZID_DASHBOARD_URL = url
        Sandbox(url).settings(auto_consent=True)
        with requests.Session() as browser:
            browser.trust_env = False
            consent = browser.get(client.get("/zid/install")["Location"], allow_redirects=False)
            installed = client.get(consent.headers["Location"])
            dashboard = browser.get(installed["Location"])

    assert dashboard.status_code == 200
    token = dashboard.text.partition("/embedded?token=")[2].partition("&")[0]
    assert client.get("/embedded", {"token": token, "language": "ar"}).status_code == 200
