from __future__ import annotations

from typing import Any

import pytest
import requests
import responses
from django.test import Client

from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.pages import Page

RULE = "efc450a4-3f09-4544-bcdd-80ddcbde23c8"
POINT_OF_SALE_RULE = "7d444840-9dc0-11d1-b245-5ffdce74fad2"
DELETED_RULE = "16fd2706-8baf-433b-82eb-8c7fada847da"
METHOD = "4890974d-d474-4d08-99a4-a42b856ea71a"
PERCENTAGE_METHOD = "6fa459ea-ee8a-3ca4-894e-db77e160355e"

pytestmark = pytest.mark.usefixtures("no_waiting")


def is_on(page: Page, name: str) -> bool:
    return page.one(id=f"{name}-switch")["aria-checked"] == "true"


def test_it_paints_the_whole_page_with_one_call_to_zid(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"), match=[edge.by(store)])

    response = merchant.get("/program/")

    assert response.status_code == 200
    assert len(zid.calls) == 1


def test_it_shows_every_switch_as_zid_has_it(merchant: Client, zid: responses.RequestsMock) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))

    page = Page(merchant.get("/program/"))

    assert is_on(page, "activation-name")
    assert is_on(page, f"rule-{RULE}")
    assert not is_on(page, f"rule-{POINT_OF_SALE_RULE}")
    assert is_on(page, f"method-{METHOD}")
    assert not is_on(page, f"method-{PERCENTAGE_METHOD}")
    assert not page.has(id=f"cashback-rule-{DELETED_RULE}")


def test_every_switch_posts_to_its_own_address_with_and_without_htmx(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))

    page = Page(merchant.get("/program/"))

    for address in (
        "/program/activation/",
        f"/cashback-rules/{RULE}/toggle/",
        f"/redemption-methods/{METHOD}/toggle/",
    ):
        form = page.one("form", action=address)
        assert (form["method"], form["hx-post"]) == ("post", address)


def test_it_shows_what_rules_give_and_methods_cost(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))

    page = Page(merchant.get("/program/"))

    rule, method = page.one(id=f"rule-{RULE}").text, page.one(id=f"method-{METHOD}").text
    assert "5" in rule
    assert "100" in rule
    assert "10" in method
    assert "100" in method
    percentage = page.one(id=f"method-{PERCENTAGE_METHOD}").text
    assert "7.5" in percentage
    assert "%" in percentage


def test_it_shows_the_totals(merchant: Client, zid: responses.RequestsMock) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))

    page = Page(merchant.get("/program/"))

    assert [element.text for element in page.all("dd")] == ["1,200", "300", "40", "12"]


def test_it_shows_a_program_without_rules_and_totals(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json={"cashback_rules": [], "redemption_rules": [], "is_active": 0})

    page = Page(merchant.get("/program/"))

    assert not is_on(page, "activation-name")
    assert [element.text for element in page.all("dd")] == ["–"] * 4
    switches = [switch["id"] for switch in page.all(role="switch")]
    assert switches == ["activation-name-switch", "shortcuts-name-switch"]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"status": 500}, 502),
        ({"body": requests.ConnectionError("dropped")}, 502),
        ({"status": 200, "body": "<html>"}, 502),
        ({"json": {"status": "object"}}, 502),
        ({"status": 403}, 403),
        ({"status": 429, "headers": {"Retry-After": "60"}}, 503),
    ],
    ids=["500", "dropped", "not JSON", "no rules", "scope", "429"],
)
def test_it_says_honestly_that_zid_has_not_answered(
    merchant: Client, zid: responses.RequestsMock, answer: dict[str, Any], status: int
) -> None:
    zid.get(edge.PROGRAM, **answer)

    response = merchant.get("/program/")

    assert response.status_code == status
    assert Page(response).has("a", href="/program/")


@pytest.mark.parametrize("login", [401, 302])
def test_it_says_honestly_that_zid_no_longer_accepts_the_app(
    merchant: Client, zid: responses.RequestsMock, login: int
) -> None:
    zid.get(edge.PROGRAM, status=login, headers={"Location": "/login"})
    zid.post(edge.TOKEN, status=401, json={"error": "invalid_grant"})

    response = merchant.get("/program/")

    assert response.status_code == 403
    assert Page(response).has("a", href="https://dashboard.zid.test", target="_top")


def test_it_goes_on_with_refreshed_tokens(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, status=401, match=[edge.by(store)])
    zid.post(
        edge.TOKEN,
        json={
            "access_token": "newer-manager",
            "Authorization": "newer",
            "refresh_token": "newer-refresh",
            "expires_in": 3600,
        },
    )
    newer = Store(id=store.id, authorization="newer", manager_token="newer-manager")
    zid.get(edge.PROGRAM, json=edge.fixture("program"), match=[edge.by(newer)])

    response = merchant.get("/program/")

    assert response.status_code == 200
    store.refresh_from_db()
    assert store.refresh_token == "newer-refresh"


def test_htmx_gets_the_whole_page_for_a_link(merchant: Client, zid: responses.RequestsMock) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))

    response = merchant.get("/program/", headers=edge.BOOSTED)

    assert response.status_code == 200
    assert Page(response).has("main")


def test_it_renders_from_right_to_left_in_arabic_and_asks_zid_in_arabic(
    store: Store, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"), match=[edge.by(store, language="ar")])

    response = client_of(store, language="ar").get("/program/")

    html = Page(response).one("html")
    assert (html["lang"], html["dir"]) == ("ar", "rtl")


def test_each_merchant_sees_their_own_store(
    other_store: Store, stranger: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"), match=[edge.by(other_store)])

    response = stranger.get("/program/")

    assert other_store.title in response.content.decode()


@pytest.mark.django_db
def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(
    client: Client, zid: responses.RequestsMock
) -> None:
    assert client.get("/program/").status_code == 403


def test_it_lets_nobody_in_whose_store_has_left(
    disconnected_store: Store, zid: responses.RequestsMock
) -> None:
    assert client_of(disconnected_store).get("/program/").status_code == 403


def test_it_is_only_read(merchant: Client, zid: responses.RequestsMock) -> None:
    assert merchant.post("/program/").status_code == 405
