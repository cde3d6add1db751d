"""Points that a segment's customers get by themselves: whose they are is never a surprise."""

from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
import responses
import time_machine
from django.db import IntegrityError
from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.customers.models import Customer
from loyaltyadmin.recurring_adjustments import operations, runs
from loyaltyadmin.recurring_adjustments.models import RecurringAdjustment
from loyaltyadmin.recurring_adjustments.terms import Audience, Occasion
from loyaltyadmin.segments.criteria import Birthday
from loyaltyadmin.segments.models import Segment
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.customers.conftest import know
from tests.pages import Page
from tests.recurring_adjustments.conftest import at, make_recurring, read_directory
from tests.segments.conftest import make_segment

DAY = at("2026-03-15")
FILLED_IN = {
    "points": "50", "reason": "A gift", "hour": "9", "audience": "segment", "day_of_month": "15",
}  # fmt: skip
CANNOT = "It cannot be deleted while its customers get points by themselves"


@pytest.fixture(autouse=True)
def _zid_hears_nothing(zid: responses.RequestsMock) -> None:
    """No address here calls Zid."""


@pytest.fixture
def vip(store: Store) -> Segment:
    """Customers 1001 and 1002 of three are in it."""
    read_directory(store, fetched_at=at("2026-03-15", 3))
    for customer_id, points in ((1001, 500), (1002, 100), (1003, 99)):
        know(store, customer_id, points=points)
    return make_segment(store, "VIP", points_from=100)


def make_monthly(segment: Segment, *, next_run_at: dt.datetime | None = DAY) -> RecurringAdjustment:
    return make_recurring(
        segment.store, Occasion.MONTHLY, day_of_month=15, next_run_at=next_run_at,
        audience=Audience.SEGMENT, segment_id=segment.id,
    )  # fmt: skip


def served_by(it: RecurringAdjustment, *, now: dt.datetime = DAY) -> list[int]:
    job = runs.make_run(recurring_adjustment_id=it.id, now=now)
    return list(job.lines.values_list("customer_id", flat=True)) if job else []


def filled_in(segment: Segment | None, **fields: str) -> dict[str, str]:
    chosen = str(segment.id) if segment else ""
    return {**FILLED_IN, "id": str(uuid.uuid4()), "segment_id": chosen, **fields}


def test_a_segment_is_chosen_by_its_name(merchant: Client, store: Store, vip: Segment) -> None:
    merchant.post("/recurring-adjustments/add/monthly/", filled_in(vip))

    it = RecurringAdjustment.objects.get()
    assert (it.audience, it.segment) == ("segment", vip)
    page = Page(merchant.get(f"/recurring-adjustments/{it.id}/"))
    assert page.all("a", href=f"/segments/{vip.id}/")[0].text == "VIP"
    assert Entry.objects.get().after["segment"] == "VIP"


def test_the_form_shows_the_segment_that_was_chosen(merchant: Client, vip: Segment) -> None:
    it = make_monthly(vip)

    page = Page(merchant.get(f"/recurring-adjustments/{it.id}/update/"))

    [chosen] = [it for it in page.all("option") if "selected" in it.attributes and it.text == "VIP"]
    assert chosen["value"] == str(vip.id)


def test_its_customers_of_that_day_get_the_points(vip: Segment) -> None:
    it = make_monthly(vip)
    Customer.objects.filter(customer_id=1002).update(points=0)
    Customer.objects.filter(customer_id=1003).update(points=700)

    assert served_by(it) == [1001, 1003]


def test_an_edit_of_the_segment_holds_from_the_next_run_on(vip: Segment) -> None:
    it = make_monthly(vip)
    Segment.objects.update(criteria_json={"points_from": 500})

    assert served_by(it) == [1001]


def test_the_days_of_its_filters_are_those_of_the_run(store: Store) -> None:
    read_directory(store, fetched_at=at("2026-03-15", 3))
    know(store, 1001, birth_date=dt.date(1990, 3, 2))
    know(store, 1002, birth_date=dt.date(1990, 4, 2))
    it = make_monthly(make_segment(store, birthday=Birthday.THIS_MONTH))

    with time_machine.travel(at("2026-04-20"), tick=False):
        assert served_by(it) == [1001]


def test_who_comes_into_it_later_in_the_month_is_not_given_anything_twice(vip: Segment) -> None:
    it = make_monthly(vip)
    assert served_by(it) == [1001, 1002]
    Customer.objects.update(points=500)
    RecurringAdjustment.objects.update(next_run_at=at("2026-03-16"))

    assert served_by(it, now=at("2026-03-16")) == [1003]


@time_machine.travel(at("2026-03-14", 12), tick=False)
def test_while_it_is_written_it_says_whom_it_would_reach(merchant: Client, vip: Segment) -> None:
    response = merchant.get(
        "/recurring-adjustments/forecast/monthly/", filled_in(vip), headers=edge.HTMX
    )

    assert "As of today 2 customers would get points then." in response.content.decode()


@pytest.mark.parametrize("whose", ["nobody's", "another store's"])
def test_it_takes_no_segment_that_the_store_has_not(
    merchant: Client, other_store: Store, vip: Segment, whose: str
) -> None:
    strange = str(make_segment(other_store).id) if whose == "another store's" else str(uuid.uuid4())

    response = merchant.post(
        "/recurring-adjustments/add/monthly/", filled_in(vip, segment_id=strange)
    )

    assert response.status_code == 422
    said = Page(response).one(id="id_segment_id_error").text
    assert said == "This segment is no longer there. Choose another one."
    assert not RecurringAdjustment.objects.exists()


def test_one_has_to_be_chosen(merchant: Client, vip: Segment) -> None:
    response = merchant.post("/recurring-adjustments/add/monthly/", filled_in(None))

    assert response.status_code == 422
    assert Page(response).one(id="id_segment_id_error").text == "Choose a segment."


def test_for_all_customers_none_is_kept(merchant: Client, vip: Segment) -> None:
    merchant.post("/recurring-adjustments/add/monthly/", filled_in(vip, audience="everyone"))
    merchant.post(
        "/recurring-adjustments/add/monthly/",
        filled_in(vip, audience="everyone", segment_id=str(uuid.uuid4())),
    )

    those = RecurringAdjustment.objects.values_list("audience", "segment")
    assert list(those) == [("everyone", None)] * 2


def test_a_store_without_segments_is_led_to_the_first(merchant: Client, store: Store) -> None:
    page = Page(merchant.get("/recurring-adjustments/add/monthly/"))

    assert not page.all("input", value="segment")
    assert page.all("a", href="/segments/add/")


@pytest.mark.parametrize(
    ("audience", "is_chosen"), [(Audience.SEGMENT, False), (Audience.EVERYONE, True)]
)
def test_the_database_takes_no_segment_without_its_audience(
    vip: Segment, audience: Audience, is_chosen: bool
) -> None:
    it = make_monthly(vip)

    with pytest.raises(IntegrityError):
        RecurringAdjustment.objects.filter(id=it.id).update(
            audience=audience, segment=vip if is_chosen else None
        )


# The segment's own pages


def test_a_segment_that_is_used_is_not_deleted(merchant: Client, vip: Segment) -> None:
    it = make_monthly(vip)

    asked = Page(merchant.get(f"/segments/{vip.id}/delete/"))
    response = merchant.post(f"/segments/{vip.id}/delete/")

    assert CANNOT in asked.all("main")[0].text
    assert not asked.all(id="save")
    assert asked.all("a", href=f"/recurring-adjustments/{it.id}/")
    assert response.status_code == 409
    assert CANNOT in response.content.decode()
    assert Segment.objects.exists()
    assert not Entry.objects.filter(action="delete_segment").exists()


def test_once_it_is_not_used_any_more_it_can_be(merchant: Client, vip: Segment) -> None:
    it = make_monthly(vip, next_run_at=None)
    based_on = json.dumps(operations.state_of(it))
    merchant.post(f"/recurring-adjustments/{it.id}/delete/", {"based_on": based_on})

    assert merchant.post(f"/segments/{vip.id}/delete/").status_code == 302
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("", "Its customers get points by themselves"),
        ("update/", "What you save here decides who gets points by themselves"),
    ],
)
def test_its_pages_say_what_it_is_used_for(
    merchant: Client, vip: Segment, end: str, said: str
) -> None:
    assert said not in merchant.get(f"/segments/{vip.id}/{end}").content.decode()

    it = make_monthly(vip)

    page = Page(merchant.get(f"/segments/{vip.id}/{end}"))
    assert said in page.all("main")[0].text
    assert page.all("a", href=f"/recurring-adjustments/{it.id}/")


def test_a_segment_that_goes_while_it_is_chosen_is_not_kept(vip: Segment) -> None:
    """The form has seen it a moment ago."""
    vip.delete()

    with pytest.raises(operations.NotPossible):
        make_monthly(vip)
