"""What holds for every page of segments: whose they are, and whom they let in."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from loyaltyadmin.segments.models import Segment
from loyaltyadmin.stores.models import Store
from tests.conftest import client_of
from tests.pages import Page
from tests.segments.conftest import make_segment

PAGES = ["", "update/", "delete/"]


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_finds_no_segment(store: Store, stranger: Client, page: str) -> None:
    segment = make_segment(store)

    assert stranger.get(f"/segments/{segment.id}/{page}").status_code == 404
    if page:
        assert stranger.post(f"/segments/{segment.id}/{page}").status_code == 404
    assert Segment.objects.filter(id=segment.id).exists()


@pytest.mark.parametrize("page", PAGES)
def test_one_that_is_not_there_is_not_found(merchant: Client, page: str) -> None:
    assert merchant.get(f"/segments/{uuid.uuid4()}/{page}").status_code == 404


@pytest.mark.parametrize("page", ["", "add/", *[f"{uuid.uuid4()}/{page}" for page in PAGES]])
def test_they_let_nobody_in_whose_store_has_left(disconnected_store: Store, page: str) -> None:
    assert client_of(disconnected_store).get(f"/segments/{page}").status_code == 403


@pytest.mark.parametrize("page", ["", "add/", *PAGES])
def test_they_read_from_right_to_left_in_arabic(store: Store, page: str) -> None:
    address = "/segments/" if page == "" else f"/segments/{make_segment(store).id}/{page}"
    address = "/segments/add/" if page == "add/" else address

    response = client_of(store, language="ar").get(address)

    assert response.status_code == 200
    assert Page(response).one("html")["dir"] == "rtl"
