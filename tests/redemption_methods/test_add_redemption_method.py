from __future__ import annotations

from urllib.parse import parse_qs

import pytest
import requests
import responses
from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.pages import Page

ADDRESS = "/redemption-methods/add/"
ZID_ADDRESS = f"{edge.LOYALTY}/points-redemption"
TYPED = {"kind": "percentage", "discount_value": "15", "points_to_redeem": "٣٠٠"}


def test_it_adds_the_method_once_in_the_stores_own_currency(
    merchant: Client, store: Store, zid: responses.RequestsMock
) -> None:
    Store.objects.update(currency="AED")
    zid.post(ZID_ADDRESS, json=edge.fixture("method_added"), match=[edge.by(store)])

    response = merchant.post(ADDRESS, TYPED, headers=edge.BOOSTED)

    assert "HX-Location" in response
    (call,) = zid.calls
    assert {name: values[0] for name, values in parse_qs(call.request.body).items()} == {
        "config[type]": "percentage_discount_settings",
        "config[discount]": "15",
        "config[points]": "300",
        "config[currency]": "AED",
    }
    entry = Entry.objects.get()
    assert (entry.action, entry.outcome) == ("add_redemption_method", "done")
    assert entry.subject == "4890974d-d474-4d08-99a4-a42b856ea71a"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("discount_value", "101"),
        ("discount_value", "0"),
        ("points_to_redeem", "0"),
        ("points_to_redeem", "1.5"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_nothing_is_sent(
    merchant: Client, zid: responses.RequestsMock, field: str, value: str
) -> None:
    response = merchant.post(ADDRESS, TYPED | {field: value}, headers=edge.BOOSTED)

    page = Page(response)
    assert response.status_code == 422
    assert page.has(id=f"id_{field}_error")
    assert page.one(id=f"id_{field}")["value"] == value


def test_after_a_lost_answer_it_asks_to_look_before_adding_again(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.post(ZID_ADDRESS, body=requests.ReadTimeout("slow"))

    response = merchant.post(ADDRESS, TYPED, headers=edge.BOOSTED)

    assert response.status_code == 502
    assert "Look at what holds" in " ".join(Page(response).alerts())
    assert Entry.objects.get().outcome == "unknown"


def test_the_form_asks_zid_nothing(merchant: Client, zid: responses.RequestsMock) -> None:
    assert merchant.get(ADDRESS).status_code == 200


@pytest.mark.django_db
def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(client: Client) -> None:
    assert client.post(ADDRESS, TYPED).status_code == 403
