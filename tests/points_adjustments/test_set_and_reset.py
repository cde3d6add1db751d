from __future__ import annotations

import datetime as dt

import pytest
import requests
import responses
import time_machine
from django.test import Client as BrowserClient
from django.utils import timezone

from loyaltyadmin.points_adjustments import sending, turns
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import Action, JobStatus, LineStatus
from loyaltyadmin.stores.models import Store
from loyaltyadmin.stores.pacer import Pacer
from loyaltyadmin.zid.client import Client
from tests.points_adjustments.conftest import (
    DETAILS,
    Ledger,
    make_job,
    make_line,
    settle_time,
)


def line_to(store: Store, target: int, *, action: Action = Action.SET) -> Line:
    return make_line(store, action=action, target=target, direction="", points=None)


@pytest.mark.parametrize(
    ("has", "target", "sent"), [(30, 100, ("+", 70)), (130, 100, ("-", 30)), (0, 5, ("+", 5))]
)
def test_it_sends_what_is_missing_to_the_balance_it_read(
    ledger: Ledger,
    store: Store,
    zid_client: Client,
    pace: Pacer,
    has: int,
    target: int,
    sent: tuple[str, int],
) -> None:
    ledger.opening[1001] = has
    line = line_to(store, target)

    sending.send(line=line, zid=zid_client, pace=pace)

    line.refresh_from_db()
    assert (line.direction, line.points) == sent
    assert line.balance_before == has
    assert line.status == LineStatus.APPLIED
    assert ledger.points_of(1001) == target


def test_it_takes_everything_away_on_a_reset(
    ledger: Ledger, store: Store, zid_client: Client, pace: Pacer
) -> None:
    ledger.opening[1001] = 42

    sending.send(line=line_to(store, 0, action=Action.RESET), zid=zid_client, pace=pace)

    assert ledger.points_of(1001) == 0


def test_it_sends_nothing_when_the_balance_is_right_already(
    ledger: Ledger, store: Store, zid_client: Client, pace: Pacer
) -> None:
    ledger.opening[1001] = 100
    line = line_to(store, 100)

    sending.send(line=line, zid=zid_client, pace=pace)

    line.refresh_from_db()
    assert (line.status, line.problem) == (LineStatus.SKIPPED, "balance_is_right")
    assert line.balance_before == 100
    assert ledger.adjustments == 0


def test_it_rejects_the_line_when_zid_does_not_know_the_customer(
    zid: responses.RequestsMock, store: Store, zid_client: Client, pace: Pacer
) -> None:
    zid.get(DETAILS, status=404)
    line = line_to(store, 100)

    sending.send(line=line, zid=zid_client, pace=pace)

    line.refresh_from_db()
    assert (line.status, line.problem) == (LineStatus.REJECTED, "customer_not_found")


def test_it_rejects_the_line_when_zid_refuses_to_tell_the_balance(
    zid: responses.RequestsMock, store: Store, zid_client: Client, pace: Pacer
) -> None:
    zid.get(DETAILS, status=422, json={"message": "This customer is blocked."})
    line = line_to(store, 100)

    sending.send(line=line, zid=zid_client, pace=pace)

    line.refresh_from_db()
    assert (line.status, line.zid_message) == (LineStatus.REJECTED, "This customer is blocked.")


def test_it_sends_nothing_when_the_balance_cannot_be_read(
    zid: responses.RequestsMock, store: Store, zid_client: Client, pace: Pacer
) -> None:
    zid.get(DETAILS, body=requests.ReadTimeout())
    job_line = make_job(store, customers=1).lines.get()
    Line.objects.filter(id=job_line.id).update(
        action=Action.SET, target=5, direction="", points=None
    )
    line = Line.objects.get()

    answered = sending.send(line=line, zid=zid_client, pace=pace)

    assert not answered
    assert Line.objects.get().status == LineStatus.PENDING


def test_it_settles_a_lost_one_before_it_works_it_out_again(
    ledger: Ledger, store: Store, zid_client: Client, pace: Pacer
) -> None:
    ledger.opening[1001] = 30
    line = line_to(store, 100)
    ledger.loses_the_answer(applied=True)

    sending.send(line=line, zid=zid_client, pace=pace)
    sending.settle(line=line, zid=zid_client)

    line.refresh_from_db()
    assert line.status == LineStatus.APPLIED
    assert (line.balance_before, line.points) == (30, 70)
    assert ledger.points_of(1001) == 100


def test_it_works_out_anew_what_did_not_happen(
    ledger: Ledger, store: Store, zid_client: Client, pace: Pacer
) -> None:
    job = make_job(store, customers=1)
    job.move(to="running", started_at=timezone.now())
    job.lines.update(action=Action.SET, target=100, direction="", points=None)
    line = job.lines.get()
    ledger.opening[1001] = 30
    ledger.loses_the_answer(applied=False)
    sending.send(line=line, zid=zid_client, pace=pace)
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=settle_time() + 1)):
        sending.settle(line=line, zid=zid_client)
        ledger.opening[1001] = 90  # the customer bought something meanwhile

        sending.send(line=job.lines.get(), zid=zid_client, pace=pace)

    assert job.lines.get().balance_before == 90
    assert ledger.points_of(1001) == 100


def test_a_single_one_is_not_sent_later_when_zid_refuses_the_store(
    zid: responses.RequestsMock, store: Store, merchant: BrowserClient
) -> None:
    zid.get(DETAILS, status=403)
    form = {
        "action": "set",
        "points": "100",
        "reason": "x",
        "submission": "11111111-1111-4111-8111-111111111111",
    }

    merchant.post("/customers/1001/adjust/", form, headers={"HX-Request": "true"})

    line = Line.objects.get()
    assert (line.status, line.problem) == (LineStatus.SKIPPED, "not_sent")


def test_it_reads_no_balance_that_another_line_may_yet_change(
    ledger: Ledger, store: Store, zid_client: Client, pace: Pacer
) -> None:
    ledger.loses_the_answer(applied=False)  # and Zid applies it some seconds later
    sending.send(line=line_to(store, 100), zid=zid_client, pace=pace)
    again = line_to(store, 100)

    sending.send(line=again, zid=zid_client, pace=pace)

    again.refresh_from_db()
    assert (again.status, again.problem) == (LineStatus.SKIPPED, "not_sent")
    assert ledger.adjustments == 1


def test_a_line_of_a_job_waits_for_the_outcome_of_another_for_its_customer(
    ledger: Ledger, store: Store
) -> None:
    job = make_job(store, customers=3)
    job.lines.update(action=Action.SET, target=100, direction="", points=None)
    job.lines.filter(position__lte=3).update(customer_id=1001)
    ledger.loses_the_answer(applied=True)

    with time_machine.travel(timezone.now(), tick=False) as clock:
        turns.take_turn(store_id=store.id, sleep=lambda seconds: None)
        waiting = list(job.lines.order_by("position").values_list("status", flat=True))
        clock.shift(settle_time() + 1)
        turns.take_turn(store_id=store.id, sleep=lambda seconds: None)

    assert waiting == [LineStatus.UNKNOWN, LineStatus.PENDING, LineStatus.APPLIED]
    assert ledger.points_of(1001) == 100
    assert job.lines.get(position=3).problem == "balance_is_right"
    job.refresh_from_db()
    assert job.status == JobStatus.FINISHED


@pytest.mark.parametrize(
    ("action", "points", "expected"),
    [
        ("set", "100", 100),
        ("set", "1,000", 1000),
        ("set", "١٬٠٠٠", 1000),
        ("set", "0", 0),
        ("reset", "", 0),
        ("reset", "55", 0),
    ],
)
def test_the_form_sets_and_resets(
    ledger: Ledger, store: Store, merchant: BrowserClient, action: str, points: str, expected: int
) -> None:
    ledger.opening[1001] = 42
    form = {
        "action": action,
        "points": points,
        "reason": "x",
        "submission": "11111111-1111-4111-8111-111111111111",
    }

    response = merchant.post("/customers/1001/adjust/", form, headers={"HX-Request": "true"})

    assert response.status_code == 200
    assert ledger.points_of(1001) == expected
