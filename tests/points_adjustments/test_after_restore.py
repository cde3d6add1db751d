"""A backup is restored, and knows nothing of what was sent after it was made."""

from __future__ import annotations

import datetime as dt
import io

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.notices.models import Notice
from loyaltyadmin.notices.operations import tell_customer
from loyaltyadmin.points_adjustments import turns
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.recurring_adjustments import runs
from loyaltyadmin.recurring_adjustments.models import RecurringAdjustment, Run
from loyaltyadmin.stores.models import Store
from tests.notices.conftest import TEXTS, ask, finished_job
from tests.points_adjustments.conftest import Ledger, make_job, make_line
from tests.recurring_adjustments.conftest import make_recurring

SETTLED = dt.timedelta(minutes=2)


def after_restore() -> str:
    output = io.StringIO()
    call_command("after_restore", stdout=output)
    return output.getvalue()


def work(store: Store) -> None:
    turns.take_turn(store_id=store.id, sleep=lambda seconds: None)


def forget_what_was_sent(job: BulkAdjustment) -> None:
    """The rows are again as they were when the backup was made, in the middle of the job."""
    first, *others = job.lines.order_by("position")
    assert first.status == LineStatus.APPLIED
    Line.objects.filter(id__in=[line.id for line in others]).update(
        status=LineStatus.PENDING, claimed_at=None, applied_at=None, ended_at=None
    )
    BulkAdjustment.objects.filter(id=job.id).update(status=JobStatus.RUNNING, ended_at=None)


def test_a_job_goes_on_and_pays_nobody_twice_who_was_paid_after_the_backup(
    ledger: Ledger, store: Store
) -> None:
    job = make_job(store, customers=4)
    work(store)
    forget_what_was_sent(job)
    # One of them was not sent when the accident came.
    unsent = job.lines.order_by("position").last()
    assert unsent is not None
    ledger.entries = [it for it in ledger.entries if it["customer_id"] != unsent.customer_id]

    said = after_restore()
    with time_machine.travel(timezone.now() + SETTLED):
        work(store)
    with time_machine.travel(timezone.now() + 2 * SETTLED):
        work(store)

    job.refresh_from_db()
    assert "3 lines will be looked up" in said
    assert sorted(it["customer_id"] for it in ledger.entries) == [1001, 1002, 1003, 1004]
    assert set(job.lines.values_list("status", flat=True)) == {LineStatus.APPLIED}
    assert job.status == JobStatus.FINISHED


def test_a_draft_that_may_have_been_confirmed_since_is_thrown_away(
    ledger: Ledger, store: Store
) -> None:
    draft = make_job(store, confirmed=False)

    after_restore()
    work(store)

    draft.refresh_from_db()
    assert draft.status == JobStatus.CANCELLED
    assert ledger.adjustments == 0


def test_a_run_that_may_have_been_made_since_is_missed_and_the_next_one_comes(
    store: Store,
) -> None:
    it = make_recurring(store, next_run_at=timezone.now() - dt.timedelta(hours=1))

    after_restore()

    it = RecurringAdjustment.objects.get(id=it.id)
    assert runs.due_ids() == []
    assert it.next_run_at is not None
    assert Run.objects.get().outcome == Run.Outcome.MISSED


def test_nobody_is_told_what_they_may_have_been_told_since(store: Store) -> None:
    ask(finished_job(store))
    tell_customer(line=make_line(store), by=OPERATOR, channel=Channel.EMAIL, texts=TEXTS)

    after_restore()

    assert not Notice.objects.filter(stopped_at=None).exists()


@pytest.mark.usefixtures("db")
def test_an_empty_installation_has_nothing_to_doubt() -> None:
    assert "0 lines" in after_restore()
