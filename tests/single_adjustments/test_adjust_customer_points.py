from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
import requests
import responses
from django.test import Client
from responses import matchers

from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import LineStatus
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors
from tests import edge
from tests.conftest import client_of
from tests.pages import Page
from tests.points_adjustments.conftest import Ledger, make_line

ADDRESS = "/customers/1001/adjust/"
PART = "adjust-customer-points"

pytestmark = pytest.mark.usefixtures("no_waiting")


def filled_in(**changes: object) -> dict[str, Any]:
    return {
        "action": "add",
        "points": "50",
        "reason": "Sorry for the delay",
        "submission": str(uuid.uuid4()),
        **changes,
    }


def adjust(client: Client, **changes: object) -> Any:
    return client.post(ADDRESS, filled_in(**changes), headers=edge.HTMX)


@pytest.mark.parametrize(
    ("action", "points"),
    [("add", "50"), ("take", "50"), ("add", "٥٠"), ("add", "۵۰"), ("add", " 50 ")],
)
def test_it_sends_customer_direction_points_and_reason_once(
    store: Store, merchant: Client, zid: responses.RequestsMock, action: str, points: str
) -> None:
    sent = {}

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        line = Line.objects.get()
        expected = {
            "customerId": "1001",
            "direction": {"add": "+", "take": "-"}[action],
            "points": "50",
            "reason": f"Sorry for the delay {line.reference}",
        }
        sent["matches"], sent["why"] = matchers.urlencoded_params_matcher(expected)(request)
        entry = {"date": "2026-11-02", "points": 50, "direction": expected["direction"]}
        return (200, {}, json.dumps({"data": entry}))

    zid.add_callback("POST", edge.ADJUST, callback=answer, match=[edge.by(store)])

    response = adjust(merchant, action=action, points=points)

    assert response.status_code == 200
    assert sent["matches"], sent["why"]
    assert len(zid.calls) == 1


def test_it_shows_the_reference_and_has_the_points_read_again(
    merchant: Client, ledger: Ledger
) -> None:
    response = adjust(merchant)

    line = Line.objects.get()
    assert line.status == LineStatus.APPLIED
    assert line.reference in Page(response).one(id=PART).text
    assert "points-changed" in response["HX-Trigger"]


def test_it_offers_a_new_form_for_the_next_adjustment(merchant: Client, ledger: Ledger) -> None:
    response = adjust(merchant, submission="11111111-1111-4111-8111-111111111111")

    page = Page(response)
    assert page.one(name="submission")["value"] != "11111111-1111-4111-8111-111111111111"
    assert not page.one(name="points").attributes.get("value")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("points", ""),
        ("points", "0"),
        ("points", "-5"),
        ("points", "1.5"),
        ("points", "1.000"),
        ("points", "1,00"),
        ("points", "1_0"),
        ("points", "1e3"),
        ("points", "fifty"),
        ("points", "خمسون"),
        ("points", "1000001"),
        ("points", "9" * 5000),
        ("reason", ""),
        ("reason", "   "),
        ("reason", "x" * 180),
        ("reason", "a\x00b"),
        ("action", ""),
        ("action", "*"),
    ],
)
def test_it_sends_nothing_and_says_beside_the_field_what_is_wrong(
    merchant: Client, zid: responses.RequestsMock, field: str, typed: str
) -> None:
    response = adjust(merchant, **{field: typed})

    assert response.status_code == 422
    assert not Line.objects.exists()
    assert Page(response).one(id=f"id_{field}_error").text


def test_it_keeps_what_was_typed_into_an_invalid_form(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    response = adjust(merchant, points="١٠٠ نقطة", reason="سبب", action="take")

    page = Page(response)
    assert page.one(name="points")["value"] == "100 نقطة"
    assert page.one(name="reason")["value"] == "سبب"
    assert "checked" in page.one(name="action", value="take").attributes
    assert "HX-Trigger" not in response


@pytest.mark.parametrize("submission", ["", "x"])
def test_it_sends_nothing_without_knowing_which_form_it_was(
    merchant: Client, zid: responses.RequestsMock, submission: str
) -> None:
    response = adjust(merchant, submission=submission)

    assert response.status_code == 422
    assert not Line.objects.exists()


def test_it_sends_a_double_submission_once_and_shows_the_same_outcome(
    merchant: Client, ledger: Ledger
) -> None:
    form = filled_in()

    first = merchant.post(ADDRESS, form, headers=edge.HTMX)
    second = merchant.post(ADDRESS, form, headers=edge.HTMX)

    reference = Line.objects.get().reference
    assert ledger.adjustments == 1
    assert reference in Page(first).one(id=PART).text
    assert reference in Page(second).one(id=PART).text


def test_two_submissions_at_the_same_moment_send_one(merchant: Client, ledger: Ledger) -> None:
    form, answers = filled_in(), []
    ledger.before_adjusting = lambda: answers.append(
        merchant.post(ADDRESS, form, headers=edge.HTMX)
    )

    merchant.post(ADDRESS, form, headers=edge.HTMX)

    assert ledger.adjustments == 1
    assert is_being_checked(answers[0])


def test_a_submission_that_died_before_it_was_sent_can_be_repeated(
    store: Store, merchant: Client, ledger: Ledger
) -> None:
    form = filled_in()
    make_line(store, submission=form["submission"])

    response = merchant.post(ADDRESS, form, headers=edge.HTMX)

    assert ledger.points_of(1001) == 50
    assert Line.objects.get().status == LineStatus.APPLIED
    assert "points-changed" in response["HX-Trigger"]


@pytest.mark.parametrize(
    "error", [errors.NotSent(endpoint="ours"), errors.RateLimited(endpoint="ours")]
)
def test_an_adjustment_that_finds_no_place_below_the_limit_is_not_made(
    merchant: Client,
    zid: responses.RequestsMock,
    monkeypatch: pytest.MonkeyPatch,
    error: errors.ZidError,
) -> None:
    def wait_ahead(pace: object) -> None:
        raise error

    monkeypatch.setattr("loyaltyadmin.stores.pacer.Pacer.wait_ahead", wait_ahead)

    response = adjust(merchant)

    assert response.status_code == 200
    assert Line.objects.get().status == LineStatus.SKIPPED
    assert Page(response).has(name="submission")


def test_a_form_of_another_customer_or_store_is_not_found(
    store: Store, stranger: Client, merchant: Client, zid: responses.RequestsMock
) -> None:
    form = filled_in()
    make_line(store, submission=form["submission"])

    for answer in (
        stranger.post(ADDRESS, form),
        merchant.post("/customers/1002/adjust/", form),
    ):
        assert answer.status_code == 404
    assert Line.objects.count() == 1


@pytest.mark.parametrize("body", edge.REFUSALS.values(), ids=edge.REFUSALS)
def test_it_shows_zids_words_when_zid_rejects_and_keeps_what_was_typed(
    merchant: Client, ledger: Ledger, body: dict[str, Any]
) -> None:
    ledger.refuses(422, **body)

    response = adjust(merchant, action="take", points="5000", submission=str(uuid.UUID(int=1)))

    page = Page(response)
    assert edge.WORDS in page.one(id=PART).text
    assert page.one(name="points")["value"] == "5000"
    assert "checked" in page.one(name="action", value="take").attributes
    assert page.one(name="reason")["value"] == "Sorry for the delay"
    assert page.one(name="submission")["value"] != str(uuid.UUID(int=1))


def test_it_shows_every_sentence_that_zid_has_about_the_fields(
    merchant: Client, ledger: Ledger
) -> None:
    fields = {"points": ["رصيد غير كاف"], "reason": ["السبب طويل"]}
    ledger.refuses(422, message="No", errors=fields)

    response = adjust(merchant)

    assert "رصيد غير كاف" in Page(response).one(id=PART).text
    assert "السبب طويل" in Page(response).one(id=PART).text


def test_it_says_that_the_store_has_no_such_customer(merchant: Client, ledger: Ledger) -> None:
    ledger.refuses(404)

    response = adjust(merchant)

    assert Line.objects.get().problem == "customer_not_found"
    assert Page(response).has(name="submission")


def is_being_checked(response: Any) -> bool:
    """The outcome is open: no form is offered, and the page asks again by itself."""
    page = Page(response)
    line = Line.objects.get()
    polls = page.all(**{"hx-get": f"/customers/1001/adjustments/{line.id}/"})
    return len(polls) == 1 and not page.has(name="submission") and "HX-Trigger" not in response


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize(
    "how", [500, 503, requests.ConnectionError("dropped"), requests.ReadTimeout("slow")]
)
def test_it_offers_no_form_while_the_answer_is_lost(
    merchant: Client, ledger: Ledger, how: Any, applied: bool
) -> None:
    ledger.loses_the_answer(applied=applied, how=how)

    response = adjust(merchant)

    assert response.status_code == 200
    assert Line.objects.get().status == LineStatus.UNKNOWN
    assert is_being_checked(response)
    assert ledger.adjustments == 1


def test_it_says_honestly_that_zid_wants_a_pause(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.post(edge.ADJUST, status=429, headers={"Retry-After": "60"})

    response = adjust(merchant)

    line = Line.objects.get()
    assert (line.status, line.problem) == (LineStatus.SKIPPED, "not_sent")
    assert Page(response).one(name="points")["value"] == "50"


def test_it_says_honestly_that_zid_no_longer_accepts_the_app(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.post(edge.ADJUST, status=401)
    zid.post(edge.TOKEN, status=401, json={"error": "invalid_grant"})

    response = adjust(merchant)

    assert response.status_code == 403
    assert response["HX-Retarget"] == "#page-alert"
    assert Line.objects.get().status == LineStatus.SKIPPED


def test_a_plain_request_leads_to_the_outcome(merchant: Client, ledger: Ledger) -> None:
    response = merchant.post(ADDRESS, filled_in())

    line = Line.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/customers/1001/adjustments/{line.id}/"


def test_a_plain_request_shows_an_invalid_form_on_a_page(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    response = merchant.post(ADDRESS, filled_in(points="x"))

    assert response.status_code == 422
    page = Page(response)
    assert page.has("html")
    assert page.one(id="id_points_error").text
    assert page.has("a", href="/customers/1001/")


def test_an_invalid_form_renders_from_right_to_left_in_arabic(
    store: Store, zid: responses.RequestsMock
) -> None:
    response = client_of(store, language="ar").post(ADDRESS, filled_in(points="x"))

    assert Page(response).one("html")["dir"] == "rtl"


def test_the_points_move_in_the_store_of_the_session(
    other_store: Store, stranger: Client, zid: responses.RequestsMock
) -> None:
    zid.post(
        edge.ADJUST,
        json={"data": {"date": "2026-11-02", "points": 50, "action": "add"}},
        match=[edge.by(other_store)],
    )

    adjust(stranger)

    assert Line.objects.get().store == other_store


@pytest.mark.parametrize("customer_id", [2**63, 10**30])
def test_a_customer_number_that_cannot_be_is_not_found(
    merchant: Client, zid: responses.RequestsMock, customer_id: int
) -> None:
    response = merchant.post(f"/customers/{customer_id}/adjust/", filled_in())

    assert response.status_code == 404
    assert not Line.objects.exists()


@pytest.mark.django_db
def test_it_lets_nobody_in_who_does_not_come_from_the_dashboard(
    client: Client, zid: responses.RequestsMock
) -> None:
    assert client.post(ADDRESS, filled_in()).status_code == 403
    assert not Line.objects.exists()


def test_it_lets_nobody_in_whose_store_has_left(
    disconnected_store: Store, zid: responses.RequestsMock
) -> None:
    assert client_of(disconnected_store).post(ADDRESS, filled_in()).status_code == 403
    assert not Line.objects.exists()


def test_it_takes_no_request_from_another_site(store: Store, zid: responses.RequestsMock) -> None:
    client = client_of(store, enforce_csrf_checks=True)

    assert client.post(ADDRESS, filled_in()).status_code == 403
    assert not Line.objects.exists()


def test_reading_its_address_moves_nothing_and_leads_to_the_customer(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    response = merchant.get(ADDRESS)

    assert (response.status_code, response["Location"]) == (302, "/customers/1001/")
