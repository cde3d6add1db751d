"""Lines of what was over long ago are removed; the totals stay, and so does all that is needed."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.notices.models import Fate, Message, Notice, Recipient
from loyaltyadmin.points_adjustments import operations, outcomes, progress, turns
from loyaltyadmin.points_adjustments.models import BulkAdjustment, LeftOut, Line
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.recurring_adjustments.models import Run
from loyaltyadmin.recurring_adjustments.operations import points_given_by
from loyaltyadmin.store_data import forgetting
from loyaltyadmin.stores.models import Store
from tests.notices.conftest import ask, finished_job
from tests.pages import Page
from tests.points_adjustments.conftest import Ledger, make_job, make_line
from tests.recurring_adjustments.conftest import make_recurring

LONG_AGO = dt.timedelta(days=401)


def old_job(store: Store, *, customers: int = 3, **fields: Any) -> BulkAdjustment:
    """A bulk adjustment that ended longer ago than its lines are kept."""
    return finished_job(
        store, customers=customers, **{"ended_at": timezone.now() - LONG_AGO, **fields}
    )


def forget() -> None:
    assert not forgetting.forget_old_lines(is_stopping=lambda: False)


def page_of(job: BulkAdjustment, merchant: Client) -> str:
    return Page(merchant.get(f"/bulk-adjustments/{job.id}/")).one("body").text


def test_the_lines_go_and_the_totals_stay(store: Store, merchant: Client) -> None:
    job = old_job(store)
    job.lines.filter(position=2).update(status=LineStatus.REJECTED, applied_at=None)
    LeftOut.objects.create(job=job, position=9, code="no_customer", customer="0500000077")
    before = progress.progress_of(job=job)
    entries = Entry.objects.count()

    forget()

    job.refresh_from_db()
    assert not Line.objects.exists()
    assert not LeftOut.objects.exists()
    assert progress.progress_of(job=job) == before
    assert Entry.objects.count() == entries
    said = page_of(job, merchant)
    assert "3 of 3 lines processed" in said
    today = f"{timezone.localdate():%d %B %Y}".lstrip("0")
    assert f"The details of this bulk adjustment were removed on {today}" in said


def test_what_a_cancelled_one_had_not_reached_is_still_told_apart(store: Store) -> None:
    job = old_job(store, status=JobStatus.CANCELLED, cancel_reason="merchant")
    job.lines.filter(position=2).update(
        status=LineStatus.SKIPPED, applied_at=None, problem="cancelled"
    )

    forget()

    job.refresh_from_db()
    counts = progress.progress_of(job=job)
    assert (outcomes.processed_of(job=job, counts=counts), counts.lines) == (2, 3)


def test_what_ended_lately_stays(store: Store) -> None:
    job = old_job(store, ended_at=timezone.now() - dt.timedelta(days=399))
    single = make_line(store, status=LineStatus.SKIPPED, ended_at=timezone.now())

    forget()

    assert job.lines.count() == 3
    assert Line.objects.filter(id=single.id).exists()


def test_the_operator_says_how_long_and_may_say_for_ever(store: Store, settings: Any) -> None:
    job = old_job(store)
    settings.KEEP_LINES_DAYS = 0
    forget()
    for_ever = job.lines.count()

    settings.KEEP_LINES_DAYS = 500
    forget()
    longer = job.lines.count()

    assert (for_ever, longer) == (3, 3)


def test_single_adjustments_go_with_what_their_customers_were_told(store: Store) -> None:
    done_at = timezone.now() - LONG_AGO
    line = make_line(
        store, status=LineStatus.APPLIED, applied_at=done_at, ended_at=done_at, created_at=done_at
    )
    notice = Notice.objects.create(
        store=store, line=line, channel=Channel.EMAIL, text_en="Hello", asked_at=done_at,
        look_at=done_at, ended_at=done_at,
    )  # fmt: skip
    recipient = Recipient.objects.create(
        store_id=store.id, channel=Channel.EMAIL, fingerprint="f" * 64, token="t" * 22
    )
    Message.objects.create(
        notice=notice, line=line, recipient=recipient, fate=Fate.SENT, claimed_at=done_at,
        ended_at=done_at,
    )  # fmt: skip

    forget()

    assert not Line.objects.exists()
    assert not Notice.objects.exists()
    assert Recipient.objects.exists()  # what its owner wants lasts


@pytest.mark.parametrize("status", [LineStatus.UNSETTLED, LineStatus.UNKNOWN])
def test_lines_without_an_outcome_keep_all_of_their_job(store: Store, status: LineStatus) -> None:
    job = old_job(store)
    moment = timezone.now() - LONG_AGO
    open_since = {"unknown_at": moment, "look_at": moment} if status == LineStatus.UNKNOWN else {}
    job.lines.filter(position=2).update(status=status, applied_at=None, ended_at=None, **open_since)
    make_line(store, status=status, created_at=moment, **open_since)

    forget()

    assert Line.objects.count() == 4


def test_what_is_not_over_stays(store: Store) -> None:
    job = make_job(store)
    BulkAdjustment.objects.filter(id=job.id).update(
        created_at=timezone.now() - LONG_AGO, confirmed_at=timezone.now() - LONG_AGO
    )
    job.lines.update(created_at=timezone.now() - LONG_AGO)

    forget()

    assert job.lines.count() == 3


def test_what_takes_it_back_keeps_it_until_that_is_old_too(store: Store) -> None:
    job = old_job(store)
    undo = operations.undo_bulk_adjustment(job=job, by=OPERATOR, reason_for=str)

    forget()
    as_a_draft = job.lines.count()
    moment = timezone.now() - LONG_AGO
    undo.lines.update(status=LineStatus.SKIPPED, ended_at=moment)
    BulkAdjustment.objects.filter(id=undo.id).update(
        status=JobStatus.FINISHED, confirmed_at=moment, started_at=moment, ended_at=moment
    )
    forget()
    forget()

    assert as_a_draft == 3
    assert not Line.objects.exists()


def test_customers_who_are_still_to_be_told_keep_it(store: Store) -> None:
    job = old_job(store)
    notice = ask(job)
    forget()
    waiting = job.lines.count()

    Notice.objects.filter(id=notice.id).update(ended_at=timezone.now())
    forget()

    assert (waiting, job.lines.count()) == (3, 0)


def test_how_many_were_told_stays_on_its_page(store: Store, merchant: Client) -> None:
    job = old_job(store)
    notice = ask(job)
    Notice.objects.filter(id=notice.id).update(ended_at=timezone.now())
    recipient = Recipient.objects.create(
        store_id=store.id, channel=Channel.EMAIL, fingerprint="f" * 64, token="t" * 22
    )
    for line in job.lines.all():
        Message.objects.create(
            notice=notice, line=line, recipient=recipient, fate=Fate.SENT,
            claimed_at=timezone.now(), ended_at=timezone.now(),
        )  # fmt: skip

    forget()

    assert not Message.objects.exists()
    assert "3 customers told" in page_of(job, merchant)


def test_it_can_no_longer_be_taken_back_sent_again_or_told_of(
    store: Store, merchant: Client
) -> None:
    job = old_job(store)
    job.lines.filter(position=2).update(status=LineStatus.REJECTED, applied_at=None)
    forget()

    for what in ("undo", "retry", "tell"):
        answer = merchant.post(f"/bulk-adjustments/{job.id}/{what}/", follow=True)

        assert "The details of this bulk adjustment were removed" in answer.content.decode()
    assert BulkAdjustment.objects.count() == 1
    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))
    assert not page.has("button", id="undo")
    assert not page.has("button", id="retry")


@pytest.mark.parametrize("name", ["results.csv", "failed.xlsx"])
def test_its_files_are_refused_with_a_sentence(store: Store, merchant: Client, name: str) -> None:
    job = old_job(store)
    forget()

    answer = merchant.get(f"/bulk-adjustments/{job.id}/{name}")

    assert answer.status_code == 410
    assert "its results can no longer be downloaded" in answer.content.decode()


def test_the_same_file_is_still_recognised(store: Store, merchant: Client) -> None:
    job = old_job(store)
    BulkAdjustment.objects.filter(id=job.id).update(content_digest="f" * 64)
    forget()
    again = make_job(store, confirmed=False)
    BulkAdjustment.objects.filter(id=again.id).update(content_digest="f" * 64)

    said = page_of(again, merchant)

    assert "This very file was sent before." in said
    assert "3 of 3 lines made" in said
    assert "can no longer be told" in said


def test_what_a_recurring_adjustment_gave_is_still_known(store: Store) -> None:
    it = make_recurring(store)
    for job in (old_job(store), finished_job(store)):
        moment = job.ended_at
        Run.objects.create(
            recurring_adjustment=it, due_at=moment, made_at=moment, outcome="started", job=job
        )
    before = points_given_by(those=[it])

    forget()

    assert Line.objects.count() == 3
    assert points_given_by(those=[it]) == before == {it.id: 60}


def test_what_a_worker_left_half_done_the_next_one_ends(
    store: Store, merchant: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 1)
    job = old_job(store)

    for _ in range(2):
        assert forgetting.forget_old_lines(is_stopping=lambda: True)
    half = job.lines.count()
    said = page_of(job, merchant)
    forget()

    assert half == 2
    assert "3 of 3 lines processed" in said
    assert not Line.objects.exists()


def test_the_proof_says_that_an_adjustment_is_older_than_what_is_kept(
    store: Store, ledger: Ledger
) -> None:
    job = make_job(store, customers=1)
    turns.take_turn(store_id=store.id, sleep=lambda seconds: None)
    job.lines.update(ended_at=timezone.now() - LONG_AGO)
    BulkAdjustment.objects.update(ended_at=timezone.now() - LONG_AGO)
    forget()
    output = io.StringIO()

    call_command("prove_adjustments", "--store", str(store.id), "--customer", "1001", stdout=output)

    assert "0 adjustments of this app" in output.getvalue()
    assert "1 more carry a reference whose adjustment is not here any more" in output.getvalue()
