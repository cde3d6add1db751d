"""What else on the program's page a switch changes is right at once, without a reload."""

from __future__ import annotations

from typing import Any

import pytest
import responses
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.snapshots.models import Snapshot
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.pages import Page

pytestmark = pytest.mark.usefixtures("no_waiting")

RULE = "efc450a4-3f09-4544-bcdd-80ddcbde23c8"
CHEAP, DEAR = "4890974d-d474-4d08-99a4-a42b856ea71a", "00000000-0000-4000-8000-000000000002"


@pytest.fixture
def _seen(store: Store, merchant: Client, zid: responses.RequestsMock) -> None:
    """The program's page is open, and has nothing to be mended: but one method is pointless."""
    Store.objects.filter(id=store.id).update(guide_dismissed_at=timezone.now())
    program = edge.fixture("program")
    cheap = program["redemption_rules"][0]
    program["cashback_rules"] = [it for it in program["cashback_rules"] if it["id"] == RULE]
    program["redemption_rules"] = [
        {**cheap, "is_active": True},
        {**cheap, "id": DEAR, "points_to_redeem": 10 * cheap["points_to_redeem"]},
    ]
    zid.get(edge.PROGRAM, json=program)
    page = Page(merchant.get("/program/"))
    assert "hidden" in page.one(id="health").attributes
    assert len(page.one(id=f"worth-{DEAR}").text) > len(page.one(id=f"worth-{CHEAP}").text)


def toggle_method(client: Client, zid: responses.RequestsMock, *, active: bool) -> Page:
    told = edge.fixture("method_toggled")
    told["redemption_rule"]["is_active"] = int(active)
    zid.put(f"{edge.LOYALTY}/points-redemption/update-status", json=told)
    path = f"/redemption-methods/{CHEAP}/toggle/"
    return Page(client.post(path, {"active": str(int(active))}, headers=edge.HTMX))


def toggle_rule(client: Client, zid: responses.RequestsMock, *, active: bool) -> Page:
    told = edge.fixture("rule_toggled")
    told["activation"]["points_collection_methods_list"][0]["is_active"] = int(active)
    zid.put(f"{edge.LOYALTY}/points-collection/update-status", json=told)
    path = f"/cashback-rules/{RULE}/toggle/"
    return Page(client.post(path, {"active": str(int(active))}, headers=edge.HTMX))


@pytest.mark.usefixtures("_seen")
def test_a_method_is_pointless_no_more_when_the_better_one_is_switched_off(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    off = toggle_method(merchant, zid, active=False).one(id=f"worth-{DEAR}")
    on = toggle_method(merchant, zid, active=True).one(id=f"worth-{DEAR}")

    assert off["hx-swap-oob"] == on["hx-swap-oob"] == "true"
    assert len(on.text) > len(off.text)


@pytest.mark.usefixtures("_seen")
def test_the_last_rule_that_is_switched_off_is_to_be_mended(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    off = toggle_rule(merchant, zid, active=False).one(id="health")
    on = toggle_rule(merchant, zid, active=True).one(id="health")

    assert "Let purchases earn points" in off.text
    assert "hidden" not in off.attributes
    assert (on.text, off["hx-swap-oob"]) == ("", "true")


@pytest.mark.usefixtures("_seen")
def test_a_program_that_is_switched_off_is_to_be_mended(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.post(f"{edge.LOYALTY}/activation", json={"loyalty_program": {"activated": 0}})

    page = Page(merchant.post("/program/activation/", {"active": "0"}, headers=edge.HTMX))

    assert "Switch the program on" in page.one(id="health").text


@pytest.mark.usefixtures("_seen")
def test_the_activity_says_what_was_read_before_and_what_zid_answered(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    toggle_rule(merchant, zid, active=False)
    toggle_rule(merchant, zid, active=False)

    entries = Entry.objects.order_by("id")
    states = [(it.before["is_active"], it.after["is_active"]) for it in entries]
    assert states == [(True, False), (False, False)]


@pytest.mark.usefixtures("_seen")
@pytest.mark.parametrize("toggle", [toggle_rule, toggle_method])
def test_the_activity_does_not_say_what_was_before_where_nobody_knows(
    merchant: Client, zid: responses.RequestsMock, toggle: Any
) -> None:
    Snapshot.objects.update(changed_at=timezone.now())

    page = toggle(merchant, zid, active=False)

    entry = Entry.objects.get()
    assert (entry.before, entry.after["is_active"]) == (None, False)
    assert not page.has(id="health")
