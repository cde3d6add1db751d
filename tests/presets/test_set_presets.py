from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
import responses
from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.presets.models import Preset
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.customers.conftest import know
from tests.pages import Page

ADDRESS = "/quick-choices/"


def rows(*choices: tuple[str, str, str]) -> dict[str, str]:
    fields = {"form-TOTAL_FORMS": "6", "form-INITIAL_FORMS": "0"}
    for at, (action, points, reason) in enumerate(choices):
        fields |= {
            f"form-{at}-action": action,
            f"form-{at}-points": points,
            f"form-{at}-reason": reason,
        }
    return fields


def make_preset(store: Store, position: int = 1, **fields: Any) -> Preset:
    values = {"action": "add", "points": 50, "reason": "اعتذار عن التأخير", **fields}
    return Preset.objects.create(store=store, position=position, **values)


def saved(store: Store) -> list[tuple[str, int, str]]:
    return list(
        Preset.objects.filter(store=store)
        .order_by("position")
        .values_list("action", "points", "reason")
    )


def test_it_saves_the_choices_in_their_order(store: Store, merchant: Client) -> None:
    make_preset(store, reason="an old one")

    response = merchant.post(
        ADDRESS, rows(("add", "١٠٠", "هدية"), ("add", "", ""), ("take", "1,500", "تصحيح"))
    )

    assert (response.status_code, response["Location"]) == (302, ADDRESS)
    assert saved(store) == [("add", 100, "هدية"), ("take", 1500, "تصحيح")]
    [entry] = Entry.objects.filter(store=store)
    assert (entry.action, entry.after) == ("set_presets", {"number": 2})


def test_it_shows_those_that_are_saved(store: Store, merchant: Client) -> None:
    make_preset(store)

    page = Page(merchant.get(ADDRESS))

    assert page.one(name="form-0-points")["value"] == "50"
    assert page.one(name="form-0-reason")["value"] == "اعتذار عن التأخير"


def test_it_says_that_they_are_saved(store: Store, merchant: Client) -> None:
    response = merchant.post(ADDRESS, rows(("add", "7", "right")), headers=edge.BOOSTED)

    assert json.loads(response["HX-Location"])["path"] == ADDRESS
    assert json.loads(response["HX-Trigger"])["toast"]["value"] == "The quick choices are saved"


@pytest.mark.parametrize(
    ("choice", "wrong"),
    [
        (("add", "0", "x"), "points"),
        (("add", "", "x"), "points"),
        (("add", "1.5", "x"), "points"),
        (("add", "1000001", "x"), "points"),
        (("add", "5", ""), "reason"),
        (("add", "5", "x" * 121), "reason"),
        (("set", "5", "x"), "action"),
    ],
)
def test_it_says_beside_the_field_what_is_wrong(
    store: Store, merchant: Client, choice: tuple[str, str, str], wrong: str
) -> None:
    make_preset(store)

    response = merchant.post(ADDRESS, rows(("add", "7", "right"), choice))

    assert response.status_code == 422
    page = Page(response)
    assert page.one(id=f"id_form-1-{wrong}_error").text
    assert page.one(name="form-0-reason")["value"] == "right"
    assert saved(store) == [("add", 50, "اعتذار عن التأخير")]


@pytest.mark.parametrize("fields", [{}, {"form-TOTAL_FORMS": "x"}, {"form-TOTAL_FORMS": "100000"}])
def test_a_form_that_is_not_ours_saves_nothing(
    store: Store, merchant: Client, fields: dict[str, str]
) -> None:
    make_preset(store)

    assert merchant.post(ADDRESS, fields).status_code in {302, 422}
    assert len(saved(store)) <= 1


def test_it_is_the_stores_own(store: Store, other_store: Store, stranger: Client) -> None:
    make_preset(store)

    stranger.post(ADDRESS, rows(("add", "7", "mine")))

    assert len(saved(store)) == 1
    assert saved(other_store) == [("add", 7, "mine")]


def test_a_click_fills_the_form_of_an_adjustment_in_without_asking_zid(
    store: Store, other_store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    make_preset(store, position=2, action="take", points=75, reason="تصحيح")
    make_preset(other_store, position=3)
    address = "/customers/370001/adjust/"

    page = Page(merchant.get(f"{address}?preset=2", headers=edge.HTMX))
    none = Page(merchant.get(f"{address}?preset=3", headers=edge.HTMX))

    # Only these fields: what was said about telling the customer stays.
    link = page.one("a", href="/customers/370001/?preset=2")
    assert link["hx-target"] == link["hx-select"] == "#adjustment"
    assert page.one(id="id_points")["value"] == "75"
    assert page.one(id="id_reason")["value"] == "تصحيح"
    assert "checked" in page.one(name="action", value="take").attributes
    assert uuid.UUID(page.one(name="submission")["value"] or "")
    assert "value" not in none.one(id="id_points").attributes


@pytest.mark.parametrize("position", ["1", "x", "", "99", "-1", "٣"])
def test_the_page_itself_takes_a_choice_too(
    store: Store, merchant: Client, zid: responses.RequestsMock, position: str
) -> None:
    know(store, 370001)
    make_preset(store)
    zid.get(edge.POINTS, json=edge.fixture("customer_points"))

    page = Page(merchant.get(f"/customers/370001/?preset={position}"))

    assert page.has("a", href="/customers/370001/?preset=1")
    assert page.one(id="id_points").attributes.get("value") == ("50" if position == "1" else None)


def test_it_lets_nobody_in_whose_store_has_left(disconnected_store: Store) -> None:
    assert client_of(disconnected_store).get(ADDRESS).status_code == 403


def test_it_renders_from_right_to_left_in_arabic(store: Store) -> None:
    response = client_of(store, language="ar").get(ADDRESS)

    assert Page(response).one("html")["dir"] == "rtl"
