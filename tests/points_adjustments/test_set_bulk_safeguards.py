"""What a store wants to be asked before a bulk adjustment starts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.activity.operations import OPERATOR, merchant_of
from loyaltyadmin.points_adjustments import operations, safeguards
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Safeguards
from loyaltyadmin.points_adjustments.states import JobStatus
from loyaltyadmin.stores.models import Store
from tests.conftest import client_of
from tests.pages import Page
from tests.points_adjustments.conftest import make_job

ADDRESS = "/bulk-adjustments/safeguards/"
DEFAULT = {"type_number_above": 1000, "needs_second_manager": False}


def save(
    client: Client, *, above: str = "1000", second: str = "0", on: dict[str, Any] = DEFAULT
) -> Any:
    return client.post(
        ADDRESS,
        {"type_number_above": above, "needs_second_manager": second, "based_on": json.dumps(on)},
    )


def confirm(client: Client, job: BulkAdjustment, **form: str) -> Any:
    response = client.post(f"/bulk-adjustments/{job.id}/confirm/", form)
    job.refresh_from_db()
    return response


@pytest.fixture
def second_manager(store: Store) -> Client:
    """Whoever opened the app another time."""
    return client_of(store)


@pytest.fixture
def approved(store: Store) -> Store:
    """A store that wants two managers."""
    Safeguards.objects.create(store=store, needs_second_manager=True)
    return store


# The page


def test_a_store_that_never_said_types_the_number_above_a_thousand(merchant: Client) -> None:
    page = Page(merchant.get(ADDRESS))

    assert page.one(name="type_number_above")["value"] == "1000"
    assert page.one(id="id_needs_second_manager_0").attributes.keys() >= {"checked"}


def test_what_is_saved_is_kept_with_one_entry_in_the_activity(
    store: Store, merchant: Client
) -> None:
    response = save(merchant, above="٥٠", second="1")

    assert (response.status_code, response["Location"]) == (302, "/bulk-adjustments/")
    after = {"type_number_above": 50, "needs_second_manager": True}
    assert safeguards.safeguards_of(store=store).state == after
    entry = Entry.objects.get()
    assert (entry.action, entry.before, entry.after) == ("set_bulk_safeguards", DEFAULT, after)


def test_saving_what_holds_leaves_no_entry(merchant: Client) -> None:
    save(merchant)

    assert not Entry.objects.exists()


@pytest.mark.parametrize("above", ["-1", "many", "1.5", "100001"])
def test_it_says_beside_the_field_what_is_wrong(merchant: Client, above: str) -> None:
    response = save(merchant, above=above)

    assert response.status_code == 422
    page = Page(response)
    assert page.one(id="id_type_number_above_error").text
    assert page.one(name="type_number_above")["value"] == above


def test_what_somebody_else_saved_meanwhile_is_shown_first(
    store: Store, merchant: Client, second_manager: Client
) -> None:
    save(second_manager, above="7")

    response = save(merchant, above="9")

    assert response.status_code == 409
    assert safeguards.safeguards_of(store=store).type_number_above == 7


def test_each_store_has_its_own(store: Store, stranger: Client, other_store: Store) -> None:
    save(stranger, above="7")

    assert safeguards.safeguards_of(store=store).state == DEFAULT


# Typing the number


@pytest.mark.parametrize(("typed", "starts"), [("3", True), ("٣", True), ("2", False), ("", False)])
def test_a_large_one_starts_when_the_number_of_customers_is_typed(
    store: Store, merchant: Client, typed: str, starts: bool
) -> None:
    Safeguards.objects.create(store=store, type_number_above=2)
    job = make_job(store, customers=3, confirmed=False)

    response = confirm(merchant, job, customers=typed)

    assert (job.status == JobStatus.QUEUED) is starts
    assert response.status_code == (302 if starts else 422)
    if not starts:
        assert Page(response).one(id="id_customers_error").text == "Type 3 to confirm."


@pytest.mark.parametrize("above", [3, None])
def test_others_start_without(store: Store, merchant: Client, above: int | None) -> None:
    Safeguards.objects.create(store=store, type_number_above=above)
    job = make_job(store, customers=3, confirmed=False)

    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))
    confirm(merchant, job)

    assert not page.has(id="id_customers")
    assert job.status == JobStatus.QUEUED


# The second manager


def test_it_waits_for_a_second_manager_who_starts_it(
    approved: Store, merchant: Client, second_manager: Client
) -> None:
    job = make_job(approved, confirmed=False)

    confirm(merchant, job)
    assert (job.status, job.approval_asked_at is not None) == (JobStatus.DRAFT, True)
    confirm(second_manager, job)

    assert job.status == JobStatus.QUEUED
    done = Entry.objects.order_by("id").values_list("action", "session")
    assert list(done)[-2:] == [
        ("ask_for_approval", merchant_of(merchant.session.session_key).session),
        ("confirm_bulk_adjustment", merchant_of(second_manager.session.session_key).session),
    ]


def test_who_asked_cannot_approve(approved: Store, merchant: Client) -> None:
    job = make_job(approved, confirmed=False)

    confirm(merchant, job)
    confirm(merchant, job)

    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))
    assert job.status == JobStatus.DRAFT
    assert not page.has(id="start")
    assert "somebody else has to approve" in page.one(id="main").text
    assert Entry.objects.filter(action="ask_for_approval").count() == 1


def test_the_page_offers_the_second_manager_to_approve(
    approved: Store, merchant: Client, second_manager: Client
) -> None:
    job = make_job(approved, confirmed=False)
    address = f"/bulk-adjustments/{job.id}/"

    asks = Page(merchant.get(address)).one(id="start").text
    confirm(merchant, job)
    approves = Page(second_manager.get(address)).one(id="start").text

    assert asks == "Ask a second manager to approve"
    assert approves == "Approve and start"


def test_the_hour_that_was_asked_for_is_kept(
    approved: Store, merchant: Client, second_manager: Client
) -> None:
    job = make_job(approved, confirmed=False)

    confirm(merchant, job, starts_at="2101-01-14T09:00")
    confirm(second_manager, job)

    assert job.starts_at is not None
    assert job.starts_at.year == 2101


def test_the_operation_itself_refuses(approved: Store) -> None:
    job = make_job(approved, confirmed=False)

    with pytest.raises(operations.ApprovalMissing):
        operations.confirm_bulk_adjustment(job=job, by=OPERATOR)

    job.refresh_from_db()
    assert job.status == JobStatus.DRAFT
