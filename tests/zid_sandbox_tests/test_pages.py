from __future__ import annotations

import re
import uuid

import pytest
import requests

from tests.zid_sandbox import words
from tests.zid_sandbox.control import Sandbox
from tests.zid_sandbox_tests.conftest import APP_URL, Manager

EMBEDDED = "stores/90001/apps/4242/embedded"
PAGES = [
    "/?lang={}",
    "/{}/",
    "/{}/stores/90001/",
    "/{}/" + EMBEDDED,
    "/storefront/90001?lang={}",
    "/storefront/90001/customers/1008?lang={}",
    "/storefront/90002/customers/500001?lang={}",
    "/login?lang={}",
]


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("en", "ltr")])
@pytest.mark.parametrize("path", PAGES)
def test_it_shows_each_page_in_both_languages(
    browser: requests.Session, sandbox: Sandbox, path: str, language: str, direction: str
) -> None:
    page = browser.get(sandbox.url + path.format(language), timeout=5)

    assert page.status_code == 200
    assert f'<html lang="{language}" dir="{direction}">' in page.text
    assert "built-in method" not in page.text
    assert not re.search(r"""(src|href)="https?://""", page.text)


def test_every_sentence_exists_in_both_languages() -> None:
    for key, (arabic, english) in words.WORDS.items():
        assert english, key
        # What Arabic says with another word before it has no word of its own.
        assert arabic or key == "spent", key


def test_it_says_so_when_the_app_has_registered_no_token(
    browser: requests.Session, sandbox: Sandbox
) -> None:
    page = browser.get(f"{sandbox.url}/en/{EMBEDDED}", timeout=5)

    assert "has registered no embedded token" in page.text
    assert "<iframe" not in page.text


def test_it_opens_the_app_in_a_frame_with_its_token(
    browser: requests.Session, manager: Manager
) -> None:
    token = str(uuid.uuid4())
    manager.call("POST", "/v1/managers/embedded-apps-token", json={"token": token})

    page = browser.get(f"{manager.sandbox.url}/ar/{EMBEDDED}", timeout=5)

    assert f'src="{APP_URL}/embedded?token={token}&amp;language=ar"' in page.text
    assert "sandbox=" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_it_sends_the_browser_to_the_redirection_url_to_install(
    browser: requests.Session, sandbox: Sandbox
) -> None:
    answer = browser.post(
        f"{sandbox.url}/ar/stores/90002/apps/4242/install", allow_redirects=False, timeout=5
    )

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{APP_URL}/zid/install"


def test_it_ends_tokens_and_frame_on_uninstall(browser: requests.Session, manager: Manager) -> None:
    token = str(uuid.uuid4())
    manager.call("POST", "/v1/managers/embedded-apps-token", json={"token": token})

    page = browser.post(f"{manager.sandbox.url}/en/stores/90001/apps/4242/uninstall", timeout=5)

    assert "The app was uninstalled" in page.text
    assert manager.adjust().status_code == 401
    assert token not in browser.get(f"{manager.sandbox.url}/en/{EMBEDDED}", timeout=5).text


def test_it_shows_a_shopper_what_the_manager_did(
    browser: requests.Session, manager: Manager
) -> None:
    manager.adjust(customer_id=1001, points=321, reason="<b>هدية</b>")

    page = browser.get(f"{manager.sandbox.url}/storefront/90001/customers/1001?lang=ar", timeout=5)

    assert "<dd><bdi>321</bdi></dd>" in page.text
    assert "&lt;b&gt;هدية&lt;/b&gt;" in page.text


def test_its_buttons_ask_for_faults_and_clear_them(
    browser: requests.Session, manager: Manager
) -> None:
    url = f"{manager.sandbox.url}/faults"

    browser.post(url, data={"fault": "500"}, timeout=5)
    broken = manager.adjust().status_code
    browser.post(url, data={"fault": "clear"}, timeout=5)

    assert (broken, manager.adjust().status_code) == (500, 200)


def test_it_remembers_requests_without_tokens(browser: requests.Session, manager: Manager) -> None:
    browser.get(f"{manager.sandbox.url}/en/{EMBEDDED}?token=secret", timeout=5)

    seen = manager.sandbox.requests()[-1]

    assert (seen["method"], seen["path"], seen["status"]) == ("GET", f"/en/{EMBEDDED}", 200)
    assert "secret" not in str(seen)
