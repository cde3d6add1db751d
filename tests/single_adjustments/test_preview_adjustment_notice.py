from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from loyaltyadmin.notices.models import Notice, Recipient
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.customers.conftest import know
from tests.notices.conftest import TEXTS
from tests.pages import Page

ADDRESS = "/customers/1001/adjust/preview/"
FORM = {
    "action": "add",
    "points": "50",
    "reason": "A gift",
    "tell": "on",
    "channel": "email",
    **TEXTS,
    "text_ar": "{name} {points} {balance} {reason}",
}


@pytest.fixture(autouse=True)
def _is_known(store: Store) -> None:
    know(store, 1001, name="نورة", email="noura@example.com", points=500)


def preview(merchant: Client, **fields: Any) -> Page:
    return Page(merchant.post(ADDRESS, FORM | fields, headers=edge.HTMX))


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, "نورة 50 550 A gift"),
        ({"action": "take"}, "نورة −50 450 A gift"),
        ({"action": "set", "points": "120"}, "نورة −380 120 A gift"),
        ({"action": "reset", "points": ""}, "نورة −500 0 A gift"),
        ({"points": "x", "reason": ""}, "نورة 0 500"),
    ],
)
def test_it_shows_what_the_customer_will_get(
    merchant: Client, fields: dict[str, str], shown: str
) -> None:
    page = preview(merchant, **fields)

    assert shown in page.one(id="preview").text
    assert "noura@example.com" in page.one(id="preview").text


def test_it_keeps_nothing(merchant: Client) -> None:
    preview(merchant)

    assert not Line.objects.exists()
    assert not Notice.objects.exists()
    assert not Recipient.objects.exists()


def test_of_mistakes_it_shows_nothing(merchant: Client) -> None:
    assert "once the text is right" in preview(merchant, text_ar="{nam}").one(id="preview").text


def test_without_htmx_it_is_the_whole_page(merchant: Client) -> None:
    page = Page(merchant.post(ADDRESS, FORM))

    assert "نورة 50 550 A gift" in page.one(id="preview").text
    assert page.one("textarea", name="text_ar").text == FORM["text_ar"]
    assert page.one(name="points")["value"] == "50"


def test_a_stranger_sees_nothing_of_the_customer(stranger: Client) -> None:
    assert "نورة" not in preview(stranger).one(id="preview").text


def test_it_lets_nobody_in_whose_store_has_left(disconnected_store: Store) -> None:
    assert client_of(disconnected_store).post(ADDRESS, FORM).status_code == 403


def test_it_takes_only_what_is_posted(merchant: Client) -> None:
    assert merchant.get(ADDRESS).status_code == 405


def test_it_knows_no_number_that_cannot_be(merchant: Client) -> None:
    assert merchant.post(f"/customers/{2**63}/adjust/preview/", FORM).status_code == 404
