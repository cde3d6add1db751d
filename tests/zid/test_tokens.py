from __future__ import annotations

import pytest
import requests
from responses import matchers

from loyaltyadmin.zid import client, errors, types

OAUTH = "https://oauth.zid.example"
URL = f"{OAUTH}/oauth/token"
APP = {
    "oauth_url": OAUTH,
    "client_id": "12",
    "client_secret": "app-password",
    "redirect_uri": "https://app.example.com/callback",
    "timeout": (2.0, 5.0),
}
ANSWER = {
    "access_token": "store-secret-9",
    "authorization": "app-secret-9",
    "refresh_token": "fresh-secret-9",
    "expires_in": 31536000,
    "token_type": "Bearer",
}


def sent_form(**fields):
    common = {
        "client_id": "12",
        "client_secret": "app-password",
        "redirect_uri": "https://app.example.com/callback",
    }
    return [matchers.urlencoded_params_matcher(common | fields)]


def exchange(naps=None):
    naps = [] if naps is None else naps
    return client.exchange_code(**APP, code="code-secret", sleep=naps.append)


def refresh(tokens, naps=None):
    naps = [] if naps is None else naps
    return client.refresh_tokens(**APP, tokens=tokens, sleep=naps.append)


@pytest.mark.parametrize("name", ["authorization", "Authorization"])
def test_it_exchanges_a_code_whatever_the_case_of_the_answer(responses, name):
    body = {(name if key == "authorization" else key): value for key, value in ANSWER.items()}
    form = sent_form(grant_type="authorization_code", code="code-secret")
    responses.post(URL, json=body, match=form)

    tokens = exchange()

    assert (tokens.authorization, tokens.manager_token, tokens.refresh_token) == (
        "app-secret-9",
        "store-secret-9",
        "fresh-secret-9",
    )
    assert tokens.expires_in == 31536000
    assert "Authorization" not in responses.calls[0].request.headers


def test_it_refreshes_tokens(responses, tokens):
    form = sent_form(grant_type="refresh_token", refresh_token="fresh-secret-1")
    responses.post(URL, json=ANSWER, match=form)

    assert refresh(tokens).refresh_token == "fresh-secret-9"


def test_it_keeps_what_a_refresh_does_not_renew(responses, tokens):
    responses.post(URL, json={"access_token": "store-secret-9", "expires_in": "60"})

    renewed = refresh(tokens)

    assert renewed == types.Tokens(
        authorization="app-secret-1",
        manager_token="store-secret-9",
        refresh_token="fresh-secret-1",
        expires_in=60,
    )


@pytest.mark.parametrize("status", [400, 401, 302, 422])
def test_it_says_that_a_used_code_is_rejected(responses, status):
    responses.post(URL, status=status, json={"error": "invalid_grant"})

    with pytest.raises(errors.TokenRejected) as caught:
        exchange()

    assert caught.value.status == status


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500},
        {"body": requests.ReadTimeout("slow")},
        {"body": b"<html>"},
        {"json": {}},
        {"json": ANSWER | {"access_token": None}},
        {"json": ANSWER | {"refresh_token": ["x"]}},
        {"json": {"access_token": "a", "refresh_token": "b"}},
        {"json": ANSWER | {"authorization": "two words"}},
    ],
)
def test_it_does_not_know_the_outcome_of_an_exchange_without_tokens(responses, answer):
    sent = responses.post(URL, **answer)

    with pytest.raises(errors.OutcomeUnknown) as caught:
        exchange()

    assert sent.call_count == 1
    assert str(caught.value).startswith("POST /oauth/token")


def test_it_exchanges_a_code_once_a_connection_is_made(responses):
    responses.post(URL, body=requests.ConnectTimeout("nobody there"))
    responses.post(URL, json=ANSWER)
    naps = []

    assert exchange(naps).manager_token == "store-secret-9"
    assert len(naps) == 1


@pytest.mark.parametrize("name", ["authorization", "manager_token", "refresh_token"])
def test_it_refuses_tokens_that_cannot_travel_without_quoting_them(name):
    values = {"authorization": "a", "manager_token": "b", "refresh_token": "c"}

    with pytest.raises(ValueError, match=f"^{name} is not a token$"):
        types.Tokens(**(values | {name: "secret\r\nX: y"}))


def test_tokens_do_not_show_themselves(tokens):
    assert repr(tokens) == "Tokens(<hidden>)"
    assert str([tokens]) == "[Tokens(<hidden>)]"
