"""What points are worth under a program: arithmetic on its rules and methods, no call to Zid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from loyaltyadmin.zid.types import CashbackRule, Program, RedemptionKind, RedemptionMethod

CENT = Decimal("0.01")
# What one point is worth is often less than the smallest coin.
FINEST = Decimal("0.0001")
USUAL_BASKET = Decimal(250)  # for what depends on the basket; in any of Zid's currencies


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

    @property
    def gives_back_too_much(self) -> bool:
        return self.worth is not None and self.worth > self.basket


def example_of(
    *, amount_to_spend: Decimal, points_rewarded: int, methods: Sequence[RedemptionMethod]
) -> Example:
    """This will work out an example for a rule: a basket of 250, or of more for a dearer rule.

    Zid's docs do not say whether a begun amount counts; points are given for full ones here.
    """
    basket = max(USUAL_BASKET, amount_to_spend)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What a redemption method is worth, and what speaks against it.

    Amounts in major units of the store's currency. `discount` is what it takes off, a percentage
    of `basket`; `point` is what a point is then worth. `spent` is how little a shopper can spend to
    earn its points: None when no rule is on.
    """

    method: RedemptionMethod
    basket: Decimal
    discount: Decimal
    point: Decimal
    spent: Decimal | None
    gives_back_too_much: bool
    better: RedemptionMethod | None
    makes_pointless: tuple[RedemptionMethod, ...]

    @property
    def is_percentage(self) -> bool:
        return self.method.kind is RedemptionKind.PERCENTAGE


def weigh(
    *,
    method: RedemptionMethod,
    rules: Sequence[CashbackRule],
    methods: Sequence[RedemptionMethod],
) -> Weighed:
    """This will weigh a method against the rules by which points are earned, and the others.

    A method that is off makes none pointless, and is none.
    """
    discount = discount_of(method=method)
    spent = spend_to_earn(points=method.points_to_redeem, rules=rules)
    others = [other for other in methods if other.id != method.id and other.is_active]
    return Weighed(
        method=method,
        basket=USUAL_BASKET,
        discount=discount.quantize(CENT),
        point=(discount / max(method.points_to_redeem, 1)).quantize(FINEST),
        spent=spent.quantize(CENT) if spent is not None else None,
        gives_back_too_much=gives_back_too_much(method=method, rules=rules),
        better=better_than(method=method, others=others) if method.is_active else None,
        makes_pointless=tuple(
            other for other in others if better_than(method=other, others=[method])
        ),
    )


def weigh_each(*, program: Program) -> list[Weighed]:
    """This will weigh all methods of a program."""
    methods = program.redemption_methods
    return [weigh(method=it, rules=program.cashback_rules, methods=methods) for it in methods]


def discount_of(*, method: RedemptionMethod) -> Decimal:
    """This will give what a method takes off: its amount, or its share of a usual basket."""
    if method.kind is RedemptionKind.PERCENTAGE:
        return USUAL_BASKET * method.discount_value / 100
    return method.discount_value


def gives_back_too_much(*, method: RedemptionMethod, rules: Sequence[CashbackRule]) -> bool:
    """Tell whether a method takes off more than a shopper spent to earn its points.

    Every percentage does, of a basket that is large enough; a usual one is what counts here.
    """
    spent = spend_to_earn(points=method.points_to_redeem, rules=rules)
    return spent is not None and discount_of(method=method) > spent


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
