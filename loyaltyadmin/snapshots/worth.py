"""What points are worth under a program: arithmetic on its rules and methods, no call to Zid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from loyaltyadmin.zid.types import CashbackRule, Program, RedemptionKind, RedemptionMethod

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What a basket brings its buyer. Amounts in major units of the store's currency.

    `worth` and `percent_back` are None when no active method takes off a fixed amount: a
    percentage is worth what the next basket is.
    """

    basket: Decimal
    points: int
    worth: Decimal | None
    percent_back: Decimal | None


def example_of(
    *, amount_to_spend: Decimal, points_rewarded: int, methods: Sequence[RedemptionMethod]
) -> Example:
    """This will work out an example for a rule: a basket of 250, or of more for a dearer rule.

    Zid's docs do not say whether a begun amount counts; points are given for full ones here.
    """
    basket = max(Decimal(250), amount_to_spend)
    points = int((basket / amount_to_spend).to_integral_value(ROUND_DOWN)) * points_rewarded
    best = best_worth_of_a_point(methods=methods)
    if best is None:
        return Example(basket=basket, points=points, worth=None, percent_back=None)
    worth = (points * best).quantize(CENT)
    return Example(
        basket=basket,
        points=points,
        worth=worth,
        percent_back=(100 * worth / basket).quantize(CENT).normalize(),
    )


def best_worth_of_a_point(*, methods: Sequence[RedemptionMethod]) -> Decimal | None:
    """This will give the most money that an active method of a fixed amount gives for a point."""
    worths = [worth_of_a_point(method=method) for method in methods if method.is_active]
    return max((worth for worth in worths if worth is not None), default=None)


def worth_of_a_point(*, method: RedemptionMethod) -> Decimal | None:
    """This will give what a point is worth by this method; None for a percentage."""
    if method.kind is not RedemptionKind.FIXED_RATE or method.points_to_redeem < 1:
        return None
    return method.discount_value / method.points_to_redeem


def spend_to_earn(*, points: int, rules: Sequence[CashbackRule]) -> Decimal | None:
    """This will give how little a shopper can spend to earn `points`, by the best active rule."""
    rates = [
        rule.amount_to_spend / rule.points_rewarded
        for rule in rules
        if rule.is_active and rule.points_rewarded > 0
    ]
    return min(rates) * points if rates else None


def gives_back_too_much(*, method: RedemptionMethod, rules: Sequence[CashbackRule]) -> bool:
    """Tell whether a method takes off more than a shopper spent to earn its points."""
    spent = spend_to_earn(points=method.points_to_redeem, rules=rules)
    if method.kind is RedemptionKind.PERCENTAGE:
        return method.discount_value > 100
    return spent is not None and method.discount_value > spent


def better_than(
    *, method: RedemptionMethod, others: Sequence[RedemptionMethod]
) -> RedemptionMethod | None:
    """This will give an active method that makes this one pointless: no dearer, and no less off."""
    for other in others:
        if other.id == method.id or other.kind is not method.kind or not other.is_active:
            continue
        gain = other.discount_value - method.discount_value
        saving = method.points_to_redeem - other.points_to_redeem
        if gain >= 0 and saving >= 0 and (gain or saving):
            return other
    return None


def what_is_missing(*, program: Program) -> tuple[str, ...]:
    """This will name what keeps a program from working: `off`, `no_rule`, `no_method`."""
    missing = []
    if not program.is_active:
        missing.append("off")
    if not any(rule.is_active for rule in program.cashback_rules):
        missing.append("no_rule")
    if not any(method.is_active for method in program.redemption_methods):
        missing.append("no_method")
    return tuple(missing)
