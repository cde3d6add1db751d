from __future__ import annotations

import pytest
import responses
from django.test import Client

from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.pages import Page

FIELD = "id_customer_id"
ERROR = "id_customer_id_error"


def test_it_asks_for_a_number_without_asking_zid(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    response = merchant.get("/customers/")

    assert response.status_code == 200
    page = Page(response)
    assert page.one(id=FIELD)["name"] == "customer_id"
    assert not page.has(id=ERROR)


@pytest.mark.parametrize(
    "typed",
    ["370001", " 370001 ", "٣٧٠٠٠١", "۳۷۰۰۰۱", "0370001"],
    ids=["Western", "with spaces", "Arabic-Indic", "Persian", "leading zero"],
)
def test_it_leads_to_the_customer(
    merchant: Client, zid: responses.RequestsMock, typed: str
) -> None:
    response = merchant.get("/customers/", {"customer_id": typed})

    assert (response.status_code, response["Location"]) == (302, "/customers/370001/")


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "Noura", "نورة", "12x", "-5", "0", "1.5", "1,001", "9" * 16, "9" * 5000],
)
def test_it_keeps_what_was_typed_and_says_what_is_wrong_beside_the_field(
    merchant: Client, zid: responses.RequestsMock, typed: str
) -> None:
    response = merchant.get("/customers/", {"customer_id": typed})

    assert response.status_code == 422
    page = Page(response)
    field = page.one(id=FIELD)
    assert (field.attributes.get("value") or "").strip() == typed.strip()
    assert field["aria-invalid"] == "true"
    assert ERROR in (field["aria-describedby"] or "").split()
    assert page.one(id=ERROR).text


def test_it_gives_htmx_the_same_page(merchant: Client, zid: responses.RequestsMock) -> None:
    response = merchant.get("/customers/", {"customer_id": "x"}, headers=edge.BOOSTED)

    assert response.status_code == 422
    assert Page(response).has(id=ERROR)


def test_it_shows_hostile_text_as_text(merchant: Client, zid: responses.RequestsMock) -> None:
    response = merchant.get("/customers/", {"customer_id": '"><script>alert(1)</script>'})

    assert b"<script>alert" not in response.content


def test_it_renders_from_right_to_left_in_arabic(store: Store, zid: responses.RequestsMock) -> None:
    response = client_of(store, language="ar").get("/customers/")

    assert Page(response).one("html")["dir"] == "rtl"


@pytest.mark.django_db
def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(client: Client) -> None:
    assert client.get("/customers/").status_code == 403


def test_it_lets_nobody_in_whose_store_has_left(disconnected_store: Store) -> None:
    assert client_of(disconnected_store).get("/customers/").status_code == 403


def test_it_is_only_read(merchant: Client) -> None:
    assert merchant.post("/customers/").status_code == 405
