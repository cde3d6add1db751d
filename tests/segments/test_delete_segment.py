from __future__ import annotations

from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.customers.models import Customer
from loyaltyadmin.segments.models import Segment
from loyaltyadmin.stores.models import Store
from tests.customers.conftest import know
from tests.pages import Page
from tests.segments.conftest import make_segment


def test_it_names_what_would_be_deleted(store: Store, merchant: Client) -> None:
    segment = make_segment(store, "VIP")

    page = Page(merchant.get(f"/segments/{segment.id}/delete/"))

    assert "VIP" in page.one(id="main").text
    assert Segment.objects.exists()


def test_it_deletes_the_segment_and_none_of_its_customers(store: Store, merchant: Client) -> None:
    know(store, 1, points=500)
    segment = make_segment(store, "VIP", points_from=100)

    response = merchant.post(f"/segments/{segment.id}/delete/")

    assert (response.status_code, response["Location"]) == (302, "/segments/")
    assert not Segment.objects.exists()
    assert Customer.objects.count() == 1
    [entry] = Entry.objects.filter(store=store)
    assert (entry.action, entry.after) == ("delete_segment", {"name": "VIP"})
