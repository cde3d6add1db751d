from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import (
    JOB_ARROWS,
    JOB_OVER,
    LINE_ARROWS,
    LINE_DONE,
    Action,
    JobStatus,
    LineStatus,
)
from loyaltyadmin.stores.models import Store
from tests.points_adjustments.conftest import make_job, make_line


def test_every_arrow_has_a_reason() -> None:
    assert all(len(reason) > 10 for reason in [*LINE_ARROWS.values(), *JOB_ARROWS.values()])


def test_no_arrow_leaves_a_state_that_is_over() -> None:
    leaving = {arrow for arrow in LINE_ARROWS if arrow[0] in LINE_DONE}
    assert leaving == {(LineStatus.APPLIED, LineStatus.UNDONE)}
    assert not {origin for origin, _ in JOB_ARROWS} & JOB_OVER


def test_a_claimed_or_unknown_line_becomes_pending_only_by_the_two_arrows_that_prove_it() -> None:
    arrows = {origin for origin, to in LINE_ARROWS if to is LineStatus.PENDING}

    assert arrows == {LineStatus.CLAIMED, LineStatus.UNKNOWN}


def test_it_refuses_a_way_that_the_table_does_not_have(store: Store) -> None:
    line = make_line(store)

    with pytest.raises(ValueError, match="no line goes from"):
        line.move(to=LineStatus.APPLIED, applied_at=timezone.now(), ended_at=timezone.now())


def test_it_lets_one_of_two_processes_claim_a_line(store: Store) -> None:
    line = make_line(store)
    same_line = Line.objects.get(id=line.id)

    first = line.move(to=LineStatus.CLAIMED, claim=uuid.uuid4(), claimed_at=timezone.now())
    second = same_line.move(to=LineStatus.CLAIMED, claim=uuid.uuid4(), claimed_at=timezone.now())

    assert (first, second) == (True, False)


def test_it_lets_only_the_holder_of_the_claim_write_the_outcome(store: Store) -> None:
    line = make_line(store)
    stale = Line.objects.get(id=line.id)
    stale.status, stale.claim = LineStatus.CLAIMED, uuid.uuid4()
    line.move(to=LineStatus.CLAIMED, claim=uuid.uuid4(), claimed_at=timezone.now())

    moved = stale.move(to=LineStatus.PENDING, claimed_at=None)

    assert not moved
    assert Line.objects.get().status == LineStatus.CLAIMED


def test_it_ignores_what_was_read_about_an_earlier_doubt(store: Store) -> None:
    line = make_line(store)

    def send_and_lose() -> None:
        line.move(to=LineStatus.CLAIMED, claim=uuid.uuid4(), claimed_at=timezone.now())
        line.move(to=LineStatus.UNKNOWN, unknown_at=timezone.now(), look_at=timezone.now())

    send_and_lose()
    slow_reader = Line.objects.get(id=line.id)
    line.move(to=LineStatus.PENDING)
    send_and_lose()

    moved = slow_reader.move(to=LineStatus.PENDING)

    assert not moved
    assert Line.objects.get().status == LineStatus.UNKNOWN


@pytest.mark.parametrize(
    "fields",
    [
        {"points": 0},
        {"points": None},
        {"direction": ""},
        {"action": Action.SET},
        {"action": Action.RESET, "target": 7},
        {"action": Action.ADD, "target": 7},
        {"status": LineStatus.CLAIMED},
        {"status": LineStatus.PENDING, "claim": uuid.uuid4()},
        {"status": LineStatus.UNKNOWN},
        {"status": LineStatus.APPLIED},
        {"status": LineStatus.APPLIED, "ended_at": timezone.now()},
        {"status": LineStatus.REJECTED},
        {"status": LineStatus.SKIPPED},
    ],
)
def test_the_database_refuses_a_line_that_contradicts_itself(
    store: Store, fields: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_line(store, **fields)


def test_the_database_lets_one_bulk_adjustment_run_in_a_store(
    store: Store, other_store: Store
) -> None:
    running, waiting, elsewhere = make_job(store), make_job(store), make_job(other_store)
    running.move(to=JobStatus.RUNNING)
    elsewhere.move(to=JobStatus.RUNNING)

    with pytest.raises(IntegrityError), transaction.atomic():
        waiting.move(to=JobStatus.RUNNING)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": JobStatus.RUNNING},
        {"status": JobStatus.PAUSED, "confirmed_at": timezone.now()},
        {"status": JobStatus.FINISHED, "confirmed_at": timezone.now()},
        {"status": JobStatus.DRAFT, "pause_reason": "merchant"},
    ],
)
def test_the_database_refuses_a_bulk_adjustment_that_contradicts_itself(
    store: Store, fields: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BulkAdjustment.objects.create(
            store=store,
            source=BulkAdjustment.Source.PAGE,
            created_at=timezone.now(),
            **fields,
        )


def test_every_line_has_a_reference_of_its_own(store: Store) -> None:
    first = make_line(store)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_line(store, reference=first.reference)
