"""Who may open the addresses of bulk adjustments: the store's own merchant and nobody else."""

from __future__ import annotations

import pytest
import responses
from django.test import Client

from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import JobStatus
from loyaltyadmin.stores.models import Store
from tests.conftest import client_of
from tests.points_adjustments.conftest import make_job

READ_ONE = ["", "progress/", "line/", "lines/", "results.csv", "failed.xlsx"]
CHANGE_ONE = ["confirm/", "pause/", "resume/", "cancel/"]
OF_ONE = [("GET", end) for end in READ_ONE] + [("POST", end) for end in CHANGE_ONE]
OF_ALL = [("GET", ""), ("POST", "start/"), ("GET", "template-en.csv"), ("GET", "safeguards/")]
NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def _zid_hears_nothing(zid: responses.RequestsMock) -> None:
    """No address here calls Zid."""


@pytest.mark.parametrize(("method", "end"), OF_ONE)
def test_a_strangers_store_has_no_such_bulk_adjustment(
    store: Store, stranger: Client, method: str, end: str
) -> None:
    job = make_job(store, confirmed=False)

    response = stranger.generic(method, f"/bulk-adjustments/{job.id}/{end}")

    assert response.status_code == 404
    job.refresh_from_db()
    assert job.status == JobStatus.DRAFT


@pytest.mark.parametrize(("method", "end"), OF_ONE)
def test_a_bulk_adjustment_that_never_was_is_not_found(
    merchant: Client, method: str, end: str
) -> None:
    response = merchant.generic(method, f"/bulk-adjustments/{NOBODYS}/{end}")

    assert response.status_code == 404


@pytest.mark.parametrize(("method", "end"), OF_ONE)
def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(
    store: Store, client: Client, method: str, end: str
) -> None:
    job = make_job(store, confirmed=False)

    response = client.generic(method, f"/bulk-adjustments/{job.id}/{end}")

    assert response.status_code == 403
    job.refresh_from_db()
    assert job.status == JobStatus.DRAFT


@pytest.mark.parametrize(("method", "end"), OF_ALL)
@pytest.mark.django_db
def test_it_lets_nobody_see_or_start_any_who_does_not_come_from_the_dashboard(
    client: Client, method: str, end: str
) -> None:
    response = client.generic(method, f"/bulk-adjustments/{end}")

    assert response.status_code == 403
    assert not Line.objects.exists()


@pytest.mark.parametrize(("method", "end"), OF_ONE)
def test_it_lets_nobody_in_whose_store_has_left(
    disconnected_store: Store, method: str, end: str
) -> None:
    job = make_job(disconnected_store, confirmed=False)

    response = client_of(disconnected_store).generic(method, f"/bulk-adjustments/{job.id}/{end}")

    assert response.status_code == 403


@pytest.mark.parametrize(("method", "end"), OF_ALL)
def test_it_lets_nobody_start_any_whose_store_has_left(
    disconnected_store: Store, method: str, end: str
) -> None:
    response = client_of(disconnected_store).generic(method, f"/bulk-adjustments/{end}")

    assert response.status_code == 403


@pytest.mark.parametrize("end", READ_ONE)
def test_what_is_read_takes_no_post(store: Store, merchant: Client, end: str) -> None:
    job = make_job(store)

    assert merchant.post(f"/bulk-adjustments/{job.id}/{end}").status_code == 405


@pytest.mark.parametrize("end", CHANGE_ONE)
def test_nothing_is_changed_by_reading(store: Store, merchant: Client, end: str) -> None:
    job = make_job(store, confirmed=False)

    response = merchant.get(f"/bulk-adjustments/{job.id}/{end}")

    # To cancel is asked about first, by reading; a draft has nothing to ask about.
    assert response.status_code == (302 if end == "cancel/" else 405)
    job.refresh_from_db()
    assert job.status == JobStatus.DRAFT


@pytest.mark.parametrize("end", CHANGE_ONE)
def test_nothing_is_changed_from_another_site(store: Store, end: str) -> None:
    job = make_job(store, confirmed=False)
    client = client_of(store, enforce_csrf_checks=True)

    response = client.post(f"/bulk-adjustments/{job.id}/{end}")

    assert response.status_code == 403
    job.refresh_from_db()
    assert job.status == JobStatus.DRAFT


def test_nothing_is_uploaded_from_another_site(store: Store) -> None:
    client = client_of(store, enforce_csrf_checks=True)

    assert client.post("/bulk-adjustments/start/").status_code == 403


@pytest.mark.parametrize("end", ["", "template-en.csv"])
def test_what_all_read_takes_no_post(merchant: Client, end: str) -> None:
    assert merchant.post(f"/bulk-adjustments/{end}").status_code == 405
