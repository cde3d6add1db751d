"""What a line asks for, from its points and, if there is such a column, the word beside them."""

from __future__ import annotations

import functools

from loyaltyadmin.customers.folding import fold
from loyaltyadmin.points_adjustments.sheet.numbers import whole
from loyaltyadmin.points_adjustments.sheet.types import MOST_POINTS
from loyaltyadmin.points_adjustments.states import Action

_ADD = ("add", "plus", "give", "increase", "+", "إضافة", "زيادة", "منح")
_TAKE = ("take", "minus", "deduct", "subtract", "remove", "-", "−", "خصم", "سحب")
_TAKE_TOO = ("إنقاص", "نقص", "حذف", "take away")
_SET = ("set", "set to", "تعيين", "ضبط")
_RESET = ("reset", "reset to zero", "تصفير")
_NAMED = {
    fold(word): action
    for words, action in (
        (_ADD, Action.ADD),
        ((*_TAKE, *_TAKE_TOO), Action.TAKE),
        (_SET, Action.SET),
        (_RESET, Action.RESET),
    )
    for word in words
}


def is_named(text: str) -> bool:
    return len(text) <= 20 and _action_of(text) is not None


def action_and_amount(points: str, named: str) -> tuple[Action, int] | str:
    """This will give what is asked for and its amount, or the code of what is wrong with it."""
    action = _action_of(named[:20]) if named else None
    if named and action is None:
        return "bad_action"
    if action is Action.RESET and not points:
        return Action.RESET, 0
    if not points:
        return "missing_points"
    number = whole(points)
    if isinstance(number, str):
        return number
    sign, amount = number
    if action is not None and sign == "-":
        return "sign_and_action"
    if action is Action.RESET:
        return "points_to_reset" if amount else (Action.RESET, 0)
    if amount == 0 and action is not Action.SET:
        return "no_points"
    if amount > MOST_POINTS:
        return "too_many_points"
    return action or (Action.TAKE if sign == "-" else Action.ADD), amount


@functools.lru_cache(maxsize=1000)  # a column has few words, and a hundred thousand lines
def _action_of(word: str) -> Action | None:
    return _NAMED.get(fold(word))
