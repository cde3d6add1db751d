from __future__ import annotations

from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.stores.models import Store
from tests.pages import Page
from tests.segments.conftest import make_segment


def test_it_shows_what_is_asked_for_and_who_that_is(store: Store, merchant: Client) -> None:
    segment = make_segment(store, "VIP", points_from=100, has_points=True, city="a city nobody has")

    page = Page(merchant.get(f"/segments/{segment.id}/update/"))

    assert page.one(id="id_name")["value"] == "VIP"
    assert page.one(id="id_points_from")["value"] == "100"
    chosen = [it["value"] for it in page.all("option") if "selected" in it.attributes]
    assert {"yes", "a city nobody has"} <= set(chosen)
    assert "No customer meets all of this today" in page.one(id="preview").text


def test_it_saves_another_name_and_other_filters(store: Store, merchant: Client) -> None:
    segment = make_segment(store, "VIP", points_from=100)

    response = merchant.post(f"/segments/{segment.id}/update/", {"name": "vip", "orders_from": "3"})

    segment.refresh_from_db()
    assert response["Location"] == f"/segments/{segment.id}/"
    assert (segment.name, segment.criteria_json) == ("vip", {"orders_from": 3})
    assert Entry.objects.get(store=store).action == "update_segment"


def test_it_takes_no_name_of_another_one(store: Store, merchant: Client) -> None:
    segment = make_segment(store, "VIP")
    make_segment(store, "New")

    response = merchant.post(f"/segments/{segment.id}/update/", {"name": "new", "points_from": "1"})

    assert response.status_code == 422
    assert Page(response).one(id="id_name_error").text
    segment.refresh_from_db()
    assert segment.name == "VIP"
