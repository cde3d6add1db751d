from __future__ import annotations

import pytest
import responses
from django.test import Client

from loyaltyadmin.stores.models import Store
from tests import edge
from tests.pages import Page

ADDRESS = "/customers/370001/points/"

pytestmark = pytest.mark.usefixtures("no_waiting")


def test_it_gives_only_the_part_that_changes_with_one_call(
    store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.POINTS, json=edge.fixture("customer_points"), match=[edge.by(store)])

    response = merchant.get(ADDRESS, headers=edge.HTMX)

    assert response.status_code == 200
    assert len(zid.calls) == 1
    page = Page(response)
    assert page.one(id="customer-points")["hx-get"] == ADDRESS
    assert not page.has("html")


def test_it_loads_itself_again_when_the_points_have_changed(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.POINTS, json=edge.fixture("customer_points"))

    page = Page(merchant.get(ADDRESS, headers=edge.HTMX))

    assert "points-changed" in str(page.one(id="customer-points")["hx-trigger"])


@pytest.mark.parametrize(("answered", "status"), [(500, 502), (404, 404)])
def test_it_alerts_the_page_and_leaves_what_it_shows_when_zid_does_not_answer(
    merchant: Client, zid: responses.RequestsMock, answered: int, status: int
) -> None:
    zid.get(edge.POINTS, status=answered)

    response = merchant.get(ADDRESS, headers=edge.HTMX)

    assert response.status_code == status
    assert response["HX-Retarget"] == "#page-alert"
