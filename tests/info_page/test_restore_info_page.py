from __future__ import annotations

from typing import Any

import pytest
import responses
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.stores.models import Store
from tests.info_page import wire
from tests.pages import Page

pytestmark = pytest.mark.django_db
BEFORE = wire.PAGE | {"content_en": "<p>As it was</p>"}


def change_of(store: Store, **fields: Any) -> Entry:
    values = {"action": "update_info_page", "outcome": "done", "before": BEFORE, "after": wire.PAGE}
    return Entry.objects.create(store=store, at=timezone.now(), who="merchant", **(values | fields))


def test_it_fills_the_editor_with_the_page_as_it_was_before_a_change(
    merchant: Client, store: Store, zid: responses.RequestsMock
) -> None:
    entry = change_of(store)
    wire.reads(zid)

    response = merchant.get(f"/info-page/restore/{entry.id}/")

    assert wire.form_of(response)["content_en"] == "<p>As it was</p>"
    assert "takes the place of what is there only when you save" in response.content.decode()


def test_saving_it_is_a_new_change(
    merchant: Client, store: Store, zid: responses.RequestsMock
) -> None:
    entry = change_of(store)
    wire.reads(zid)
    filled = wire.form_of(merchant.get(f"/info-page/restore/{entry.id}/"))
    wire.takes(zid, content_en="<p>As it was</p>")

    merchant.post("/info-page/", filled)

    assert wire.sent(zid) == BEFORE
    newest = Entry.objects.latest("id")
    assert (newest.before, newest.after) == (wire.PAGE, BEFORE)
    assert newest.restores_id == entry.id


def test_the_activity_leads_to_the_version_before_a_change(merchant: Client, store: Store) -> None:
    entry = change_of(store)

    page = Page(merchant.get("/activity/"))

    assert page.one(id=f"restore-{entry.id}")["href"] == f"/info-page/restore/{entry.id}/"


def test_the_page_leads_to_its_earlier_versions(
    merchant: Client, store: Store, zid: responses.RequestsMock
) -> None:
    entry, refused = change_of(store), change_of(store, outcome="refused")
    wire.reads(zid)

    page = Page(merchant.get("/info-page/"))

    assert page.has("a", href=f"/info-page/restore/{entry.id}/")
    assert not page.has("a", href=f"/info-page/restore/{refused.id}/")


def test_there_is_no_version_of_another_store_or_of_another_change(
    stranger: Client, merchant: Client, store: Store
) -> None:
    entry = change_of(store)
    other = change_of(store, action="set_activation", before={"is_active": True}, after={})

    assert stranger.get(f"/info-page/restore/{entry.id}/").status_code == 404
    assert merchant.get(f"/info-page/restore/{other.id}/").status_code == 404
