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
NOBODYS = uuid.UUID(int=1)


@pytest.mark.parametrize("part", PAGES)
def test_a_stranger_finds_no_segment(store: Store, stranger: Client, part: str) -> None:
    segment = make_segment(store)

    assert stranger.get(f"/segments/{segment.id}/{part}").status_code == 404
    if part:
        assert stranger.post(f"/segments/{segment.id}/{part}").status_code == 404
    assert Segment.objects.filter(id=segment.id).exists()


@pytest.mark.parametrize("part", PAGES)
def test_one_that_is_not_there_is_not_found(merchant: Client, part: str) -> None:
    assert merchant.get(f"/segments/{NOBODYS}/{part}").status_code == 404


@pytest.mark.parametrize("part", ["", "add/", *[f"{NOBODYS}/{part}" for part in PAGES]])
def test_they_let_nobody_in_whose_store_has_left(disconnected_store: Store, part: str) -> None:
    assert client_of(disconnected_store).get(f"/segments/{part}").status_code == 403


@pytest.mark.parametrize("part", ["", "add/", *PAGES])
def test_they_read_from_right_to_left_in_arabic(store: Store, part: str) -> None:
    address = "/segments/" if part == "" else f"/segments/{make_segment(store).id}/{part}"
    address = "/segments/add/" if part == "add/" else address

    response = client_of(store, language="ar").get(address)

    assert response.status_code == 200
    assert Page(response).one("html")["dir"] == "rtl"
