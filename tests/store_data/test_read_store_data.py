from __future__ import annotations

import datetime as dt

from django.test import Client
from django.utils import timezone

from loyaltyadmin.stores.models import Store
from tests.pages import Page


def test_it_offers_everything_as_a_file_and_its_deletion(merchant: Client) -> None:
    page = Page(merchant.get("/your-data/"))

    assert page.one(id="download")["href"] == "/your-data/store.zip"
    assert page.one(id="ask")["href"] == "/your-data/erasure/ask/"
    assert "30 days" in page.one(id="main").text


def test_the_activity_leads_there(merchant: Client) -> None:
    assert Page(merchant.get("/activity/")).has("a", href="/your-data/")


def test_it_says_when_all_of_it_goes_and_how_to_keep_it(store: Store, merchant: Client) -> None:
    due_at = timezone.now() + dt.timedelta(days=7)
    Store.objects.filter(id=store.id).update(erasure_due_at=due_at)

    page = Page(merchant.get("/your-data/"))

    assert str(timezone.localtime(due_at).year) in page.one(id="erasure").text
    assert page.has("form", action="/your-data/erasure/cancel/")
    assert not page.has(id="ask")


def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(db: None, client: Client) -> None:
    assert client.get("/your-data/").status_code == 403
    assert client.get("/your-data/store.zip").status_code == 403
    assert client.post("/your-data/erasure/ask/").status_code == 403
    assert client.post("/your-data/erasure/cancel/").status_code == 403
