from __future__ import annotations

from decimal import Decimal

import pytest

from loyaltyadmin.snapshots import worth
from loyaltyadmin.zid.types import CashbackRule, RedemptionKind, RedemptionMethod


def rule(money: str, points: int, *, is_active: bool = True) -> CashbackRule:
    return CashbackRule(
        id="rule",
        is_point_of_sale=False,
        points_rewarded=points,
        amount_to_spend=Decimal(money),
        is_active=is_active,
        tags=(),
        level_name=None,
    )


def method(
    discount: str,
    points: int,
    *,
    id: str = "method",
    is_active: bool = True,
    kind: RedemptionKind = RedemptionKind.FIXED_RATE,
) -> RedemptionMethod:
    return RedemptionMethod(
        id=id,
        name=None,
        points_to_redeem=points,
        kind=kind,
        discount_value=Decimal(discount),
        is_active=is_active,
    )


def example(money: str, points: int, *methods: RedemptionMethod) -> worth.Example:
    return worth.example_of(amount_to_spend=Decimal(money), points_rewarded=points, methods=methods)


def test_a_basket_of_250_gives_points_that_are_worth_money_by_the_best_active_method() -> None:
    seen = example("1", 1, method("5", 100), method("30", 500), method("90", 100, is_active=False))

    assert (seen.basket, seen.points) == (250, 250)
    assert (seen.worth, seen.percent_back) == (Decimal("15.00"), Decimal("6"))


@pytest.mark.parametrize(("points", "is_too_much"), [(10, False), (11, True)])
def test_a_rule_that_gives_back_more_than_was_spent_is_told(points: int, is_too_much: bool) -> None:
    assert example("1", points, method("10", 100)).gives_back_too_much is is_too_much


def test_a_rule_dearer_than_the_basket_is_shown_with_a_basket_that_earns_something() -> None:
    seen = example("400", 10)

    assert (seen.basket, seen.points) == (400, 10)


def test_only_full_amounts_earn() -> None:
    assert example("100", 7).points == 14


@pytest.mark.parametrize(
    "methods", [(), (method("10", 100, kind=RedemptionKind.PERCENTAGE),)], ids=["none", "percent"]
)
def test_no_worth_is_told_where_none_is_known(methods: tuple[RedemptionMethod, ...]) -> None:
    seen = example("1", 1, *methods)

    assert (seen.worth, seen.percent_back) == (None, None)


@pytest.mark.parametrize(
    ("discount", "points", "is_too_much"),
    [("100", 100, False), ("101", 100, True), ("5", 100, False)],
)
def test_a_method_that_gives_back_more_than_was_spent_is_told(
    discount: str, points: int, is_too_much: bool
) -> None:
    rules = [rule("1", 1), rule("2", 1), rule("1", 50, is_active=False)]

    assert worth.gives_back_too_much(method=method(discount, points), rules=rules) is is_too_much


def test_nothing_is_too_much_where_nothing_is_earned() -> None:
    assert not worth.gives_back_too_much(method=method("100", 1), rules=[])


@pytest.mark.parametrize(
    ("other", "is_better"),
    [
        (("10", 90), True),
        (("11", 100), True),
        (("10", 100), False),
        (("11", 110), False),
        (("9", 90), False),
    ],
)
def test_a_cheaper_method_makes_a_dearer_one_pointless(
    other: tuple[str, int], is_better: bool
) -> None:
    found = worth.better_than(
        method=method("10", 100, id="this"), others=[method(*other, id="other")]
    )

    assert (found is not None) is is_better


def test_a_method_is_not_held_against_one_that_is_off_or_of_another_kind() -> None:
    others = [
        method("10", 90, id="off", is_active=False),
        method("10", 90, id="percent", kind=RedemptionKind.PERCENTAGE),
    ]

    assert worth.better_than(method=method("10", 100, id="this"), others=others) is None
