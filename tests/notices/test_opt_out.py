from __future__ import annotations

import re

from django.core import mail
from django.test import Client

from loyaltyadmin.customers.models import Customer
from loyaltyadmin.notices.models import Recipient
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.stores.models import Store
from tests.notices.conftest import ask, finished_job, tell
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
