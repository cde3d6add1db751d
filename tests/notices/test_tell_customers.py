from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.customers.models import Customer
from loyaltyadmin.notices.models import Notice, Recipient
from loyaltyadmin.stores.models import Store
from tests.conftest import client_of
from tests.edge import HTMX
from tests.notices.conftest import TEXTS, ask, finished_job, know_customers, tell
from tests.pages import Page
from tests.points_adjustments.conftest import make_job

FORM = {"channel": "email", **TEXTS}


def address(job, part: str = "") -> str:
    return f"/bulk-adjustments/{job.id}/tell/{part}"


def test_it_is_off_unless_it_is_asked_for(store: Store, merchant: Client):
    job = make_job(store, confirmed=False)

    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))

    assert "Customers are not told about it" in page.one(id="notice").text
    assert page.one("a", id="tell")["href"] == address(job)


def test_it_begins_with_a_text_in_the_stores_language_and_shows_how_it_looks(
    store: Store, merchant: Client
):
    job = make_job(store, confirmed=False)
    know_customers(store)

    page = Page(merchant.get(address(job)))

    assert "{points}" in page.one("textarea", name="text_ar").text
    assert page.one("textarea", name="text_en").text == ""
    preview = page.one(id="preview").text
    assert "عميل 1001" in preview
    assert "c1001@example.com" in preview
    assert "3 of 3 customers have an e-mail address." in page.one("main").text


def test_it_keeps_what_was_written_and_writes_it_down(store: Store, merchant: Client):
    job = make_job(store, confirmed=False)

    response = merchant.post(address(job), FORM)

    assert response.headers["Location"] == f"/bulk-adjustments/{job.id}/"
    assert Notice.objects.get(job=job).texts == TEXTS
    entry = Entry.objects.get(action="tell_customers")
    assert entry.job_id == job.id
    page = Page(merchant.get(response.headers["Location"]))
    assert "are told by e-mail, once it is finished" in page.one(id="notice").text


def test_htmx_is_led_back_and_told(store: Store, merchant: Client):
    job = make_job(store, confirmed=False)

    response = merchant.post(address(job), FORM, headers=HTMX)

    assert f"/bulk-adjustments/{job.id}/" in response.headers["HX-Location"]
    assert "toast" in response.headers["HX-Trigger"]


@pytest.mark.parametrize(
    ("fields", "at", "said"),
    [
        ({"text_ar": "{nam}"}, "text_ar", "{nam} is no placeholder"),
        ({"text_ar": "{points.real}"}, "text_ar", "{points.real} is no placeholder"),
        ({"text_ar": "{0}{!r}"}, "text_ar", "{0}, {!r} are no placeholders"),
        ({"text_ar": "a } b"}, "text_ar", "} is no placeholder"),
        ({"subject_ar": "{Name}"}, "subject_ar", "{Name} is no placeholder"),
        ({"subject_ar": "one\r\nBcc: all@example.com"}, "subject_ar", "A subject is one line."),
        ({"subject_ar": ""}, "subject_ar", "Write a subject."),
        ({"text_ar": ""}, "text_ar", "Write a text"),
        ({"text_en": "Hi", "subject_en": ""}, "subject_en", "Write a subject."),
        ({"channel": "pigeon"}, "channel", ""),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_lost(
    store: Store, merchant: Client, fields, at, said
):
    job = make_job(store, confirmed=False)

    response = merchant.post(address(job), {**FORM, "text_en": "", **fields})

    page = Page(response)
    assert response.status_code == 422
    assert said in page.one(id=f"id_{at}_error").text
    for name, text in fields.items():
        if name.startswith("text"):
            assert page.one("textarea", name=name).text == text
    assert not Notice.objects.exists()


def test_a_text_message_has_its_length(store: Store, merchant: Client, settings):
    settings.SMS_PROVIDER = "unifonic"
    job = make_job(store, confirmed=False)

    response = merchant.post(address(job), {**FORM, "channel": "sms", "text_ar": "ن" * 301})

    assert (
        "holds 300 characters, and this has 301" in Page(response).one(id="id_text_ar_error").text
    )


def test_where_nothing_is_set_up_the_page_says_so(store: Store, merchant: Client, settings):
    settings.EMAIL_FROM = ""
    job = make_job(store, confirmed=False)

    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))
    form = Page(merchant.get(address(job)))

    assert "has not been set up" in page.one(id="notice").text
    assert not page.has("a", id="tell")
    assert "has not been set up" in form.one("main").text
    assert merchant.post(address(job), FORM).status_code == 422


def test_it_cannot_be_changed_once_somebody_was_told(store: Store, merchant: Client):
    job = finished_job(store)
    ask(job)
    tell()

    response = merchant.post(address(job), {**FORM, "text_ar": "Something else"})

    assert response.status_code == 302
    assert Notice.objects.get().text_ar == TEXTS["text_ar"]
    assert merchant.get(address(job)).status_code == 302


def test_the_preview_is_what_the_customer_gets(store: Store, merchant: Client):
    job = finished_job(store, customers=1)
    texts = {**TEXTS, "subject_en": "{points}", "text_en": "Dear {name},\nyou have {balance}."}
    shown = merchant.post(
        address(job, "preview/"), {"channel": "email", **texts}, headers=HTMX
    ).content.decode()

    ask(job, **texts)
    tell()

    html = mail.outbox[0].alternatives[0].content
    token = Recipient.objects.get().token
    section = (
        '<div lang="en" dir="ltr">'
        "<p>Dear <bdi>عميل 1001</bdi>,<br>you have <bdi>500</bdi>.</p></div>"
    )
    assert section in shown
    assert section in html
    assert mail.outbox[0].subject == "نقاط جديدة من متجر 90001 · 10"
    assert mail.outbox[0].subject.partition(" · ")[0] in shown
    assert f"http://testserver/u/{token}/" in html


def test_a_preview_without_htmx_is_the_whole_page(store: Store, merchant: Client):
    job = make_job(store, confirmed=False)
    know_customers(store)

    page = Page(merchant.post(address(job, "preview/"), FORM))

    assert "عميل 1001" in page.one(id="preview").text
    assert page.one("textarea", name="text_ar").text == TEXTS["text_ar"]
    assert not Notice.objects.exists()


def test_a_preview_of_mistakes_shows_none(store: Store, merchant: Client):
    job = make_job(store, confirmed=False)

    response = merchant.post(address(job, "preview/"), {**FORM, "text_ar": "{x}"}, headers=HTMX)

    assert "once the text is right" in Page(response).one(id="preview").text


def test_what_customers_are_called_cannot_become_markup(store: Store, merchant: Client):
    job = finished_job(store, customers=1)
    Customer.objects.update(name="<img src=x onerror=alert(1)>\r\nBcc: a@b.c {points}")
    ask(job, subject_ar="{name}", text_ar="<b>{name}</b>")

    tell()

    html = mail.outbox[0].alternatives[0].content
    assert "<img" not in html
    assert "<b>" not in html
    assert "Bcc: a@b.c {points}" in mail.outbox[0].subject
    assert "\n" not in mail.outbox[0].subject


@pytest.mark.parametrize("part", ["", "preview/", "stop/", "progress/"])
def test_a_stranger_finds_nothing(store: Store, stranger: Client, part):
    job = make_job(store, confirmed=False)
    method = "get" if part in {"", "progress/"} else "post"

    assert getattr(stranger, method)(address(job, part)).status_code == 404


def test_who_has_not_opened_the_app_is_sent_to_the_dashboard(store: Store, client: Client):
    job = make_job(store, confirmed=False)

    assert client.post(address(job), FORM).status_code == 403


def test_it_speaks_arabic(store: Store):
    job = make_job(store, confirmed=False)

    page = Page(client_of(store, language="ar").get(address(job)))

    assert page.one("html")["dir"] == "rtl"
    assert "إبلاغ العملاء" in page.one("h1").text
