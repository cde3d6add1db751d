"""The same adjustment for everyone, or for customers that were chosen, without a file."""

from __future__ import annotations

from typing import Any

import pytest
import responses
from django.test import Client
from django.utils import timezone

from loyaltyadmin.customers.models import Customer, Directory
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import JobStatus
from loyaltyadmin.stores.models import Store
from tests.pages import Page
from tests.segments.conftest import make_segment

ADDRESS = "/bulk-adjustments/chosen/"
GIFT = {"action": "add", "points": "50", "reason": "عيد مبارك"}


@pytest.fixture(autouse=True)
def _zid_hears_nothing(zid: responses.RequestsMock) -> None:
    """Who the customers are is known already."""


def add_customers(store: Store, *numbers: int, **fields: Any) -> None:
    now = timezone.now()
    Customer.objects.bulk_create(
        Customer(store=store, customer_id=number, read_at=now, **fields) for number in numbers
    )


@pytest.fixture
def customers(store: Store, other_store: Store) -> None:
    """Three of the store, one whom Zid no longer has, and one of another store."""
    add_customers(store, 1001, 1002, 1003, points=10)
    add_customers(store, 1004, gone_at=timezone.now())
    add_customers(other_store, 2001)
    Directory.objects.create(store=store, fetched_at=timezone.now(), due_at=timezone.now())


def asked(job: BulkAdjustment) -> list[tuple[int, str, int | None, int | None]]:
    return list(
        job.lines.order_by("position").values_list("customer_id", "action", "points", "target")
    )


def test_it_drafts_the_same_for_everyone(merchant: Client, customers: None) -> None:
    response = merchant.post(ADDRESS, GIFT)

    job = BulkAdjustment.objects.get()
    assert response["Location"] == f"/bulk-adjustments/{job.id}/"
    assert (job.status, job.source, job.reason) == (JobStatus.DRAFT, "chosen", "عيد مبارك")
    assert asked(job) == [(number, "add", 50, None) for number in (1001, 1002, 1003)]


def test_it_drafts_the_same_for_those_who_were_chosen(merchant: Client, customers: None) -> None:
    merchant.post(f"{ADDRESS}?customer=1003&customer=1001&customer=2001&customer=1004", GIFT)

    assert asked(BulkAdjustment.objects.get()) == [(1001, "add", 50, None), (1003, "add", 50, None)]


def test_it_drafts_the_same_for_a_segment(store: Store, merchant: Client, customers: None) -> None:
    add_customers(store, 1005, 1006, points=700)
    segment = make_segment(store, "كبار العملاء", points_from=600)
    address = f"{ADDRESS}?segment={segment.id}"

    page = Page(merchant.get(ADDRESS))
    merchant.post(address, GIFT)

    job = BulkAdjustment.objects.get()
    assert page.has("a", href=address)
    assert job.file_name == "كبار العملاء"
    assert [number for number, *_ in asked(job)] == [1005, 1006]


@pytest.mark.parametrize("segment", ["x", "00000000-0000-4000-8000-000000000000"])
def test_there_is_no_such_segment(merchant: Client, customers: None, segment: str) -> None:
    assert merchant.get(f"{ADDRESS}?segment={segment}").status_code == 404


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ({"action": "take", "points": "5"}, ("take", 5, None)),
        ({"action": "set", "points": "5"}, ("set", None, 5)),
        ({"action": "reset", "points": ""}, ("reset", None, 0)),
    ],
)
def test_it_can_take_set_and_reset(
    merchant: Client, customers: None, form: dict[str, str], line: tuple[Any, ...]
) -> None:
    merchant.post(f"{ADDRESS}?customer=1001", {**GIFT, **form})

    assert asked(BulkAdjustment.objects.get()) == [(1001, *line)]


def test_whoever_comes_later_is_not_in_it(store: Store, merchant: Client, customers: None) -> None:
    merchant.post(ADDRESS, GIFT)
    job = BulkAdjustment.objects.get()

    add_customers(store, 1009)
    merchant.post(f"/bulk-adjustments/{job.id}/confirm/")

    assert [number for number, *_ in asked(job)] == [1001, 1002, 1003]


def test_it_says_how_many_they_are(merchant: Client, customers: None) -> None:
    page = Page(merchant.get(ADDRESS))

    assert "3 customers." in page.one(id="main").text
    assert page.has(name="points")


def test_nobody_is_everyone_while_the_list_is_not_complete(store: Store, merchant: Client) -> None:
    add_customers(store, 1001)

    page = Page(merchant.get(ADDRESS))

    assert "still being fetched" in page.one(id="main").text
    assert not page.has(name="points")


def test_a_list_of_strangers_is_refused(merchant: Client, customers: None) -> None:
    response = merchant.post(f"{ADDRESS}?customer=2001", GIFT)

    assert response.status_code == 422
    assert not BulkAdjustment.objects.exists()


@pytest.mark.parametrize("query", ["customer=", "customer=x", "customer=&customer=0x3E9"])
def test_nobody_who_is_named_is_not_everyone(merchant: Client, customers: None, query: str) -> None:
    page = Page(merchant.get(f"{ADDRESS}?{query}"))
    merchant.post(f"{ADDRESS}?{query}", GIFT)

    assert "Nobody is chosen" in page.one(id="main").text
    assert not page.has(name="points")
    assert not BulkAdjustment.objects.exists()


def test_those_who_are_ticked_in_the_list_lead_here(merchant: Client, customers: None) -> None:
    page = Page(merchant.get("/customers/"))
    form = page.one("form", action=ADDRESS)
    names = [(it["name"], it["value"]) for it in page.all("input", name="customer")]

    here = Page(merchant.get(form["action"] or "", names[:3]))

    assert form["method"] == "get"
    assert names == [("customer", value) for value in ("", "1001", "1002", "1003")]
    assert "2 customers." in here.one(id="main").text


def test_whom_zid_no_longer_has_cannot_be_ticked(merchant: Client, customers: None) -> None:
    page = Page(merchant.get("/customers/?show=gone"))

    assert page.has("a", href="/customers/1004/")
    assert not page.has("input", type="checkbox")
    assert "Adjust their points" not in page.one(id="main").text


@pytest.mark.parametrize("wrong", [{"points": "0"}, {"points": "x"}, {"reason": ""}])
def test_it_says_beside_the_field_what_is_wrong(
    merchant: Client, customers: None, wrong: dict[str, str]
) -> None:
    response = merchant.post(ADDRESS, {**GIFT, **wrong})

    assert response.status_code == 422
    [name] = wrong
    assert Page(response).one(id=f"id_{name}_error").text


def test_a_stranger_reaches_only_their_own(stranger: Client, customers: None) -> None:
    stranger.post(f"{ADDRESS}?customer=1001&customer=2001", GIFT)

    assert asked(BulkAdjustment.objects.get()) == [(2001, "add", 50, None)]
