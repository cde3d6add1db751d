"""The first-run guide says how far the store is, and goes away when asked to."""

from __future__ import annotations

import pytest
import responses
from django.test import Client

from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.pages import Page
from tests.points_adjustments.conftest import make_line

ADDRESS = "/program/guide/dismiss/"


@pytest.fixture(autouse=True)
def _program(request: pytest.FixtureRequest) -> None:
    zid = request.getfixturevalue("zid")
    zid.assert_all_requests_are_fired = False
    zid.get(edge.PROGRAM, json=edge.fixture("program"))


def done(page: Page) -> list[bool]:
    steps = [
        element for element in page.all("li") if "zid-step" in str(element.attributes.get("class"))
    ]
    return ["zid-step--done" in str(step["class"]) for step in steps]


def test_it_shows_the_steps_with_no_extra_call(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    page = Page(merchant.get("/program/"))

    assert done(page) == [True, True, True, False]
    assert len(zid.calls) == 1


def test_it_goes_by_itself_when_all_is_done(store: Store, merchant: Client) -> None:
    make_line(store)

    assert not Page(merchant.get("/program/")).has(id="guide")


def test_it_can_be_put_away_for_the_whole_store_and_for_good(
    store: Store, merchant: Client, stranger: Client
) -> None:
    merchant.get("/program/")
    answer = merchant.post(ADDRESS, headers=edge.HTMX)

    assert "hidden" in Page(answer).one(id="health").attributes
    assert not Page(client_of(store).get("/program/")).has(id="guide")
    assert Page(stranger.get("/program/")).has(id="guide")


def test_without_htmx_it_leads_back_to_the_program(merchant: Client) -> None:
    assert merchant.post(ADDRESS)["Location"] == "/program/"
