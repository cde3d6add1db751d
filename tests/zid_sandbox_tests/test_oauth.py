from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.zid_sandbox.control import Sandbox
from tests.zid_sandbox_tests.conftest import APP_URL, Manager

KEYS = {"client_id": "sandbox-client", "client_secret": "sandbox-secret"}
ASKED = {
    "client_id": "sandbox-client",
    "redirect_uri": f"{APP_URL}/zid/callback",
    "response_type": "code",
    "scope": "embedded_apps_tokens_write",
    "state": "s-1",
}


def authorize(browser: requests.Session, sandbox: Sandbox, **other: str) -> requests.Response:
    url = f"{sandbox.url}/oauth/authorize"
    return browser.get(url, params=ASKED | other, allow_redirects=False, timeout=5)


def decide(browser: requests.Session, sandbox: Sandbox, decision: str) -> requests.Response:
    """Press a button of the consent page with everything that stands in its form."""
    html = authorize(browser, sandbox).text
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html))
    return browser.post(
        f"{sandbox.url}/oauth/authorize",
        data=form | {"decision": decision},
        allow_redirects=False,
        timeout=5,
    )


def query(answer: requests.Response) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location(answer)).query).items()}


def location(answer: requests.Response) -> str:
    return answer.headers["Location"]


def exchange(browser: requests.Session, sandbox: Sandbox, **form: str) -> requests.Response:
    return browser.post(f"{sandbox.url}/oauth/token", data=KEYS | form, timeout=5)


def refresh(browser: requests.Session, sandbox: Sandbox, token: str) -> requests.Response:
    return exchange(browser, sandbox, grant_type="refresh_token", refresh_token=token)


def tokens_work(manager: Manager, answer: dict[str, Any]) -> bool:
    bearer = answer.get("authorization") or answer.get("Authorization")
    headers = {
        "Authorization": f"Bearer {bearer}",
        "X-Manager-Token": str(answer["access_token"]),
    }
    return manager.call("GET", "/v1/managers/account/profile", headers=headers).status_code == 200


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
def test_it_asks_for_consent(
    browser: requests.Session, sandbox: Sandbox, language: str, direction: str
) -> None:
    browser.headers["Accept-Language"] = language

    page = authorize(browser, sandbox)

    assert page.status_code == 200
    assert f'<html lang="{language}" dir="{direction}">' in page.text
    assert "embedded_apps_tokens_write" in page.text


def test_it_sends_code_and_state_back_on_allow(
    browser: requests.Session, sandbox: Sandbox, manager: Manager
) -> None:
    answer = decide(browser, sandbox, "allow")

    assert location(answer).startswith(ASKED["redirect_uri"])
    assert query(answer)["state"] == "s-1"
    tokens = exchange(
        browser, sandbox, grant_type="authorization_code", code=query(answer)["code"]
    ).json()
    assert tokens["expires_in"] == 31_536_000
    assert tokens_work(manager, tokens)


def test_it_sends_access_denied_back_on_deny(browser: requests.Session, sandbox: Sandbox) -> None:
    answer = decide(browser, sandbox, "deny")

    assert query(answer) == {"error": "access_denied", "state": "s-1"}


def test_it_takes_a_code_only_once(browser: requests.Session, sandbox: Sandbox) -> None:
    sandbox.settings(auto_consent=True)
    form = {
        "grant_type": "authorization_code",
        "code": query(authorize(browser, sandbox))["code"],
    }

    statuses = [exchange(browser, sandbox, **form).status_code for _ in range(2)]

    assert statuses == [200, 400]


def test_it_refuses_wrong_app_keys(browser: requests.Session, sandbox: Sandbox) -> None:
    answer = exchange(browser, sandbox, grant_type="refresh_token", client_secret="guess")

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("name", "value"), [("client_id", "other"), ("redirect_uri", "http://elsewhere.example/cb")]
)
def test_it_sends_nobody_to_an_address_that_is_not_registered(
    browser: requests.Session, sandbox: Sandbox, name: str, value: str
) -> None:
    answer = authorize(browser, sandbox, **{name: value})

    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_it_refuses_an_invented_scope(browser: requests.Session, sandbox: Sandbox) -> None:
    answer = authorize(browser, sandbox, scope="loyalty.write")

    assert query(answer)["error"] == "invalid_scope"


def test_it_sends_a_store_without_a_subscription_to_the_dashboard(
    browser: requests.Session, sandbox: Sandbox
) -> None:
    sandbox.settings(subscribed=False)

    answer = authorize(browser, sandbox)

    assert urlsplit(location(answer)).path.endswith("/stores/90001/")
    assert query(answer) == {"error_code": "EC3"}


def test_it_can_send_ec3_to_the_app_instead(browser: requests.Session, sandbox: Sandbox) -> None:
    sandbox.settings(subscribed=False, ec3_to="redirect_uri")

    answer = authorize(browser, sandbox)

    assert location(answer).startswith(ASKED["redirect_uri"])
    assert query(answer) == {"error_code": "EC3", "state": "s-1"}


def test_it_installs_on_the_store_whose_dashboard_was_open_last(
    browser: requests.Session, sandbox: Sandbox
) -> None:
    browser.get(f"{sandbox.url}/en/stores/90002/", timeout=5)

    assert "Gulf Pearl" in authorize(browser, sandbox).text


def test_it_installs_on_the_chosen_store_without_a_cookie(
    browser: requests.Session, sandbox: Sandbox
) -> None:
    sandbox.settings(current_store=90002)
    browser.headers["Accept-Language"] = "en"

    assert "Gulf Pearl" in authorize(browser, sandbox).text


def test_it_spells_the_first_token_in_turns(browser: requests.Session, sandbox: Sandbox) -> None:
    token, spellings = sandbox.tokens()["refresh_token"], []
    for _ in range(2):
        answer = refresh(browser, sandbox, token).json()
        token = answer["refresh_token"]
        spellings.append("authorization" in answer)

    assert sorted(spellings) == [False, True]


def test_a_refresh_ends_the_old_pair_and_the_old_refresh_token(
    browser: requests.Session, sandbox: Sandbox, manager: Manager
) -> None:
    fresh = refresh(browser, sandbox, manager.tokens["refresh_token"]).json()

    again = refresh(browser, sandbox, manager.tokens["refresh_token"])
    assert tokens_work(manager, fresh)
    assert not tokens_work(manager, manager.tokens)
    assert again.status_code == 400


def test_a_refresh_can_keep_authorization_and_refresh_token(
    browser: requests.Session, sandbox: Sandbox, manager: Manager
) -> None:
    sandbox.settings(refresh_sends_authorization=False, rotate_refresh=False)

    answers = [refresh(browser, sandbox, manager.tokens["refresh_token"]).json() for _ in range(2)]

    kept = answers[1] | {"authorization": manager.tokens["authorization"]}
    assert "authorization" not in {name.lower() for name in answers[0]}
    assert tokens_work(manager, kept)


def test_expired_tokens_still_refresh(
    browser: requests.Session, sandbox: Sandbox, manager: Manager
) -> None:
    sandbox.expire_tokens(90001)

    assert not tokens_work(manager, manager.tokens)
    assert tokens_work(manager, refresh(browser, sandbox, manager.tokens["refresh_token"]).json())


def test_tokens_of_two_stores_do_not_mix(sandbox: Sandbox, manager: Manager) -> None:
    other = sandbox.tokens(90002)

    mixed = manager.tokens | {"access_token": other["access_token"]}

    assert not tokens_work(manager, mixed)
