"""Every operation that changes something leaves exactly one entry of the activity.

What changes nothing at Zid and no points leaves none. Every address is on one side or the other.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests
import responses
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.models import Action, Attempt, Entry
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.addresses import A_CHANGE, WITHOUT_A_PAGE, url_names
from tests.customers.conftest import know
from tests.info_page import wire
from tests.notices.conftest import TEXTS, ask, finished_job
from tests.pages import Page
from tests.points_adjustments.conftest import make_job, make_line
from tests.presets.test_set_presets import rows
from tests.recurring_adjustments.conftest import make_recurring
from tests.segments.conftest import make_segment
from tests.test_queries import DONE, METHOD, NO_ROWS, PAGES, RULE
from tests.test_queries import Page as Shown

pytestmark = pytest.mark.usefixtures("no_waiting")

RULE_FORM = {"points_rewarded": "7", "amount_to_spend": "50"}
METHOD_FORM = {"kind": "fixed_rate", "discount_value": "9", "points_to_redeem": "80"}
RECURRING = {"points": "5", "reason": "A gift", "hour": "9", "audience": "everyone"}
CSV = b"customer_id,points,reason\n1001,50,A gift\n"

# Gives the address to post to and what to post, for a store in which that makes a change.
Change = Callable[[Store, Client], tuple[str, dict[str, Any]]]


def posts(path: str, **values: Any) -> Change:
    return lambda store, client: (path, values)


def saves(path: str, **values: str) -> Change:
    """Open a form and fill it in; looking at it leaves no entry."""

    def change(store: Store, client: Client) -> tuple[str, dict[str, Any]]:
        based_on = Page(client.get(path)).one(name="based_on")["value"]
        return path, {"based_on": based_on, **values}

    return change


def restores(action: Action, path: str, subject: str = "") -> Change:
    def change(store: Store, client: Client) -> tuple[str, dict[str, Any]]:
        entry = Entry.objects.create(
            store=store, at=timezone.now(), who="merchant", action=action, outcome="done",
            subject=subject,
            before={
                "points_rewarded": 3, "amount_to_spend": "7", "is_active": False, "days": 9,
                "kind": "percentage", "discount_value": "3", "points_to_redeem": 7,
            },
        )  # fmt: skip
        return saves(f"{path}restore/{entry.id}/")(store, client)

    return change


def of_recurring(step: str, **values: str) -> Change:
    def change(store: Store, client: Client) -> tuple[str, dict[str, Any]]:
        next_run_at = timezone.now() if step == "stop" else None
        path = f"/recurring-adjustments/{make_recurring(store, next_run_at=next_run_at).id}/{step}/"
        return saves(path, **values)(store, client) if step in {"update", "delete"} else (path, {})

    return change


def job(status: JobStatus, step: str, **values: Any) -> Change:
    def change(store: Store, client: Client) -> tuple[str, dict[str, Any]]:
        made = make_job(store, customers=2, confirmed=status is not JobStatus.DRAFT)
        now = timezone.now()
        fields: dict[JobStatus, dict[str, Any]] = {
            JobStatus.PAUSED: {"started_at": now, "pause_reason": "merchant"},
            JobStatus.FINISHED: {"started_at": now, "ended_at": now},
        }
        BulkAdjustment.objects.filter(id=made.id).update(status=status, **fields.get(status, {}))
        if status is JobStatus.FINISHED:
            first, second = made.lines.order_by("position")
            made.lines.filter(id=first.id).update(status=LineStatus.APPLIED, **DONE)
            made.lines.filter(id=second.id).update(status=LineStatus.REJECTED, ended_at=now)
        return f"/bulk-adjustments/{made.id}/{step}/", values

    return change


def decides(store: Store, client: Client) -> tuple[str, dict[str, Any]]:
    line = make_line(store, status=LineStatus.UNSETTLED, problem="history_unclear")
    return f"/adjustments/{line.id}/decide/", {"happened": "1"}


def edits_draft(store: Store, client: Client) -> tuple[str, dict[str, Any]]:
    made = make_job(store, customers=2, confirmed=False)
    line = made.lines.order_by("position").first()
    return f"/bulk-adjustments/{made.id}/edit/", {"drop_line": str(line.id)}


def chooses(store: Store, client: Client) -> tuple[str, dict[str, Any]]:
    know(store, 1001)
    values = {"action": "add", "points": "5", "reason": "A gift"}
    return "/bulk-adjustments/chosen/?customer=1001", values


def of_segment(step: str, **values: str) -> Change:
    return lambda store, client: (f"/segments/{make_segment(store).id}/{step}/", values)


def tells(store: Store, client: Client) -> tuple[str, dict[str, Any]]:
    made = make_job(store, confirmed=False)
    return f"/bulk-adjustments/{made.id}/tell/", {"channel": "email", **TEXTS}


def stops_telling(store: Store, client: Client) -> tuple[str, dict[str, Any]]:
    made = finished_job(store)
    ask(made)
    return f"/bulk-adjustments/{made.id}/tell/stop/", {}


def writes_info_page(store: Store, client: Client) -> tuple[str, dict[str, Any]]:
    form = wire.form_of(client.get("/info-page/"))
    return "/info-page/", form | {"title_en": "Points"}


# What changes something at Zid, and at what address of Zid's.
LOYALTY = edge.LOYALTY
AT_ZID: dict[str, tuple[Change, str, str]] = {
    "set-activation": (posts("/program/activation/", active="1"), "POST", f"{LOYALTY}/activation"),
    "set-points-expiration": (
        saves("/program/points-expiration/", days="30"), "POST", f"{LOYALTY}/points-expiration",
    ),
    "toggle-cashback-rule": (
        posts(f"/cashback-rules/{RULE}/toggle/", active="0"),
        "PUT", f"{LOYALTY}/points-collection/update-status",
    ),
    "update-cashback-rule": (
        saves(f"/cashback-rules/{RULE}/update/", **RULE_FORM),
        "POST", f"{LOYALTY}/points-collection/update",
    ),
    "toggle-redemption-method": (
        posts(f"/redemption-methods/{METHOD}/toggle/", active="0"),
        "PUT", f"{LOYALTY}/points-redemption/update-status",
    ),
    "add-redemption-method": (
        posts("/redemption-methods/add/", **METHOD_FORM), "POST", f"{LOYALTY}/points-redemption",
    ),
    "update-redemption-method": (
        saves(f"/redemption-methods/{METHOD}/update/", **METHOD_FORM),
        "POST", f"{LOYALTY}/points-redemption/update",
    ),
    "delete-redemption-method": (
        saves(f"/redemption-methods/{METHOD}/delete/"),
        "POST", f"{LOYALTY}/points-redemption/delete",
    ),
    "restore-activation": (
        restores(Action.SET_ACTIVATION, "/program/activation/"), "POST", f"{LOYALTY}/activation",
    ),
    "restore-points-expiration": (
        restores(Action.SET_POINTS_EXPIRATION, "/program/points-expiration/"),
        "POST", f"{LOYALTY}/points-expiration",
    ),
    "restore-cashback-rule": (
        restores(Action.UPDATE_CASHBACK_RULE, "/cashback-rules/", RULE),
        "POST", f"{LOYALTY}/points-collection/update",
    ),
    "restore-redemption-method": (
        restores(Action.UPDATE_REDEMPTION_METHOD, "/redemption-methods/", METHOD),
        "POST", f"{LOYALTY}/points-redemption/update",
    ),
    "update-info-page": (writes_info_page, "PUT", wire.INFO),
}  # fmt: skip
# What changes points, what is to become of them, or how the store goes about it: rows of ours.
OF_POINTS: dict[str, Change] = {
    "adjust-customer-points": posts(
        "/customers/1001/adjust/",
        action="add",
        points="5",
        reason="A gift",
        submission=str(uuid.UUID(int=5)),
    ),
    "start-bulk-adjustment": lambda store, client: (
        "/bulk-adjustments/start/",
        {"file": SimpleUploadedFile("points.csv", CSV), "reason": "A gift"},
    ),
    "confirm-bulk-adjustment": job(JobStatus.DRAFT, "confirm"),
    "pause-bulk-adjustment": job(JobStatus.QUEUED, "pause"),
    "resume-bulk-adjustment": job(JobStatus.PAUSED, "resume"),
    "cancel-bulk-adjustment": job(JobStatus.QUEUED, "cancel"),
    "undo-bulk-adjustment": job(JobStatus.FINISHED, "undo"),
    "retry-bulk-adjustment": job(JobStatus.FINISHED, "retry"),
    "decide-line": decides,
    "edit-bulk-adjustment": edits_draft,
    "adjust-chosen-customers": chooses,
    "set-bulk-safeguards": saves(
        "/bulk-adjustments/safeguards/", type_number_above="500", needs_second_manager="0"
    ),
    "set-presets": posts("/quick-choices/", **rows(("add", "5", "A gift"))),
    "add-segment": posts("/segments/add/", name="vip", points_from="5"),
    "update-segment": of_segment("update", name="vip", points_from="7"),
    "delete-segment": of_segment("delete"),
    "add-recurring-adjustment": posts(
        "/recurring-adjustments/add/birthday/", **RECURRING, id=str(uuid.UUID(int=6))
    ),
    "update-recurring-adjustment": of_recurring("update", **{**RECURRING, "points": "7"}),
    "resume-recurring-adjustment": of_recurring("resume"),
    "stop-recurring-adjustment": of_recurring("stop"),
    "delete-recurring-adjustment": of_recurring("delete"),
    "tell-customers": tells,
    "stop-telling": stops_telling,
}
ACTIONS = {"adjust-chosen-customers": "start_bulk_adjustment"}
# What is posted, and changes nothing of the store's program and points.
OF_NO_PROGRAM = {
    "set-language": "the session's own language",
    "set-shortcuts": "the session's own keys",
    "dismiss-guide": "a hint on our page",
    "receive-app-event": "Zid's word, which is only a reason to ask",
    "fetch-customers": "a reading of what Zid has",
    "keep-draft": "what the merchant has not saved",
    "discard-draft": "what the merchant has not saved",
    "ask-for-erasure": "when the app leaves the store, which its own entry tells",
    "cancel-erasure": "when the app leaves the store, which its own entry tells",
    "opt-out": "a customer's own wish, which no merchant changes",
    "zid_login": "the way to an installation",
    "zid_callback": "an installation, which Zid's App Market keeps",
}
POSTED = {name for name, why in WITHOUT_A_PAGE.items() if why is A_CHANGE}
ONLY_LOOKED_AT = {*PAGES, *NO_ROWS} - POSTED - {*AT_ZID, *OF_POINTS, *OF_NO_PROGRAM}


@pytest.mark.parametrize("name", sorted(url_names()))
def test_every_address_changes_something_or_nothing(name: str) -> None:
    sides = [name in side for side in (AT_ZID, OF_POINTS, OF_NO_PROGRAM, ONLY_LOOKED_AT)]

    assert sides.count(True) == 1, (
        f"Does “{name}” change the store's program or its points? Say so, and how, in"
        " tests/test_every_change.py, or say what else it is."
    )


def send(client: Client, change: Change, store: Store) -> list[Entry]:
    """Make the change; gives the entries that it left."""
    path, values = change(store, client)
    before = set(Entry.objects.values_list("id", flat=True))
    client.post(path, values, headers=edge.HTMX)
    assert not Attempt.objects.exists()
    return list(Entry.objects.exclude(id__in=before))


@pytest.mark.parametrize("name", AT_ZID)
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"json": {"status": "object"}}, "done"),
        ({"status": 422, "json": edge.REFUSALS["text"]}, "refused"),
        ({"body": requests.ReadTimeout("slow")}, "unknown"),
        ({"status": 500}, "unknown"),
    ],
    ids=["made", "refused", "answer lost", "500"],
)
def test_a_change_at_zid_leaves_one_entry(
    name: str,
    answer: dict[str, Any],
    outcome: str,
    store: Store,
    merchant: Client,
    zid: responses.RequestsMock,
) -> None:
    change, verb, address = AT_ZID[name]
    zid.assert_all_requests_are_fired = False
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    wire.reads(zid)
    zid.get(f"{LOYALTY}/loyalty-status", json={"loyalty_status": True})
    zid.add(verb, address, **answer)

    left = send(merchant, change, store)

    assert [entry.outcome for entry in left] == [outcome]


@pytest.mark.parametrize("name", AT_ZID)
@pytest.mark.parametrize(
    "answer",
    [{"status": 403}, {"status": 404}, {"status": 429}],
    ids=["no permission", "no such record", "limit"],
)
def test_what_zid_never_judged_leaves_none(
    name: str,
    answer: dict[str, Any],
    store: Store,
    merchant: Client,
    zid: responses.RequestsMock,
) -> None:
    change, verb, address = AT_ZID[name]
    zid.assert_all_requests_are_fired = False
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    wire.reads(zid)
    zid.add(verb, address, headers={"Retry-After": "60"}, **answer)

    assert send(merchant, change, store) == []


@pytest.mark.parametrize("name", OF_POINTS)
def test_a_change_of_points_leaves_one_entry(
    name: str, store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.assert_all_requests_are_fired = False
    entry = {"date": "2026-11-02", "points": 5, "direction": "+"}
    zid.post(edge.ADJUST, json={"data": entry})

    left = send(merchant, OF_POINTS[name], store)

    assert [entry.action for entry in left] == [ACTIONS.get(name, name.replace("-", "_"))]


@pytest.mark.parametrize("name", [name for name in AT_ZID if name != "add-redemption-method"])
def test_the_same_change_twice_leaves_two(
    name: str, store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    change, verb, address = AT_ZID[name]
    zid.assert_all_requests_are_fired = False
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    wire.reads(zid)
    zid.get(f"{LOYALTY}/loyalty-status", json={"loyalty_status": True})
    zid.add(verb, address, json={"status": "object"})

    assert len(send(merchant, change, store) + send(merchant, change, store)) == 2


@pytest.mark.parametrize(
    "shown", [pytest.param(page, id=name) for name, pages in PAGES.items() for page in pages]
)
def test_looking_leaves_none(
    shown: Shown, store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.assert_all_requests_are_fired = False
    path = shown(store, zid, 2)
    before = Entry.objects.count()

    response = merchant.get(path)

    assert response.status_code == 200
    assert response.getvalue()
    assert Entry.objects.count() == before
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    ("path", "values"),
    [
        ("/language", {"language": "ar", "next": "/activity/"}),
        ("/shortcuts", {"active": "0"}),
        ("/program/guide/dismiss/", {}),
        ("/zid/webhooks/app", {}),
    ],
)
def test_what_is_no_change_of_the_program_leaves_none(
    path: str, values: dict[str, str], store: Store, merchant: Client
) -> None:
    merchant.post(path, values)

    assert not Entry.objects.exists()
