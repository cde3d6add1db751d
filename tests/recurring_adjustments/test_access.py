"""Who may open the addresses of recurring adjustments: the store's own merchant and nobody else."""

from __future__ import annotations

import pytest
import responses
from django.test import Client

from loyaltyadmin.recurring_adjustments.models import RecurringAdjustment
from loyaltyadmin.stores.models import Store
from tests.conftest import client_of
from tests.recurring_adjustments.conftest import make_recurring

OF_ONE = [
    ("GET", ""), ("GET", "update/"), ("POST", "update/"), ("POST", "resume/"), ("POST", "stop/"),
    ("GET", "delete/"), ("POST", "delete/"),
]  # fmt: skip
OF_ALL = [
    ("GET", ""), ("GET", "add/birthday/"), ("POST", "add/birthday/"), ("GET", "forecast/birthday/"),
]  # fmt: skip
NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def _zid_hears_nothing(zid: responses.RequestsMock) -> None:
    """No address here calls Zid."""


@pytest.mark.parametrize(("method", "end"), OF_ONE)
def test_a_strangers_store_has_no_such_one(
    store: Store, stranger: Client, method: str, end: str
) -> None:
    it = make_recurring(store)

    response = stranger.generic(method, f"/recurring-adjustments/{it.id}/{end}")

    assert response.status_code == 404
    assert RecurringAdjustment.objects.get().stop_reason == "new"


@pytest.mark.parametrize(("method", "end"), OF_ONE)
def test_one_that_never_was_is_not_found(merchant: Client, method: str, end: str) -> None:
    response = merchant.generic(method, f"/recurring-adjustments/{NOBODYS}/{end}")

    assert response.status_code == 404


@pytest.mark.parametrize(("method", "end"), OF_ALL)
@pytest.mark.django_db
def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(
    client: Client, method: str, end: str
) -> None:
    assert client.generic(method, f"/recurring-adjustments/{end}").status_code == 403


@pytest.mark.parametrize(("method", "end"), OF_ONE)
def test_it_lets_nobody_in_whose_store_has_left(
    disconnected_store: Store, method: str, end: str
) -> None:
    it = make_recurring(disconnected_store)

    response = client_of(disconnected_store).generic(
        method, f"/recurring-adjustments/{it.id}/{end}"
    )

    assert response.status_code == 403


@pytest.mark.parametrize("end", ["resume/", "stop/"])
def test_nothing_is_changed_by_reading(store: Store, merchant: Client, end: str) -> None:
    it = make_recurring(store)

    assert merchant.get(f"/recurring-adjustments/{it.id}/{end}").status_code == 405


@pytest.mark.parametrize("end", ["", "forecast/birthday/"])
def test_what_is_read_takes_no_post(merchant: Client, end: str) -> None:
    assert merchant.post(f"/recurring-adjustments/{end}").status_code == 405


@pytest.mark.parametrize("end", ["add", "forecast"])
def test_there_are_no_other_occasions(merchant: Client, end: str) -> None:
    assert merchant.get(f"/recurring-adjustments/{end}/wedding/").status_code == 404
