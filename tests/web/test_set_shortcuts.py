"""Keys that act without Ctrl can be switched off (WCAG 2.1.4), for the rest of the session."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import edge
from tests.pages import Page

ADDRESS = "/shortcuts"


def setting(page: Page) -> str | None:
    return page.one(id="shortcuts-setting")["data-shortcuts"]


def test_they_are_on_at_first(merchant: Client) -> None:
    assert setting(Page(merchant.get("/customers/"))) == "on"


def test_they_stay_off_once_switched_off(merchant: Client) -> None:
    answer = Page(merchant.post(ADDRESS, {"active": "0"}, headers=edge.HTMX))

    assert setting(answer) == "off"
    assert answer.one(id="shortcuts-name-switch")["aria-checked"] == "false"
    assert setting(Page(merchant.get("/customers/"))) == "off"


def test_without_htmx_it_leads_back_to_the_program(merchant: Client) -> None:
    assert merchant.post(ADDRESS, {"active": "0"})["Location"] == "/program/"


@pytest.mark.django_db
def test_nobody_without_a_store_sets_any(client: Client) -> None:
    assert client.post(ADDRESS, {"active": "0"}).status_code == 403
