from __future__ import annotations

import datetime as dt
import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from loyaltyadmin.customers.models import Customer
from loyaltyadmin.notices.models import Fate, OptOut, Recipient
from loyaltyadmin.notices.ways import Way, ways_to_tell
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.store_data import erasing
from loyaltyadmin.stores.models import Store
from tests.conftest import make_store
from tests.notices.conftest import ask, finished_job, know_customers, tell
from tests.pages import Page


def written_to(store: Store) -> str:
    """The address at the end of a letter."""
    ask(finished_job(store, customers=1))
    tell()
    (url,) = re.findall(r"http://testserver(/u/\S+/)", mail.outbox[-1].body)
    return url


def test_following_the_link_changes_nothing(store: Store, client: Client):
    url = written_to(store)

    response = client.get(url)

    page = Page(response)
    assert response.status_code == 200
    assert len(page.all("form", method="post")) == 2  # one in each language
    assert Recipient.objects.get().opted_out_at is None
    assert not response.cookies


def test_both_languages_are_on_the_page(store: Store, client: Client):
    url = written_to(store)

    for language, first in (("ar", "ar"), ("en-GB", "en")):
        page = Page(client.get(url, headers={"Accept-Language": language}))

        assert next(it["lang"] for it in page.all("div") if "lang" in it.attributes) == first
        assert page.has("div", lang="ar", dir="rtl")
        assert page.has("div", lang="en", dir="ltr")


def test_the_button_stops_the_messages(store: Store):
    url = written_to(store)
    strict = Client(enforce_csrf_checks=True)

    response = strict.post(url)

    assert "You will get no more such messages" in response.content.decode()
    ask(finished_job(store, customers=1))
    tell()
    assert len(mail.outbox) == 1


def test_a_mail_program_can_do_it_by_one_click(store: Store):
    url = written_to(store)
    headers = mail.outbox[0].extra_headers
    assert headers["List-Unsubscribe"] == f"<http://testserver{url}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    response = Client(enforce_csrf_checks=True).post(url, {"List-Unsubscribe": "One-Click"})

    assert response.status_code == 200
    assert Recipient.objects.get().opted_out_at is not None


def test_it_outlives_everything_that_is_known_of_the_customer(store: Store, client: Client):
    url = written_to(store)
    BulkAdjustment.objects.all().delete()
    Customer.objects.all().delete()

    client.post(url)

    ask(finished_job(store, customers=1))
    tell()
    assert len(mail.outbox) == 1
    recipient = Recipient.objects.get()
    assert "example" not in "".join(map(str, vars(recipient).values()))


def test_asking_twice_keeps_the_first_date(store: Store, client: Client):
    url = written_to(store)
    client.post(url)
    first = Recipient.objects.get().opted_out_at

    client.post(url)

    assert Recipient.objects.get().opted_out_at == first


def test_the_address_says_nothing_about_anybody(store: Store):
    url = written_to(store)

    assert re.fullmatch(r"/u/[\w-]{22}/", url)


def test_a_made_up_address_finds_nothing(store: Store, client: Client):
    written_to(store)

    assert client.post("/u/AAAAAAAAAAAAAAAAAAAAAA/").status_code == 404
    assert Recipient.objects.get().opted_out_at is None


def erased(store: Store) -> None:
    """Nothing is left of the store and its customers but who had asked to be left alone."""
    Store.objects.filter(id=store.id).update(
        uninstalled_at=timezone.now() - dt.timedelta(days=31),
        authorization="",
        manager_token="",
        refresh_token="",
    )
    erasing.erase_due(is_stopping=lambda: False)
    assert not Store.objects.filter(id=store.id).exists()


def test_a_link_is_honoured_when_nothing_is_kept_of_its_store(store: Store, client: Client):
    url = written_to(store)
    erased(store)
    assert not Recipient.objects.exists()

    before = client.get(url)
    after = client.post(url)

    assert before.status_code == after.status_code == 200
    assert "Stop the messages about your points?" in before.content.decode()
    assert "You will get no more such messages" in after.content.decode()
    assert "You will get no more such messages" in client.get(url).content.decode()


def test_it_holds_when_the_store_comes_back(store: Store, client: Client):
    url = written_to(store)
    erased(store)
    client.post(url)
    comes_back = make_store(store.id)
    [way] = ways_to_tell_the_first(comes_back)

    ask(finished_job(comes_back, customers=1))
    tell()

    assert way.hindrance is Fate.OPTED_OUT
    assert len(mail.outbox) == 1
    assert Recipient.objects.get().opted_out_at is not None


def ways_to_tell_the_first(store: Store) -> list[Way]:
    know_customers(store, customers=1)
    return [it for it in ways_to_tell(store=store, customer_id=1001) if it.channel == "email"]


def test_what_is_kept_of_such_a_wish_is_a_keyed_hash(store: Store, client: Client):
    url = written_to(store)
    erased(store)

    client.post(url)
    client.post(url)

    kept = OptOut.objects.get()
    assert url == f"/u/{kept.token}/"


@pytest.mark.parametrize("made_up", ["A" * 22, "A" * 21 + "é", "short", "-" * 22, "A" * 500])
def test_nobody_fills_a_table_with_links_of_their_own(db: None, client: Client, made_up: str):
    assert client.post(f"/u/{made_up}/").status_code == 404
    assert not OptOut.objects.exists()


def test_a_link_that_was_changed_is_none(store: Store, client: Client):
    url = written_to(store)
    erased(store)
    token = url.removeprefix("/u/").removesuffix("/")

    for at in (0, 12, 21):
        other = "A" if token[at] != "A" else "B"
        assert client.post(f"/u/{token[:at]}{other}{token[at + 1 :]}/").status_code == 404
