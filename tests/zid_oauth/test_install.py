from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from loyaltyadmin.zid_oauth.provider import ZidProvider

pytestmark = pytest.mark.django_db


def asked(response):
    """What the redirect asks Zid for."""
    return {
        name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()
    }


def test_it_sends_the_merchant_to_zids_consent_page(client):
    response = client.get("/zid/install")

    assert response.status_code == 302
    assert response["Location"].startswith("https://oauth.zid.test/oauth/authorize?")
    state = asked(response).pop("state")
    assert asked(response) == {
        "client_id": "client-id",
        "redirect_uri": "http://testserver/zid/callback",
        "response_type": "code",
        "scope": "embedded_apps_tokens_write",
        "state": state,
    }


@pytest.mark.parametrize(
    "query",
    [
        {"scope": "products.write"},
        {"auth_params": "scope=products.write&redirect_uri=https://evil.example"},
        {"next": "https://evil.example", "process": "connect", "action": "reauthenticate"},
        {"redirect_uri": "https://evil.example", "client_id": "evil", "state": "mine"},
    ],
)
def test_the_address_cannot_ask_for_more(client, query):
    response = client.get("/zid/install", query)

    assert asked(response)["scope"] == "embedded_apps_tokens_write"
    assert asked(response)["client_id"] == "client-id"
    assert "evil" not in response["Location"]
    assert asked(response)["state"] != "mine"


def test_the_state_is_signed_and_new_each_time(client):
    states = {asked(client.get("/zid/install"))["state"] for _ in range(3)}

    assert len(states) == 3
    assert all(ZidProvider.state_signer.unsign(state) for state in states)


def test_it_asks_for_no_more_than_a_get(client):
    assert client.post("/zid/install").status_code == 405
    assert not Session.objects.exists()


def test_it_takes_no_part_in_a_merchants_session(merchant, store):
    merchant.get("/zid/install")

    assert merchant.session["store_id"] == store.id


def test_no_cache_keeps_the_state():
    response = Client().get("/zid/install")

    assert "no-store" in response["Cache-Control"]
