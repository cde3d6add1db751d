"""The program is painted from what is known, and marked with its age, before Zid answers."""

from __future__ import annotations

import datetime as dt

import pytest
import responses
from django.test import Client
from django.utils import timezone

from loyaltyadmin.snapshots.models import Snapshot
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.pages import Page

RULE = "efc450a4-3f09-4544-bcdd-80ddcbde23c8"
FRESH = "/program/fresh/"

pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.fixture
def known(merchant: Client, zid: responses.RequestsMock) -> None:
    """The merchant was here three minutes ago."""
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    merchant.get("/program/")
    zid.reset()
    Snapshot.objects.update(read_at=timezone.now() - dt.timedelta(minutes=3, seconds=5))


@pytest.mark.usefixtures("known")
def test_it_is_painted_at_once_with_its_age_and_without_a_call(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    page = Page(merchant.get("/program/", headers=edge.BOOSTED))

    assert "As of 3 minutes ago" in page.one(id="program").text
    assert page.one(id=f"rule-{RULE}-switch")["aria-checked"] == "true"
    assert page.one(id="program")["hx-get"] == FRESH
    assert len(zid.calls) == 0


@pytest.mark.usefixtures("known")
def test_the_fresh_copy_takes_its_place_with_one_call(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    program = edge.fixture("program")
    program["cashback_rules"][0]["is_active"] = 0
    zid.get(edge.PROGRAM, json=program)

    page = Page(merchant.get(FRESH, headers=edge.HTMX))

    assert page.one(id=f"rule-{RULE}-switch")["aria-checked"] == "false"
    assert "hx-get" not in page.one(id="program").attributes
    assert not page.has("html")
    assert len(zid.calls) == 1


@pytest.mark.usefixtures("known")
def test_a_switch_of_an_old_page_sends_what_the_merchant_wants_and_not_the_opposite_of_what_holds(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    """Somebody else has switched the rule off already; so has this merchant then."""
    page = Page(merchant.get("/program/", headers=edge.BOOSTED))
    form = page.elements.index(page.one("form", action=f"/cashback-rules/{RULE}/toggle/"))
    wanted = next(it for it in page.elements[form:] if it.attributes.get("name") == "active")

    assert wanted["value"] == "0"


@pytest.mark.usefixtures("known")
def test_a_plain_request_waits_for_zid(merchant: Client, zid: responses.RequestsMock) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))

    page = Page(merchant.get("/program/"))

    assert "Up to date" in page.one(id="program").text
    assert len(zid.calls) == 1


def test_the_first_visit_waits_for_zid(merchant: Client, zid: responses.RequestsMock) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))

    page = Page(merchant.get("/program/", headers=edge.BOOSTED))

    assert "Up to date" in page.one(id="program").text


@pytest.mark.usefixtures("known")
def test_what_the_app_has_changed_since_is_not_shown_as_it_was(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    zid.post(f"{edge.LOYALTY}/points-expiration", json={"status": "object"})
    form = Page(merchant.get("/program/points-expiration/"))
    based_on = form.one(name="based_on")["value"]
    merchant.post("/program/points-expiration/", {"days": "9", "based_on": based_on})

    page = Page(merchant.get("/program/", headers=edge.BOOSTED))

    assert "Up to date" in page.one(id="program").text


@pytest.mark.usefixtures("known")
def test_what_zid_answered_to_a_switch_is_painted(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.post(f"{edge.LOYALTY}/activation", json={"loyalty_program": {"activated": 0}})
    merchant.post("/program/activation/", {"active": "0"}, headers=edge.HTMX)

    page = Page(merchant.get("/program/", headers=edge.BOOSTED))

    assert page.one(id="activation-name-switch")["aria-checked"] == "false"
    assert "As of 3 minutes ago" in page.one(id="program").text
    assert len(zid.calls) == 1


@pytest.mark.usefixtures("known")
def test_while_zid_is_down_the_page_opens_with_a_notice_and_what_is_known(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, status=503)

    response = merchant.get("/program/")

    page = Page(response)
    assert response.status_code == 200
    assert "Zid is not answering" in page.alerts()[0]
    assert "As of 3 minutes ago" in page.one(id="program").text
    assert page.has(id=f"rule-{RULE}-switch")


@pytest.mark.usefixtures("known")
def test_while_zid_is_down_a_change_that_nobody_knows_of_is_said_to_be_missing(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.post(f"{edge.LOYALTY}/activation", status=503)
    zid.get(edge.PROGRAM, status=503)
    merchant.post("/program/activation/", {"active": "0"}, headers=edge.HTMX)

    response = merchant.get("/program/", headers=edge.BOOSTED)

    page = Page(response)
    assert response.status_code == 200
    assert "What was changed here since then may be missing" in page.alerts()[0]
    assert "As of 3 minutes ago" in page.one(id="program").text


@pytest.mark.usefixtures("known")
def test_while_zid_is_down_the_painted_page_stays_and_is_told_so(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, status=503)

    response = merchant.get(FRESH, headers=edge.HTMX)

    assert response.status_code == 502
    assert response["HX-Retarget"] == "#page-alert"


@pytest.mark.usefixtures("known")
def test_no_other_store_is_shown_it(
    other_store: Store, stranger: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"), match=[edge.by(other_store)])

    assert stranger.get("/program/", headers=edge.BOOSTED).status_code == 200
    assert len(zid.calls) == 1


@pytest.mark.usefixtures("known")
def test_it_speaks_arabic(store: Store, zid: responses.RequestsMock) -> None:
    page = Page(client_of(store, language="ar").get("/program/", headers=edge.BOOSTED))

    assert "منذ 3 دقائق" in page.one(id="program").text


@pytest.mark.django_db
def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(client: Client) -> None:
    assert client.get(FRESH).status_code == 403
