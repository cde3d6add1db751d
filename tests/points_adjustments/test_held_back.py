"""While Zid answers nobody, points are neither sent nor doubted."""

from __future__ import annotations

from unittest import mock

import pytest
import requests
from django.utils import timezone

from loyaltyadmin.points_adjustments import sending, turns
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import Action, JobStatus, LineStatus
from loyaltyadmin.stores.models import RateBucket
from loyaltyadmin.zid.breaker import CHANGE_AFTER_SECONDS, READ_AFTER_SECONDS
from tests import edge
from tests.conftest import client_of, make_store
from tests.points_adjustments.conftest import make_job, make_line
from tests.stores.test_breakers import hold_back

pytestmark = pytest.mark.usefixtures("no_waiting")


def work(store):
    return turns.take_turn(store_id=store.id, sleep=lambda seconds: None)


def wait(breaker, seconds):
    """Let so much time go by, for the breaker alone."""
    breaker._clock = mock.Mock(return_value=breaker._clock() + seconds)


def test_a_turn_ends_at_once_and_its_lines_are_as_they_were(ledger, store):
    job = make_job(store)
    hold_back()

    assert not work(store)

    job.refresh_from_db()
    assert job.status == JobStatus.RUNNING
    assert set(job.lines.values_list("status", "attempts")) == {(LineStatus.PENDING, 0)}
    assert ledger.adjustments == 0


def test_the_job_goes_on_by_itself_when_zid_answers_again(ledger, store):
    job = make_job(store)
    breaker = hold_back()
    work(store)

    wait(breaker, CHANGE_AFTER_SECONDS)
    work(store)

    job.refresh_from_db()
    assert job.status == JobStatus.FINISHED
    assert len(ledger.entries) == 3
    assert set(job.lines.values_list("status", "attempts")) == {(LineStatus.APPLIED, 1)}


def test_a_line_that_tries_and_gets_no_answer_is_looked_up_and_paid_once(ledger, store):
    job = make_job(store, customers=2)
    breaker = hold_back()
    wait(breaker, CHANGE_AFTER_SECONDS)
    ledger.loses_the_answer(applied=True)

    work(store)

    assert sorted(job.lines.values_list("status", flat=True)) == [
        LineStatus.PENDING,
        LineStatus.UNKNOWN,
    ]
    assert ledger.adjustments == 1
    wait(breaker, READ_AFTER_SECONDS)
    Line.objects.filter(status=LineStatus.UNKNOWN).update(look_at=job.created_at)
    work(store)
    assert set(job.lines.values_list("status", flat=True)) == {LineStatus.APPLIED}
    assert ledger.adjustments == 2
    assert {ledger.points_of(customer_id) for customer_id in (1001, 1002)} == {10}


def test_a_line_that_it_opened_upon_is_given_back(ledger, store, zid_client, pace, monkeypatch):
    line = make_job(store, customers=1).lines.get()
    line.job.move(to=JobStatus.RUNNING, started_at=timezone.now())
    monkeypatch.setattr(pace, "wait_ahead", lambda **_: hold_back())

    assert not sending.send(line=line, zid=zid_client, pace=pace)

    line.refresh_from_db()
    assert (line.status, line.problem) == (LineStatus.PENDING, "not_sent")
    assert ledger.adjustments == 0


def test_a_lookup_is_put_off_and_decides_nothing(ledger, store, zid_client, pace):
    line = make_line(store)
    ledger.loses_the_answer(applied=False)
    sending.send(line=line, zid=zid_client, pace=pace)
    hold_back()

    assert not sending.settle(line=line, zid=zid_client)

    line.refresh_from_db()
    assert line.status == LineStatus.UNKNOWN


@pytest.mark.parametrize("action", [Action.ADD, Action.SET])
def test_an_adjustment_by_hand_is_told_not_to_be_made(store, merchant, zid, action):
    hold_back()

    answer = merchant.post(
        "/customers/1001/adjust/",
        {
            "action": action,
            "points": "5",
            "reason": "Sorry",
            "submission": "0b2a5a3e-2f2e-4d0e-8a2e-0f3d3b9d6a55",
        },
        headers=edge.HTMX,
    )

    assert answer.status_code < 500
    line = Line.objects.get()
    assert (line.status, line.problem, line.attempts) == (LineStatus.SKIPPED, "not_sent", 0)


def test_lost_answers_of_several_stores_stop_the_others(ledger, store, other_store):
    third = make_store(90005)
    for one in (store, other_store, third):
        make_job(one, customers=3)
    for _ in range(5):
        ledger.loses_the_answer(applied=False, how=requests.ReadTimeout())

    for one in (store, other_store, third):
        RateBucket.objects.all().delete()
        work(one)

    unknown = Line.objects.filter(status=LineStatus.UNKNOWN)
    assert unknown.count() == ledger.adjustments == 5
    assert not unknown.filter(store=third).exists()


def test_pages_open_at_once_with_what_is_known(store, merchant, zid):
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    merchant.get("/program/")
    hold_back()

    page = merchant.get("/program/")

    assert page.status_code == 200
    assert "Zid is not answering" in page.content.decode()
    assert len(zid.calls) == 1


def test_what_only_zid_knows_is_said_to_be_out_of_reach(store, zid):
    hold_back()

    page = client_of(store).get("/customers/1001/")

    assert page.status_code == 502
    assert "Nothing was changed. Try again in a moment." in page.content.decode()
