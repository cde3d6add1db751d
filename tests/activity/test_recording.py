"""A change leaves exactly one entry, whatever comes between the call to Zid and the entry."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from loyaltyadmin.activity import operations, tasks
from loyaltyadmin.activity.models import Action, Attempt, Entry
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors

LATER = operations.LONGEST_ATTEMPT + dt.timedelta(seconds=1)


def change(store: Store, *, raises: BaseException | None = None) -> None:
    with operations.recording(
        store=store,
        by=operations.merchant_of("a-session"),
        action=Action.SET_ACTIVATION,
        before={"is_active": False},
        after={"is_active": True},
    ):
        if raises is not None:
            raise raises


def die_in_the_middle(store: Store) -> AbstractContextManager[Attempt]:
    """Leave what a process leaves that is killed while Zid has not answered.

    Only as long as what comes back is kept: Python ends the block of what nobody has any more.
    """
    recording = operations.recording(
        store=store,
        by=operations.OPERATOR,
        action=Action.SET_ACTIVATION,
        before={"is_active": False},
        after={"is_active": True},
    )
    recording.__enter__()
    return recording


def test_a_change_leaves_one_entry_and_no_attempt(store: Store) -> None:
    change(store)

    assert Entry.objects.get().outcome == "done"
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [
        (errors.Rejected(endpoint="POST /", message="no"), "refused"),
        (errors.OutcomeUnknown(endpoint="POST /"), "unknown"),
        (ZeroDivisionError(), "unknown"),
        (SystemExit(), "unknown"),
    ],
    ids=["refused", "lost", "a mistake of ours", "the process ends"],
)
def test_whatever_may_have_reached_zid_leaves_one_entry(
    store: Store, raised: BaseException, outcome: str
) -> None:
    with pytest.raises(type(raised)):
        change(store, raises=raised)

    assert Entry.objects.get().outcome == outcome
    assert not Attempt.objects.exists()


@pytest.mark.parametrize(
    "raised",
    [
        errors.NotSent,
        errors.NotFound,
        errors.RateLimited,
        errors.TokenRejected,
        errors.ScopeMissing,
    ],
)
def test_what_zid_never_judged_leaves_nothing(store: Store, raised: type[errors.ZidError]) -> None:
    with pytest.raises(raised):
        change(store, raises=raised(endpoint="POST /"))

    assert not Entry.objects.exists()
    assert not Attempt.objects.exists()


def test_a_process_that_died_leaves_an_entry_of_unknown_outcome(store: Store) -> None:
    _dead = die_in_the_middle(store)
    assert not Entry.objects.exists()

    operations.close_lost_attempts(now=timezone.now() + LATER)
    operations.close_lost_attempts(now=timezone.now() + LATER)

    entry = Entry.objects.get()
    assert (entry.outcome, entry.who) == ("unknown", "operator")
    assert (entry.before, entry.after) == ({"is_active": False}, {"is_active": True})
    assert not Attempt.objects.exists()


def test_a_change_that_is_under_way_is_left_alone(store: Store) -> None:
    _dead = die_in_the_middle(store)

    tasks.close_lost_attempts()

    assert not Entry.objects.exists()
    assert Attempt.objects.count() == 1


def test_beat_looks_for_the_lost_ones() -> None:
    sent = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert tasks.close_lost_attempts.name in sent


def test_a_slow_process_does_not_write_a_second_entry(store: Store) -> None:
    with operations.recording(store=store, by=operations.OPERATOR, action=Action.SET_ACTIVATION):
        operations.close_lost_attempts(now=timezone.now() + LATER)

    assert Entry.objects.get().outcome == "unknown"


@pytest.mark.django_db(transaction=True)
def test_it_is_no_part_of_a_transaction_that_may_be_rolled_back(store: Store) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        change(store)
