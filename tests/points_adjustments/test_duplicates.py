"""What becomes of several lines for one customer."""

from __future__ import annotations

import pytest

from loyaltyadmin.points_adjustments.duplicates import Duplicates, resolve
from loyaltyadmin.points_adjustments.sheet import Problem, Row, Sheet
from loyaltyadmin.points_adjustments.states import Action

ADD, TAKE, SET, RESET = Action.ADD, Action.TAKE, Action.SET, Action.RESET


def row(
    position: int, customer_id: int, amount: int, action: Action = ADD, reason: str = ""
) -> Row:
    return Row(
        position=position, customer_id=customer_id, action=action, amount=amount, reason=reason
    )


SHEET = Sheet(
    rows=[
        row(2, 1001, 50),
        row(3, 1002, 7),
        row(4, 1001, 20, TAKE, "x"),
        row(5, 1001, 1, ADD, "y"),
    ],
    problems=[Problem(line=6, code="no_points", value="0")],
)


def told(sheet: Sheet) -> tuple[list[tuple[object, ...]], list[tuple[int, str]]]:
    rows = [(it.position, it.customer_id, it.action, it.amount, it.reason) for it in sheet.rows]
    return rows, [(it.line, it.code) for it in sheet.problems]


def test_each_line_can_be_sent_by_itself() -> None:
    assert resolve(sheet=SHEET, policy=Duplicates.EACH) == SHEET


def test_lines_can_be_added_up() -> None:
    assert told(resolve(sheet=SHEET, policy=Duplicates.SUM)) == (
        [(2, 1001, ADD, 31, "x"), (3, 1002, ADD, 7, "")],
        [(6, "no_points")],
    )


def test_a_sum_may_take_points_away() -> None:
    sheet = Sheet(rows=[row(2, 1001, 5), row(3, 1001, 20, TAKE)], problems=[])

    assert told(resolve(sheet=sheet, policy=Duplicates.SUM)) == ([(2, 1001, TAKE, 15, "")], [])


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (row(3, 1001, 5, TAKE), "adds_up_to_nothing"),
        (row(3, 1001, 70, SET), "duplicate_balance"),
        (row(3, 1001, 0, RESET), "duplicate_balance"),
        (row(3, 1001, 999_999), "too_many_points"),
    ],
)
def test_what_cannot_be_added_up_is_left_out_and_named(second: Row, code: str) -> None:
    sheet = Sheet(rows=[row(2, 1001, 5), second], problems=[])

    assert told(resolve(sheet=sheet, policy=Duplicates.SUM)) == ([], [(2, code), (3, code)])


def test_the_first_line_can_be_kept_alone() -> None:
    assert told(resolve(sheet=SHEET, policy=Duplicates.FIRST)) == (
        [(2, 1001, ADD, 50, ""), (3, 1002, ADD, 7, "")],
        [(4, "duplicate_customer"), (5, "duplicate_customer"), (6, "no_points")],
    )


def test_customers_with_several_lines_can_be_refused() -> None:
    refused = [(line, "duplicate_customer") for line in (2, 4, 5)]

    assert told(resolve(sheet=SHEET, policy=Duplicates.REFUSE)) == (
        [(3, 1002, ADD, 7, "")],
        [*refused, (6, "no_points")],
    )


@pytest.mark.parametrize("policy", list(Duplicates))
def test_a_sheet_without_duplicates_stays_as_it_is(policy: Duplicates) -> None:
    sheet = Sheet(rows=[row(2, 1001, 5), row(3, 1002, 70, SET)], problems=[])

    assert resolve(sheet=sheet, policy=policy) == sheet
