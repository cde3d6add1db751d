"""A draft's lines are brought together by the database as a file's rows are by us."""

from __future__ import annotations

from typing import Any

import pytest

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.points_adjustments import duplicates, joining, operations
from loyaltyadmin.points_adjustments.duplicates import Duplicates
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.sheet import Row, Sheet
from loyaltyadmin.points_adjustments.states import Action
from loyaltyadmin.stores.models import Store

ADD, TAKE, SET, RESET = Action.ADD, Action.TAKE, Action.SET, Action.RESET
# Whom each line is for and what it asks for, with a line of its own for everything that differs.
LINES: list[tuple[int, Action, int]] = [
    *((1001, ADD, 50), (1002, ADD, 7), (1001, TAKE, 20), (1001, ADD, 1)),  # +31
    *((1003, ADD, 5), (1003, TAKE, 20)),  # -15
    *((1004, ADD, 5), (1004, TAKE, 5)),
    *((1005, ADD, 5), (1005, SET, 70)),
    *((1006, RESET, 0), (1006, TAKE, 3)),
    *((1007, ADD, 1_000_000), (1007, ADD, 1)),
    *((1008, TAKE, 1_000_000), (1008, TAKE, 1)),
    *((1009, SET, 9), (1010, ADD, 999_999), (1010, ADD, 1)),
]
SHEET = Sheet(
    rows=[
        Row(position=at, customer_id=customer_id, action=action, amount=amount, reason=f"r{at}")
        for at, (customer_id, action, amount) in enumerate(LINES, start=2)
    ],
    problems=[],
)


def start(store: Store, sheet: Sheet = SHEET) -> BulkAdjustment:
    return operations.start_bulk_adjustment(
        by=OPERATOR, store=store, sheet=sheet, reason="A gift", source=BulkAdjustment.Source.PAGE
    )


def told(job: BulkAdjustment) -> tuple[list[Any], list[Any]]:
    fields = ("position", "customer_id", "action", "direction", "points", "target", "reason")
    cells = ("position", "code", "value", "customer", "points", "action", "reason")
    return (
        list(job.lines.order_by("position").values_list(*fields)),
        list(job.left_out.order_by("position").values_list(*cells)),
    )


@pytest.mark.parametrize("policy", list(Duplicates))
def test_it_makes_of_a_draft_what_is_made_of_a_file(store: Store, policy: Duplicates) -> None:
    job = start(store)

    is_changed = joining.resolve_duplicates(job=job, policy=policy)

    expected = start(store, duplicates.resolve(sheet=SHEET, policy=policy))
    assert told(job) == told(expected)
    assert is_changed == (policy is not Duplicates.EACH)


@pytest.mark.parametrize("policy", list(Duplicates))
def test_it_leaves_all_other_lines_alone(
    store: Store, other_store: Store, policy: Duplicates
) -> None:
    others = [start(store), start(other_store)]
    before = [told(it) for it in others]

    joining.resolve_duplicates(job=start(store), policy=policy)

    assert [told(it) for it in others] == before


def test_a_line_that_becomes_the_sum_is_the_same_line(store: Store) -> None:
    job = start(store)
    before = job.lines.values_list("id", "reference").get(position=2)

    joining.resolve_duplicates(job=job, policy=Duplicates.SUM)

    assert Line.objects.values_list("id", "reference").get(job=job, customer_id=1001) == before


@pytest.mark.parametrize("policy", list(Duplicates))
def test_without_duplicates_nothing_is_changed(store: Store, policy: Duplicates) -> None:
    job = start(store, Sheet(rows=SHEET.rows[:2], problems=[]))

    assert not joining.resolve_duplicates(job=job, policy=policy)
    assert job.lines.count() == 2
