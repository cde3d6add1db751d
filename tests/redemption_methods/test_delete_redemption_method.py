from __future__ import annotations

import pytest
import responses
from django.test import Client
from responses import matchers

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.pages import Page

METHOD = "4890974d-d474-4d08-99a4-a42b856ea71a"
ADDRESS = f"/redemption-methods/{METHOD}/delete/"
ZID_ADDRESS = f"{edge.LOYALTY}/points-redemption/delete"


def based_on(merchant: Client, zid: responses.RequestsMock) -> dict[str, str]:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    page = Page(merchant.get(ADDRESS))
    assert "10" in page.one(id="main").text
    assert "100 points" in page.one(id="main").text
    return {"based_on": str(page.one(name="based_on")["value"])}


def test_it_names_the_method_and_deletes_it_once_it_is_confirmed(
    merchant: Client, store: Store, zid: responses.RequestsMock
) -> None:
    shown = based_on(merchant, zid)
    sent = matchers.urlencoded_params_matcher({"ruleId": METHOD})
    zid.post(ZID_ADDRESS, json={"status": "object"}, match=[sent, edge.by(store)])

    response = merchant.post(ADDRESS, shown, headers=edge.BOOSTED)

    assert "HX-Location" in response
    entry = Entry.objects.get()
    assert (entry.action, entry.outcome, entry.after) == ("delete_redemption_method", "done", None)
    assert entry.before["points_to_redeem"] == 100


def test_what_somebody_else_changed_meanwhile_is_shown_before_it_is_deleted(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    shown = based_on(merchant, zid)
    program = edge.fixture("program")
    program["redemption_rules"][0]["points_to_redeem"] = 120
    zid.replace(responses.GET, edge.PROGRAM, json=program)

    response = merchant.post(ADDRESS, shown, headers=edge.BOOSTED)

    assert response.status_code == 409
    assert "120 points" in " ".join(Page(response).alerts())
    assert not Entry.objects.exists()


def test_what_somebody_else_deleted_meanwhile_is_not_deleted_again(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    shown = based_on(merchant, zid)
    program = edge.fixture("program")
    program["redemption_rules"] = []
    zid.replace(responses.GET, edge.PROGRAM, json=program)

    response = merchant.post(ADDRESS, shown, headers=edge.BOOSTED)

    assert response.status_code == 404


@pytest.mark.django_db
def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(client: Client) -> None:
    assert client.post(ADDRESS).status_code == 403
