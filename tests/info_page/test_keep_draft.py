from __future__ import annotations

import pytest
import responses
from django.test import Client

from loyaltyadmin.info_page.models import Draft
from tests import edge
from tests.info_page import wire

pytestmark = pytest.mark.django_db


def test_what_is_typed_survives_a_reload(merchant: Client, zid: responses.RequestsMock) -> None:
    shown = wire.open_form(merchant, zid)
    typed = shown | {"title_en": "<b>not ready", "content_en": "<p>Half a sent"}

    told = merchant.post("/info-page/draft/keep/", typed, headers=edge.HTMX)

    assert "Kept here at" in told.content.decode()
    response = merchant.get("/info-page/")
    assert wire.form_of(response) == typed
    assert "Unsaved work is shown here" in response.content.decode()


def test_a_draft_that_says_what_zid_has_is_not_shown(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    shown = wire.open_form(merchant, zid)

    merchant.post("/info-page/draft/keep/", shown)

    assert "Unsaved work" not in merchant.get("/info-page/").content.decode()


def test_a_draft_knows_what_it_was_based_on(merchant: Client, zid: responses.RequestsMock) -> None:
    shown = wire.open_form(merchant, zid)
    merchant.post("/info-page/draft/keep/", shown | {"content_en": "<p>Mine</p>"})
    wire.reads(zid, content_en="<p>Theirs</p>")

    response = merchant.post("/info-page/", wire.form_of(merchant.get("/info-page/")))

    assert response.status_code == 409


def test_nothing_is_kept_of_a_form_without_its_basis(merchant: Client) -> None:
    response = merchant.post("/info-page/draft/keep/", {"title_ar": "x"})

    assert response.status_code == 422
    assert not Draft.objects.exists()


def test_a_draft_is_discarded(merchant: Client, zid: responses.RequestsMock) -> None:
    shown = wire.open_form(merchant, zid)
    merchant.post("/info-page/draft/keep/", shown | {"content_en": "<p>Mine</p>"})

    response = merchant.post("/info-page/draft/discard/")

    assert (response.status_code, response["Location"]) == (302, "/info-page/")
    assert wire.form_of(merchant.get("/info-page/")) == shown


def test_a_form_that_is_put_back_discards_what_was_kept_of_it(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    shown = wire.open_form(merchant, zid)
    merchant.post("/info-page/draft/keep/", shown | {"content_en": "<p>Mine</p>"})

    response = merchant.post("/info-page/draft/discard/", headers=edge.HTMX)

    assert (response.status_code, response.content) == (200, b"")
    assert not Draft.objects.exists()
