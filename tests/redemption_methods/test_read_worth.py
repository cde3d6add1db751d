"""What a method is worth stands beside it and below its form; warnings forbid nothing."""

from __future__ import annotations

import pytest
import responses
from django.test import Client

from loyaltyadmin.stores.models import Store
from tests import edge
from tests.pages import Page

ADDRESS = "/redemption-methods/worth/"
METHOD = "4890974d-d474-4d08-99a4-a42b856ea71a"  # 10 off for 100 points
PERCENTAGE = "6fa459ea-ee8a-3ca4-894e-db77e160355e"  # 7.5 % off, switched off

# 5 points for 100: 100 points are earned by spending 2,000.


@pytest.fixture
def _known(merchant: Client, zid: responses.RequestsMock) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    merchant.get("/program/")
    zid.calls.reset()


def worth_of(client: Client, value: str, points: str, kind: str = "fixed_rate", **more: str) -> str:
    typed = {"kind": kind, "discount_value": value, "points_to_redeem": points} | more
    return Page(client.get(ADDRESS, typed, headers=edge.HTMX)).one(id="worth").text


@pytest.mark.usefixtures("_known")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("20", "١٠٠"), "A point is worth 0.2"),
        (("20", "100", "percentage"), "50 Saudi riyals off a basket of 250 Saudi riyals"),
        (("2001", "100"), "gives back more than customers spend"),
        (("9", "110"), "Nobody needs it"),
        (("12", "90"), "With it nobody needs this one any more"),
    ],
)
def test_it_says_what_is_being_typed_would_be_worth_without_a_call(
    merchant: Client, zid: responses.RequestsMock, typed: tuple[str, ...], said: str
) -> None:
    assert said in worth_of(merchant, *typed)
    assert len(zid.calls) == 0


@pytest.mark.usefixtures("_known")
@pytest.mark.parametrize("typed", [("", "100"), ("5", "x"), ("101", "100", "percentage")])
def test_it_says_nothing_while_the_numbers_are_odd(
    merchant: Client, zid: responses.RequestsMock, typed: tuple[str, ...]
) -> None:
    assert worth_of(merchant, *typed) == ""


@pytest.mark.usefixtures("_known")
def test_a_method_is_not_held_against_itself(merchant: Client, zid: responses.RequestsMock) -> None:
    assert "nobody needs" not in worth_of(merchant, "12", "90", method_id=METHOD).lower()


def test_without_anything_known_it_only_divides(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    assert "A point is worth 0.2" in worth_of(merchant, "20", "100")


def test_the_programs_page_says_it_beside_each_method(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    program = edge.fixture("program")
    program["redemption_rules"][0]["reward"]["discount_value"] = 2001
    zid.get(edge.PROGRAM, json=program)

    page = Page(merchant.get("/program/"))

    fixed = page.one(id=f"redemption-method-{METHOD}").text
    assert "A point is worth 20.01" in fixed
    assert "gives back more than customers spend" in fixed
    assert "off a basket of 250" in page.one(id=f"redemption-method-{PERCENTAGE}").text


@pytest.mark.usefixtures("_known")
def test_it_is_still_said_after_the_method_is_switched(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    answer = edge.fixture("program")["redemption_rules"][0] | {"is_active": 0}
    zid.put(f"{edge.LOYALTY}/points-redemption/update-status", json={"redemption_rule": answer})

    response = merchant.post(
        f"/redemption-methods/{METHOD}/toggle/", {"active": "0"}, headers=edge.HTMX
    )

    assert "A point is worth 0.1" in Page(response).one(id=f"redemption-method-{METHOD}").text


def test_the_form_says_it_from_the_start(merchant: Client, zid: responses.RequestsMock) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))

    page = Page(merchant.get(f"/redemption-methods/{METHOD}/update/"))

    assert "A point is worth 0.1" in page.one(id="worth").text


def test_another_stores_methods_are_not_held_against_it(
    store: Store, stranger: Client, zid: responses.RequestsMock
) -> None:
    assert "nobody needs" not in worth_of(stranger, "12", "90").lower()


@pytest.mark.django_db
def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(client: Client) -> None:
    assert client.get(ADDRESS).status_code == 403
