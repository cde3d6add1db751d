from __future__ import annotations

import json
from typing import Any

import pytest
import requests
import responses
from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.info_page.models import Draft
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.info_page import wire
from tests.pages import Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_waiting")]


def save(client: Client, values: dict[str, str], **headers: str) -> Any:
    return client.post("/info-page/", values, headers=edge.BOOSTED | headers)


def test_it_shows_both_languages_as_they_are_at_zid(
    merchant: Client, store: Store, zid: responses.RequestsMock
) -> None:
    zid.get(wire.INFO, json=wire.answer(), match=[edge.by(store)])

    shown = wire.form_of(merchant.get("/info-page/"))

    assert shown["title_ar"] == wire.PAGE["title_ar"]
    assert shown["content_ar"] == wire.PAGE["content_ar"]
    assert shown["content_en"] == wire.PAGE["content_en"]


def test_a_page_that_is_saved_untouched_is_not_sent(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    shown = wire.open_form(merchant, zid)

    response = save(merchant, shown)

    assert json.loads(response["HX-Location"])["path"] == "/info-page/"
    assert [call.request.method for call in zid.calls] == ["GET", "GET"]
    assert not Entry.objects.exists()


def test_one_word_is_changed_and_nothing_else(
    merchant: Client, store: Store, zid: responses.RequestsMock
) -> None:
    shown = wire.open_form(merchant, zid)
    # As a browser gives it back: in its own spelling, with the end tags that were left out.
    edited = '<p class="x">مرحبا بكم</p><p>في المعرض</p>'
    wire.takes(zid, store, content_ar="<P class=x>مرحبا بكم<P>في المعرض")

    response = save(merchant, shown | {"content_ar": edited})

    assert json.loads(response["HX-Trigger"])["toast"]
    assert wire.sent(zid) == wire.PAGE | {"content_ar": "<P class=x>مرحبا بكم<P>في المعرض"}


def test_line_breaks_that_a_form_adds_are_no_change(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    content = "<p>one</p>\n<p>two</p>\n"
    shown = wire.open_form(merchant, zid, content_en=content)

    save(merchant, shown | {"content_en": content.replace("\n", "\r\n")})

    assert not Entry.objects.exists()


def test_it_keeps_both_versions_whole_in_the_activity(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    shown = wire.open_form(merchant, zid)
    wire.takes(zid, title_en="Points")

    save(merchant, shown | {"title_en": "Points"})

    entry = Entry.objects.get()
    assert (entry.action, entry.outcome) == ("update_info_page", "done")
    assert entry.before == wire.PAGE
    assert entry.after == wire.PAGE | {"title_en": "Points"}


def test_what_runs_is_never_sent(merchant: Client, zid: responses.RequestsMock) -> None:
    shown = wire.open_form(merchant, zid)
    wire.takes(zid)

    hostile = '<p onclick="x()">Hi <a href="javascript:x()">you</a></p><script>x()</script>'
    save(merchant, shown | {"content_en": hostile})

    assert wire.sent(zid)["content_en"] == "<p>Hi <a>you</a></p>"


def test_what_will_be_removed_from_the_page_at_zid_is_told_and_then_removed(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    wire.reads(zid, content_en='<p onclick="x()">Hi</p><script>x()</script>')

    response = merchant.get("/info-page/")

    warning = next(e.text for e in Page(response).all("div") if "this is removed:" in e.text)
    assert warning.endswith("scriptsactions that run when something is clicked or loaded")
    assert "onclick" not in str(Page(response).all("iframe"))
    wire.takes(zid, content_en="<p>Hi</p>")
    save(merchant, wire.form_of(response))
    assert wire.sent(zid)["content_en"] == "<p>Hi</p>"


def test_what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten_unseen(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    shown = wire.open_form(merchant, zid)
    wire.reads(zid, content_en="<p>Theirs</p>")

    response = save(merchant, shown | {"content_en": "<p>Mine</p>"})

    assert response.status_code == 409
    told = " ".join(Page(response).alerts())
    assert "Somebody changed this meanwhile" in told
    assert "Theirs" in told
    again = wire.form_of(response)
    assert again["content_en"] == "<p>Mine</p>"
    assert not Entry.objects.exists()

    wire.takes(zid, content_en="<p>Mine</p>")
    save(merchant, again)

    assert wire.sent(zid)["content_en"] == "<p>Mine</p>"
    assert Entry.objects.get().before["content_en"] == "<p>Theirs</p>"


def test_who_keeps_what_somebody_else_wrote_gives_up_the_work_that_is_kept(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    mine = wire.open_form(merchant, zid) | {"content_en": "<p>Mine</p>"}
    merchant.post("/info-page/draft/keep/", mine)
    wire.reads(zid, content_en="<p>Theirs</p>")

    asked = Page(save(merchant, mine))
    keep = next(it for it in asked.all("button") if it.text == "Keep what is there")
    merchant.post(str(asked.one("form", id=str(keep["form"]))["action"]))

    assert wire.form_of(merchant.get("/info-page/"))["content_en"] == "<p>Theirs</p>"


def test_a_mistake_is_told_beside_its_field_and_nothing_is_lost_or_sent(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    shown = wire.open_form(merchant, zid)

    typed = {"title_en": "<b>Points</b>", "content_en": "<p>Half a text"}
    response = save(merchant, shown | typed)

    assert response.status_code == 422
    page = Page(response)
    assert "plain text" in page.one(id="id_title_en_error").text
    assert "checked" in page.one(id="half-en").attributes  # a phone shows one half at a time
    assert wire.form_of(response) == shown | typed
    assert not Entry.objects.exists()


def test_zids_own_refusal_is_told_beside_the_field_it_is_about(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    shown = wire.open_form(merchant, zid)
    error = {"code": "validation_failed", "message": "", "fields": {"content_en": [edge.WORDS]}}
    zid.put(wire.INFO, status=422, json={"success": False, "status": 422, "error": error})

    response = save(merchant, shown | {"content_en": "<p>New</p>"})

    assert response.status_code == 422
    assert edge.WORDS in Page(response).one(id="id_content_en_error").text
    assert Entry.objects.get().outcome == "refused"


@pytest.mark.parametrize("body", edge.REFUSALS.values(), ids=edge.REFUSALS)
def test_a_refusal_that_names_no_field_is_told_above_the_form(
    merchant: Client, zid: responses.RequestsMock, body: Any
) -> None:
    shown = wire.open_form(merchant, zid)
    zid.put(wire.INFO, status=422, json=body)

    response = save(merchant, shown | {"content_en": "<p>New</p>"})

    assert edge.WORDS in " ".join(Page(response).alerts())


def test_a_lost_answer_is_not_passed_off_as_anything_else(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    shown = wire.open_form(merchant, zid)
    zid.put(wire.INFO, body=requests.ReadTimeout("slow"))

    response = save(merchant, shown | {"content_en": "<p>New</p>"})

    assert response.status_code == 502
    assert "nobody knows" in " ".join(Page(response).alerts())
    assert wire.form_of(response)["content_en"] == "<p>New</p>"
    assert Entry.objects.get().outcome == "unknown"


def test_it_opens_as_zid_last_told_while_zid_is_down(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    wire.open_form(merchant, zid)
    zid.upsert(responses.GET, wire.INFO, status=503)

    response = merchant.get("/info-page/")

    assert response.status_code == 200
    assert "as Zid gave it on" in " ".join(Page(response).alerts())
    assert wire.form_of(response)["content_ar"] == wire.PAGE["content_ar"]


def test_while_zid_is_down_it_says_that_what_was_just_saved_may_be_missing(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    shown = wire.open_form(merchant, zid)
    zid.put(wire.INFO, status=503)
    save(merchant, shown | {"content_en": "<p>New</p>"})
    zid.upsert(responses.GET, wire.INFO, status=503)

    response = merchant.get("/info-page/")

    assert response.status_code == 200
    assert "since then may be missing" in " ".join(Page(response).alerts())


def test_it_says_that_zid_is_down_when_nothing_is_known(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(wire.INFO, status=503)

    assert merchant.get("/info-page/").status_code == 502


def test_what_was_written_is_kept_when_zid_cannot_be_asked_before_saving(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    shown = wire.open_form(merchant, zid)
    zid.upsert(responses.GET, wire.INFO, status=503)

    assert save(merchant, shown | {"content_en": "<p>Mine</p>"}).status_code == 502

    wire.reads(zid)
    assert wire.form_of(merchant.get("/info-page/"))["content_en"] == "<p>Mine</p>"


def test_a_saved_page_leaves_no_draft(merchant: Client, zid: responses.RequestsMock) -> None:
    shown = wire.open_form(merchant, zid)
    wire.takes(zid, title_en="Points")

    save(merchant, shown | {"title_en": "Points"})

    assert not Draft.objects.exists()


def test_it_says_which_language_was_left_behind(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    shown = wire.open_form(merchant, zid)
    changed = {"content_ar": "<p>جديد</p>"}
    wire.takes(zid, **changed)
    save(merchant, shown | changed)
    wire.reads(zid, **changed)

    response = merchant.get("/info-page/")

    assert "The English text is older" in response.content.decode()
    wire.reads(zid, **changed, content_en="<p>Changed in the dashboard</p>")
    assert "is older" not in merchant.get("/info-page/").content.decode()


def test_a_plain_request_leads_back_to_the_page(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    shown = wire.open_form(merchant, zid)

    response = merchant.post("/info-page/", shown)

    assert (response.status_code, response["Location"]) == (302, "/info-page/")


def test_it_speaks_arabic_from_right_to_left(store: Store, zid: responses.RequestsMock) -> None:
    zid.get(wire.INFO, json=wire.answer(), match=[edge.by(store, language="ar")])

    page = Page(client_of(store, language="ar").get("/info-page/"))

    assert (page.one("html")["lang"], page.one("html")["dir"]) == ("ar", "rtl")
    assert page.one("h1").text == "صفحة التعريف"


def test_a_stranger_sees_and_changes_their_own_page(
    merchant: Client, stranger: Client, other_store: Store, zid: responses.RequestsMock
) -> None:
    shown = wire.open_form(merchant, zid)
    merchant.post("/info-page/draft/keep/", shown | {"content_en": "<p>Secret</p>"})

    response = stranger.get("/info-page/")

    assert "Secret" not in response.content.decode()
    assert zid.calls[-1].request.headers["Store-Id"] == str(other_store.id)


@pytest.mark.parametrize("path", ["/info-page/", "/info-page/write/"])
def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(
    client: Client, disconnected_store: Store, path: str
) -> None:
    assert client.get(path).status_code == 403
    assert client_of(disconnected_store).get(path).status_code == 403


def test_it_lets_nobody_save_who_does_not_come_from_the_dashboard(
    client: Client, disconnected_store: Store
) -> None:
    for path in ("/info-page/", "/info-page/draft/keep/", "/info-page/preview/"):
        assert client.post(path, {}).status_code == 403
        assert client_of(disconnected_store).post(path, {}).status_code == 403


def test_it_takes_no_other_method(merchant: Client) -> None:
    assert merchant.delete("/info-page/").status_code == 405
