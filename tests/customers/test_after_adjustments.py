"""What this app changes itself, the store's copy of its customers knows without asking Zid."""

from __future__ import annotations

import datetime as dt

import pytest
import responses
from django.utils import timezone

from loyaltyadmin.customers.models import Customer, Hint
from loyaltyadmin.points_adjustments import turns
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.stores.models import Store
from tests.customers.conftest import know
from tests.points_adjustments.conftest import Ledger, make_job

AN_HOUR_AGO = timezone.now() - dt.timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("no_waiting")


def balances(store: Store) -> dict[int, int]:
    return dict(Customer.objects.filter(store=store).values_list("customer_id", "points"))


def test_a_jobs_lines_are_added_to_the_balances(store: Store, zid: responses.RequestsMock) -> None:
    Ledger(zid)
    job = make_job(store, customers=3)
    for line in job.lines.all():
        know(store, line.customer_id, points=100, asked_at=AN_HOUR_AGO)

    turns.take_turn(store_id=store.id)

    expected = {line.customer_id: 100 + (line.points or 0) for line in job.lines.all()}
    assert balances(store) == expected
    assert not Hint.objects.exists()


def test_a_line_that_zid_refuses_changes_no_balance(
    store: Store, zid: responses.RequestsMock
) -> None:
    ledger = Ledger(zid)
    ledger.refuses(422, message="no")
    job = make_job(store, customers=1)
    know(store, job.lines.get().customer_id, points=100, asked_at=AN_HOUR_AGO)

    turns.take_turn(store_id=store.id)

    assert list(balances(store).values()) == [100]


def test_a_line_whose_answer_was_lost_has_its_customer_looked_at_again(
    store: Store, zid: responses.RequestsMock
) -> None:
    ledger = Ledger(zid)
    ledger.loses_the_answer(applied=True)
    job = make_job(store, customers=1)
    customer_id = job.lines.get().customer_id
    know(store, customer_id, points=100, asked_at=AN_HOUR_AGO)

    turns.take_turn(store_id=store.id)
    Line.objects.update(look_at=timezone.now())
    turns.take_turn(store_id=store.id)

    assert job.lines.get().status == "applied"
    assert [hint.customer_id for hint in Hint.objects.all()] == [customer_id]
