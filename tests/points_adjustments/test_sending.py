from __future__ import annotations

import datetime as dt
import logging
import uuid

import pytest
import requests
import responses
import time_machine
from django.utils import timezone

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.points_adjustments import operations, reference, sending, turns
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.stores.models import Store
from loyaltyadmin.stores.pacer import Pacer
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.client import Client
from tests.points_adjustments.conftest import (
    ADJUST,
    HISTORY,
    Ledger,
    make_job,
    make_line,
    settle_time,
)
from tests.stores import edge


@pytest.fixture
def line(store: Store) -> Line:
    """A line of a bulk adjustment that is running."""
    job = make_job(store, customers=1)
    job.move(to=JobStatus.RUNNING, started_at=timezone.now())
    return job.lines.get()


@pytest.fixture
def single(store: Store) -> Line:
    return make_line(store)


def test_it_sends_direction_points_and_the_reason_with_its_reference(
    zid: responses.RequestsMock, single: Line, zid_client: Client, pace: Pacer
) -> None:
    zid.post(
        ADJUST,
        json={"data": {"date": "2026-11-02T10:15:00Z", "points": 50, "direction": "+"}},
        match=[
            responses.matchers.urlencoded_params_matcher(
                {
                    "customerId": "1001",
                    "direction": "+",
                    "points": "50",
                    "reason": f"Sorry for the delay {single.reference}",
                }
            )
        ],
    )

    answered = sending.send(line=single, zid=zid_client, pace=pace)

    assert answered
    single.refresh_from_db()
    assert single.status == LineStatus.APPLIED
    assert single.applied_at == dt.datetime(2026, 11, 2, 10, 15, tzinfo=dt.UTC)


def test_it_claims_the_line_before_it_calls(
    ledger: Ledger, line: Line, zid_client: Client, pace: Pacer
) -> None:
    seen = []
    ledger.before_adjusting = lambda: seen.append(Line.objects.get().status)

    sending.send(line=line, zid=zid_client, pace=pace)

    assert seen == [LineStatus.CLAIMED]


def test_it_never_sends_a_line_that_another_process_has_claimed(
    ledger: Ledger, line: Line, zid_client: Client, pace: Pacer
) -> None:
    sending.send(line=Line.objects.get(), zid=zid_client, pace=pace)

    sending.send(line=line, zid=zid_client, pace=pace)

    assert ledger.adjustments == 1


@pytest.mark.parametrize(
    ("to", "fields"),
    [
        (JobStatus.PAUSED, {"pause_reason": "merchant"}),
        (JobStatus.CANCELLING, {"cancel_reason": "merchant"}),
    ],
    ids=["paused", "cancelled"],
)
def test_it_does_not_send_a_line_of_a_job_that_was_stopped_meanwhile(
    ledger: Ledger,
    line: Line,
    zid_client: Client,
    pace: Pacer,
    to: JobStatus,
    fields: dict[str, str],
) -> None:
    assert line.job is not None
    line.job.move(to=to, **fields)

    sending.send(line=line, zid=zid_client, pace=pace)

    assert ledger.adjustments == 0
    assert Line.objects.get().status == LineStatus.PENDING


@pytest.mark.parametrize(
    "how",
    [
        requests.ReadTimeout(),
        requests.ConnectionError("dropped"),
        500,
        502,
        503,
        504,
        409,
        200,
    ],
    ids=str,
)
@pytest.mark.parametrize("applied", [True, False], ids=["applied", "not applied"])
def test_it_marks_the_line_unknown_when_the_answer_is_lost(
    ledger: Ledger,
    line: Line,
    zid_client: Client,
    pace: Pacer,
    how: Exception | int,
    applied: bool,
) -> None:
    ledger.loses_the_answer(applied=applied, how=how)

    answered = sending.send(line=line, zid=zid_client, pace=pace)

    assert not answered
    assert ledger.adjustments == 1
    assert Line.objects.get().status == LineStatus.UNKNOWN


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"date": "2026-11-02T10:15:00Z", "points": 49, "direction": "+"}},
        {"data": {"date": "2026-11-02T10:15:00Z", "points": 50, "direction": "-"}},
        {"data": {"points": 50, "direction": "+"}},
        {"data": []},
        {},
    ],
)
def test_it_does_not_believe_an_answer_about_something_else(
    zid: responses.RequestsMock,
    single: Line,
    zid_client: Client,
    pace: Pacer,
    body: dict[str, object],
) -> None:
    zid.post(ADJUST, json=body)

    sending.send(line=single, zid=zid_client, pace=pace)

    assert Line.objects.get().status == LineStatus.UNKNOWN


def test_it_keeps_zids_words_when_zid_rejects(
    ledger: Ledger, line: Line, zid_client: Client, pace: Pacer
) -> None:
    ledger.refuses(422, message={"description": {"points": ["The customer has too few points."]}})

    sending.send(line=line, zid=zid_client, pace=pace)

    rejected = Line.objects.get()
    assert rejected.status == LineStatus.REJECTED
    assert rejected.zid_message == "The customer has too few points."


def test_it_rejects_a_line_for_a_customer_whom_zid_does_not_know(
    ledger: Ledger, line: Line, zid_client: Client, pace: Pacer
) -> None:
    ledger.refuses(404)

    sending.send(line=line, zid=zid_client, pace=pace)

    rejected = Line.objects.get()
    assert (rejected.status, rejected.problem) == (LineStatus.REJECTED, "customer_not_found")


def test_it_gives_a_line_back_that_did_not_reach_zid(
    zid: responses.RequestsMock, line: Line, zid_client: Client, pace: Pacer
) -> None:
    zid.post(ADJUST, body=requests.exceptions.ConnectTimeout())

    sending.send(line=line, zid=zid_client, pace=pace)

    assert Line.objects.get().status == LineStatus.PENDING


def test_it_tells_the_merchant_when_a_single_adjustment_did_not_reach_zid(
    zid: responses.RequestsMock, single: Line, zid_client: Client, pace: Pacer
) -> None:
    zid.post(ADJUST, body=requests.exceptions.ConnectTimeout())

    sending.send(line=single, zid=zid_client, pace=pace)

    skipped = Line.objects.get()
    assert (skipped.status, skipped.problem) == (LineStatus.SKIPPED, "not_sent")


def test_it_gives_the_line_back_when_zid_refuses_the_store(
    ledger: Ledger, line: Line, zid_client: Client, pace: Pacer
) -> None:
    ledger.refuses(403)

    with pytest.raises(errors.ScopeMissing):
        sending.send(line=line, zid=zid_client, pace=pace)

    assert Line.objects.get().status == LineStatus.PENDING


def test_it_sends_nothing_once_its_claim_is_too_old(
    ledger: Ledger, line: Line, zid_client: Client, pace: Pacer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "SEND_WITHIN_SECONDS", -1)

    sending.send(line=line, zid=zid_client, pace=pace)

    assert ledger.adjustments == 0
    assert Line.objects.get().status == LineStatus.PENDING


def test_it_sends_within_less_time_than_a_claim_lives() -> None:
    slowest_call = dt.timedelta(seconds=sending.SEND_WITHIN_SECONDS + 2 * 2)

    assert sending.claim_lifetime() > slowest_call


def lose(line: Line, ledger: Ledger, zid_client: Client, pace: Pacer, *, applied: bool) -> None:
    ledger.loses_the_answer(applied=applied)
    sending.send(line=line, zid=zid_client, pace=pace)


def test_it_finds_an_applied_line_by_its_reference_and_takes_zids_date(
    ledger: Ledger, line: Line, zid_client: Client, pace: Pacer
) -> None:
    lose(line, ledger, zid_client, pace, applied=True)

    sending.settle(line=line, zid=zid_client)

    settled = Line.objects.get()
    assert settled.status == LineStatus.APPLIED
    assert settled.applied_at == dt.datetime.fromisoformat(ledger.entries[0]["date"])
    assert ledger.adjustments == 1


def test_it_does_not_believe_a_missing_entry_too_early(
    ledger: Ledger, line: Line, zid_client: Client, pace: Pacer
) -> None:
    lose(line, ledger, zid_client, pace, applied=False)

    sending.settle(line=line, zid=zid_client)

    settled = Line.objects.get()
    assert settled.status == LineStatus.UNKNOWN
    assert settled.look_at == settled.unknown_at + dt.timedelta(seconds=settle_time())


def test_it_gives_a_line_back_when_the_history_shows_late_enough_that_it_did_not_happen(
    ledger: Ledger, line: Line, zid_client: Client, pace: Pacer
) -> None:
    lose(line, ledger, zid_client, pace, applied=False)

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=settle_time() + 1)):
        sending.settle(line=line, zid=zid_client)

    assert Line.objects.get().status == LineStatus.PENDING


@pytest.mark.parametrize(
    ("shows_what_was_before", "status"),
    [(False, LineStatus.UNSETTLED), (True, LineStatus.PENDING)],
)
def test_a_history_that_is_read_days_later_proves_nothing_unless_it_reaches_back(
    ledger: Ledger,
    line: Line,
    zid_client: Client,
    pace: Pacer,
    shows_what_was_before: bool,
    status: LineStatus,
) -> None:
    lose(line, ledger, zid_client, pace, applied=True)
    [entry] = ledger.entries
    later = timezone.now() + dt.timedelta(hours=1)
    entry |= {"reason": "شراء", "points": 9_999, "date": later.isoformat()}
    if shows_what_was_before:
        before = timezone.now() - dt.timedelta(days=1)
        ledger.entries.append(entry | {"date": before.isoformat()})

    with time_machine.travel(timezone.now() + dt.timedelta(days=2)):
        sending.settle(line=line, zid=zid_client)

    assert Line.objects.get().status == status


def test_it_tells_the_merchant_when_a_single_adjustment_did_not_happen(
    ledger: Ledger, single: Line, zid_client: Client, pace: Pacer
) -> None:
    lose(single, ledger, zid_client, pace, applied=False)

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=settle_time() + 1)):
        sending.settle(line=single, zid=zid_client)

    skipped = Line.objects.get()
    assert (skipped.status, skipped.problem) == (LineStatus.SKIPPED, "not_applied")


@pytest.mark.parametrize("status", [500, 200, 418], ids=["500", "garbage", "418"])
def test_it_stays_unknown_while_the_history_cannot_be_read(
    zid: responses.RequestsMock, single: Line, zid_client: Client, status: int
) -> None:
    long_ago = timezone.now() - dt.timedelta(hours=5)
    single.move(to=LineStatus.CLAIMED, claim=uuid.uuid4(), claimed_at=long_ago)
    single.move(to=LineStatus.UNKNOWN, unknown_at=long_ago, look_at=long_ago)
    zid.get(HISTORY, body="<html>", status=status)

    sending.settle(line=single, zid=zid_client)

    single.refresh_from_db()
    assert single.status == LineStatus.UNKNOWN
    assert single.look_at > timezone.now()


def test_it_is_for_the_merchant_to_decide_when_the_history_cannot_be_read_for_days(
    zid: responses.RequestsMock, single: Line, zid_client: Client
) -> None:
    long_ago = timezone.now() - sending.LOOK_FOR - dt.timedelta(seconds=1)
    single.move(to=LineStatus.CLAIMED, claim=uuid.uuid4(), claimed_at=long_ago)
    single.move(to=LineStatus.UNKNOWN, unknown_at=long_ago, look_at=long_ago)
    zid.get(HISTORY, json={"message": "no"}, status=422)

    sending.settle(line=single, zid=zid_client)

    single.refresh_from_db()
    assert (single.status, single.problem) == (LineStatus.UNSETTLED, "history_unclear")


def test_it_takes_no_missing_history_for_a_history_without_its_entry(
    zid: responses.RequestsMock, line: Line, ledger: Ledger, zid_client: Client, pace: Pacer
) -> None:
    lose(line, ledger, zid_client, pace, applied=True)
    zid.replace(responses.GET, HISTORY, json={"message": "no Route matched"}, status=404)

    sending.settle(line=line, zid=zid_client)
    assert Line.objects.get().status == LineStatus.UNKNOWN

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=settle_time() + 1)):
        sending.settle(line=line, zid=zid_client)

    settled = Line.objects.get()
    assert (settled.status, settled.problem) == (LineStatus.UNSETTLED, "no_history")


def test_it_takes_no_failed_refresh_for_a_history_without_its_entry(
    zid: responses.RequestsMock, line: Line, ledger: Ledger, zid_client: Client, pace: Pacer
) -> None:
    lose(line, ledger, zid_client, pace, applied=True)
    zid.replace(responses.GET, HISTORY, status=401)
    zid.post(edge.TOKEN, status=404)

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=settle_time() + 1)):
        sending.settle(line=line, zid=zid_client)

    assert Line.objects.get().status == LineStatus.UNKNOWN


@pytest.mark.parametrize(
    "difference",
    [{"points": 11}, {"direction": "-"}, {"reason": "A gift"}, {"reason": None}],
    ids=["points", "direction", "reason", "no reason"],
)
def test_it_takes_only_its_own_entry_for_itself(
    ledger: Ledger,
    line: Line,
    zid_client: Client,
    pace: Pacer,
    difference: dict[str, object],
) -> None:
    lose(line, ledger, zid_client, pace, applied=True)
    ledger.entries[0].update(difference)

    sending.settle(line=line, zid=zid_client)

    assert Line.objects.get().status == LineStatus.UNKNOWN


@pytest.mark.parametrize("difference", ["less was taken", "text after the reference"])
def test_it_never_sends_again_while_an_entry_with_its_reference_is_not_quite_it(
    ledger: Ledger, line: Line, zid_client: Client, pace: Pacer, difference: str
) -> None:
    lose(line, ledger, zid_client, pace, applied=True)
    if difference == "less was taken":
        ledger.entries[0]["points"] = 4
    else:
        ledger.entries[0]["reason"] += " (manual)"

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=settle_time() + 1)):
        sending.settle(line=line, zid=zid_client)

    assert Line.objects.get().status == LineStatus.UNSETTLED


def test_it_sends_a_line_again_only_after_the_history_said_so_and_with_the_same_reference(
    ledger: Ledger, store: Store, line: Line, zid_client: Client, pace: Pacer
) -> None:
    lose(line, ledger, zid_client, pace, applied=False)
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=settle_time() + 1)):
        sending.settle(line=line, zid=zid_client)

        sending.send(line=Line.objects.get(), zid=zid_client, pace=pace)

    assert ledger.points_of(1001) == 10
    assert ledger.entries[0]["reason"].endswith(line.reference)
    assert Line.objects.get().attempts == 2


def test_a_cancelled_job_does_not_send_a_line_that_comes_back(
    ledger: Ledger, line: Line, zid_client: Client, pace: Pacer
) -> None:
    lose(line, ledger, zid_client, pace, applied=False)
    assert line.job is not None
    operations.cancel_bulk_adjustment(by=OPERATOR, job=line.job)

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=settle_time() + 1)):
        sending.settle(line=line, zid=zid_client)
        turns.sweep()

    assert Line.objects.get().status == LineStatus.SKIPPED
    line.job.refresh_from_db()
    assert line.job.status == JobStatus.CANCELLED


@pytest.mark.parametrize(
    ("reason", "problem"), [("merchant", "cancelled"), ("access", "access_lost")]
)
def test_a_line_that_comes_back_to_a_cancelled_job_says_why_that_was_cancelled(
    line: Line, reason: str, problem: str
) -> None:
    line.move(to=LineStatus.CLAIMED, claim=uuid.uuid4(), claimed_at=timezone.now())
    assert line.job is not None
    line.job.move(to=JobStatus.CANCELLING, cancel_reason=reason)

    sending.give_back(line=line, problem="not_sent")

    again = Line.objects.get()
    assert (again.status, again.problem) == (LineStatus.SKIPPED, problem)


def test_no_reason_and_no_customer_reaches_a_log(
    ledger: Ledger,
    single: Line,
    zid_client: Client,
    pace: Pacer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)

    lose(single, ledger, zid_client, pace, applied=True)
    sending.settle(line=single, zid=zid_client)

    assert "Sorry" not in caplog.text
    assert "1001" not in caplog.text


def test_it_shortens_the_merchants_text_and_never_the_reference() -> None:
    text = "سبب طويل " * 100

    sent = reference.reason_with("ref-2345678923", text=text)

    assert len(sent) <= 190
    assert reference.is_in(sent, reference="ref-2345678923")
    assert sent.startswith("سبب طويل سبب طويل")


def test_a_reference_is_short_and_never_a_word() -> None:
    code = reference.new()

    assert len(code) == 16
    assert not set(code.removeprefix("ref-")) & set("aeiouy")
