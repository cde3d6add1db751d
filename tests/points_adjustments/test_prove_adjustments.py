from __future__ import annotations

import io

import pytest
import responses
from django.core.management import CommandError, call_command

from loyaltyadmin.points_adjustments import turns
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import LineStatus
from loyaltyadmin.stores.models import Store
from tests.points_adjustments.conftest import HISTORY, Ledger, make_job

CUSTOMER = 1001


@pytest.fixture
def adjusted(store: Store, ledger: Ledger) -> Line:
    """A customer of whom this app adjusted the points, once."""
    job = make_job(store, customers=1)
    turns.take_turn(store_id=store.id, sleep=lambda seconds: None)
    return job.lines.get()


def prove(store_id: int = 90001, customer_id: int = CUSTOMER) -> str:
    output = io.StringIO()
    call_command(
        "prove_adjustments",
        *("--store", str(store_id), "--customer", str(customer_id)),
        stdout=output,
    )
    return output.getvalue()


def test_it_shows_each_adjustment_beside_zids_entry(adjusted: Line, ledger: Ledger) -> None:
    ledger.entries.append({**ledger.entries[0], "reason": "A purchase"})

    said = prove()

    assert adjusted.reference in said
    assert f"by bulk adjustment {adjusted.job_id}" in said
    assert (
        "1 adjustments of this app, 1 entries at Zid that carry their references, 1 entries" in said
    )
    assert "Each that was made stands at Zid once" in said


def test_what_stands_at_zid_twice_is_named(adjusted: Line, ledger: Ledger) -> None:
    ledger.entries.append(dict(ledger.entries[0]))

    with pytest.raises(CommandError, match=f"do not agree: {adjusted.reference}"):
        prove()


def test_what_was_made_and_is_not_there_is_named(adjusted: Line, ledger: Ledger) -> None:
    ledger.entries.clear()

    with pytest.raises(CommandError, match="do not agree"):
        prove()


def test_what_was_not_made_and_is_there_is_named(adjusted: Line) -> None:
    Line.objects.update(status=LineStatus.REJECTED, applied_at=None)

    with pytest.raises(CommandError, match="do not agree"):
        prove()


def test_another_customers_adjustments_are_not_shown(adjusted: Line) -> None:
    assert adjusted.reference not in prove(customer_id=1002)


def test_it_says_when_zid_does_not_tell(store: Store, zid: responses.RequestsMock) -> None:
    zid.get(HISTORY, status=404)

    with pytest.raises(CommandError, match="Zid does not tell the points history"):
        prove()


def test_it_says_when_the_app_is_not_there(db: None) -> None:
    with pytest.raises(CommandError, match="not installed on store 7"):
        prove(store_id=7)
