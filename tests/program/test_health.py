"""What a program lacks, each with the way to mend it; one list with the first-run guide."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import responses
from django.test import Client
from django.utils import timezone

from loyaltyadmin.snapshots.models import Snapshot
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.pages import Page

FULL = {"title_ar": "ع", "title_en": "e", "content_ar": "<p>نص</p>", "content_en": "<p>Text</p>"}


@pytest.fixture(autouse=True)
def _the_guide_was_put_away(store: Store) -> None:
    Store.objects.filter(id=store.id).update(guide_dismissed_at=timezone.now())


def open_program(client: Client, zid: responses.RequestsMock, **fields: Any) -> Page:
    zid.get(edge.PROGRAM, json=edge.fixture("program") | fields)
    return Page(client.get("/program/"))


def test_there_is_no_list_where_nothing_is_wrong(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    assert not open_program(merchant, zid).has(id="guide")


@pytest.mark.parametrize(
    ("fields", "said", "way"),
    [
        ({"is_active": False}, "Switch the program on", "#activation"),
        ({"cashback_rules": []}, "Let purchases earn points", "#cashback-rules"),
        ({"redemption_rules": []}, "Let points buy something", "/redemption-methods/add/"),
    ],
    ids=["off", "no rule", "no method"],
)
def test_what_is_wrong_is_told_with_the_way_to_mend_it(
    merchant: Client, zid: responses.RequestsMock, fields: dict[str, Any], said: str, way: str
) -> None:
    page = open_program(merchant, zid, **fields)

    assert said in page.one(id="guide").text
    assert page.has("a", href=way)
    assert len([it for it in page.all("li") if "zid-step" in str(it.attributes.get("class"))]) == 1


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ({"content_en": "<p><br></p>"}, "empty in English"),
        ({"content_ar": None}, "empty in Arabic"),
        ({"content_ar": "", "content_en": None}, "The info page is empty."),
        ({}, None),
        ({"content_en": '<p><img src="https://example.com/a.png"></p>'}, None),
    ],
)
def test_an_info_page_that_is_empty_in_a_language_is_told_as_far_as_it_was_read(
    store: Store,
    merchant: Client,
    zid: responses.RequestsMock,
    lacks: dict[str, str | None],
    said: str | None,
) -> None:
    Snapshot.objects.create(
        store=store, part="info_page", state=FULL | lacks, read_at=timezone.now()
    )

    page = open_program(merchant, zid)

    assert page.has(id="guide") is (said is not None)
    if said:
        assert said in page.one(id="guide").text
    assert len(zid.calls) == 1


@pytest.mark.parametrize(("days", "is_told"), [(3, True), (-1, True), (60, False)])
def test_access_that_ends_soon_is_told(
    store: Store, merchant: Client, zid: responses.RequestsMock, days: int, is_told: bool
) -> None:
    ends_at = timezone.now() + dt.timedelta(days=days)
    Store.objects.filter(id=store.id).update(tokens_expire_at=ends_at)

    assert open_program(merchant, zid).has(id="guide") is is_told


def test_while_the_guide_is_there_it_is_the_only_list(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    Store.objects.filter(id=store.id).update(
        guide_dismissed_at=None, tokens_expire_at=timezone.now() + dt.timedelta(days=1)
    )

    page = open_program(merchant, zid, is_active=False)

    guide = page.one(id="guide").text
    assert "Start here" in guide
    assert guide.count("Switch the program on") == 1
    assert "Renew the app's access" in guide
