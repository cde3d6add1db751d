"""Which column is what: by the names in the first lines, or by what stands below them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loyaltyadmin.customers.folding import fold
from loyaltyadmin.points_adjustments.sheet import kinds
from loyaltyadmin.points_adjustments.sheet.kinds import Kind
from loyaltyadmin.points_adjustments.sheet.types import Holds, Unsure

# A title, a date or a logo's empty rows may stand above the names.
HEADER_WITHIN = 10
# How many of the first lines are looked at to find out.
LOOKED_AT = 60

POINTS, ACTION, REASON = "points", "action", "reason"
_NAMES: Mapping[str, Sequence[str]] = {
    Holds.ANY: ("customer", "client", "member", "العميل", "عميل", "الزبون", "العضو"),
    Holds.NUMBER: (
        *("customer id", "customerid", "id", "customer number", "customer no", "customer code"),
        *("رقم العميل", "معرف العميل", "رقم الزبون", "كود العميل", "رقم العضوية", "المعرف"),
    ),
    Holds.EMAIL: (
        *("email", "e mail", "mail", "email address", "e mail address", "customer email"),
        *("البريد", "البريد الإلكتروني", "بريد العميل", "الإيميل", "إيميل", "البريد الالكتروني"),
    ),
    Holds.MOBILE: (
        *("mobile", "phone", "mobile number", "phone number", "customer mobile", "telephone"),
        *("customer phone", "cell", "whatsapp", "الجوال", "جوال", "رقم الجوال", "جوال العميل"),
        *("الهاتف", "رقم الهاتف", "هاتف", "الموبايل", "موبايل", "رقم الموبايل", "التلفون"),
        *("واتساب", "رقم الواتساب"),
    ),
    POINTS: (
        *("points", "point", "loyalty points", "number of points", "points to add", "pts"),
        *("النقاط", "نقاط", "عدد النقاط", "نقاط الولاء", "عدد نقاط الولاء", "النقط"),
    ),
    ACTION: (
        *("action", "direction", "operation", "+/-", "sign"),
        *("الإجراء", "إجراء", "العملية", "الاتجاه", "نوع العملية", "نوع الإجراء", "إضافة/خصم"),
    ),
    REASON: (
        *("reason", "note", "notes", "comment", "السبب", "سبب", "ملاحظة", "ملاحظات", "البيان"),
    ),
}
_CUSTOMERS = (Holds.NUMBER, Holds.EMAIL, Holds.MOBILE, Holds.ANY)


def _folded(name: str) -> str:
    return " ".join(re.sub(r"[\s_\-#:*.()\[\]]+", " ", fold(name)).split())


_MEANINGS = {_folded(name): meaning for meaning, names in _NAMES.items() for name in names}
_Line = tuple[int, list[str]]  # with its position


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where to look for what; indexes of cells, from 0.

    `customers` are asked one after another for the first that is filled in. `first` is the
    position of the first line below the names. `width` is how many columns there are.
    """

    customers: tuple[tuple[Holds, int], ...]
    points: int | None
    action: int | None = None
    reason: int | None = None
    first: int = 1
    width: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What the first lines look like; `code` says why a person has to say so, empty if not.

    `names` are what the columns are called, if anything.
    """

    columns: Columns
    code: str = ""
    names: Sequence[str] = ()


def find(head: Sequence[_Line], *, hidden: frozenset[int] = frozenset()) -> Columns:
    """This will find the columns from the first lines, each with its position.

    Not those that are `hidden`: whoever looked at the file has not seen them.

    Raises: Unsure with `no_header`, `double_header` or `hidden_action`.
    """
    guess = guess_from(head, hidden=hidden)
    if guess.code:
        raise Unsure(guess.code)
    columns = guess.columns
    if columns.action is None and guess_from(head).columns.action in hidden:
        raise Unsure("hidden_action")  # without it points would be added that are to be taken
    return columns


def hidden_with_a_meaning(head: Sequence[_Line], *, hidden: frozenset[int]) -> list[int]:
    """This will tell which of the columns would be read, were they not hidden."""
    columns = guess_from(head).columns
    found = {at for _, at in columns.customers}
    return sorted(hidden & {*found, columns.points, columns.action, columns.reason})


def meanings_of(cells: Sequence[str]) -> dict[str, list[int]]:
    """This will give where each meaning is named in a line of names."""
    found: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        if cell and (meaning := _MEANINGS.get(_folded(cell[:60]))):
            found.setdefault(meaning, []).append(index)
    return found


def guess_from(head: Sequence[_Line], *, hidden: frozenset[int] = frozenset()) -> Guess:
    """This will say what the columns are, as far as what is seen of the first lines tells."""
    visible = [(position, _without(cells, hidden)) for position, cells in head]
    at, found = _header_of(visible)
    if at is None:
        return _without_names(visible, names=head[0][1] if head else ())
    position, names = head[at]
    seen = kinds.of_columns([cells for _, cells in visible[at + 1 :]])
    customers = _customers(found, seen)
    columns = Columns(
        customers=tuple(customers),
        points=_first(found, POINTS),
        action=_first(found, ACTION),
        reason=_first(found, REASON),
        first=position + 1,
        width=len(names),
    )
    code = ""
    if not customers or (columns.points is None and columns.action is None):
        code = "no_header"
    elif any(len(indexes) > 1 for indexes in found.values()) or _says_twice(customers):
        code = "double_header"
    return Guess(columns=columns, code=code, names=names)


def _without(cells: list[str], hidden: frozenset[int]) -> list[str]:
    return [("" if at in hidden else cell) for at, cell in enumerate(cells)]


def _customers(found: Mapping[str, list[int]], seen: Mapping[int, Kind]) -> list[tuple[Holds, int]]:
    """The columns that name customers, those that do so best first."""
    named = [(holds, found[holds][0]) for holds in _CUSTOMERS if holds in found]
    if not named:
        by_content = [(_BY_CONTENT[it], at) for at, it in seen.items() if it in _BY_CONTENT]
        return by_content if len(by_content) == 1 else []
    if Holds.ANY in found and len(named) > 1 and found[Holds.ANY][0] not in seen:
        return named[:-1]  # the customers' names, beside something that tells them apart
    return named


def _says_twice(customers: Sequence[tuple[Holds, int]]) -> bool:
    held = {holds for holds, _ in customers}
    return {Holds.ANY, Holds.NUMBER} <= held


# What a column holds when nearly all of its cells are of one kind.
_BY_CONTENT = {Kind.EMAIL: Holds.EMAIL, Kind.MOBILE: Holds.MOBILE}
_WITHOUT_NAMES = {**_BY_CONTENT, Kind.LARGE_NUMBER: Holds.NUMBER}


def _first(found: Mapping[str, list[int]], meaning: str) -> int | None:
    return found[meaning][0] if meaning in found else None


def _header_of(
    head: Sequence[_Line],
) -> tuple[int | None, dict[str, list[int]]]:
    """Which of the first lines has the most of the names; at least one that says whom or how many.

    A single name counts only in a line of nothing but texts: `1001;50;notes` is no header.
    """
    best: tuple[int, int | None, dict[str, list[int]]] = (0, None, {})
    for at, (_, cells) in enumerate(head[:HEADER_WITHIN]):
        found = meanings_of(cells)
        if set(found) <= {REASON} or not all(kinds.is_name(cell) for cell in cells):
            continue
        if len(found) > best[0]:
            best = (len(found), at, found)
    return best[1], best[2]


def _without_names(head: Sequence[_Line], *, names: Sequence[str]) -> Guess:
    """Columns that nobody named: clear only if there can be no other reading.

    One column that can name customers, and one that can be points. Of two columns of small numbers
    nobody can tell; texts may be names, which are no reasons.
    """
    has_names = bool(head) and all(kinds.is_name(cell) for cell in head[0][1])
    lines = head[1:] if has_names else head
    seen = kinds.of_columns([cells for _, cells in lines])
    customers = [(_WITHOUT_NAMES[it], at) for at, it in seen.items() if it in _WITHOUT_NAMES]
    points = [at for at, kind in seen.items() if kind is Kind.SIGNED]
    small = [at for at, kind in seen.items() if kind is Kind.SMALL_NUMBER]
    actions = [at for at, kind in seen.items() if kind is Kind.ACTION]
    if points and not customers:
        # Points have a sign here and there; customers' numbers have none.
        customers, small = [(Holds.NUMBER, at) for at in small], []
    # Under a name that says something else, numbers without a sign may be anything.
    is_clear = not has_names or bool(points)
    points += small
    columns = Columns(
        customers=tuple(customers[:1]),
        points=points[0] if len(points) == 1 else None,
        action=actions[0] if actions else None,
        first=lines[0][0] if lines else 1,
        width=max((len(cells) for _, cells in lines), default=0),
    )
    is_clear &= len(customers) == 1 and len(points) == 1 and len(actions) <= 1
    code = "" if is_clear else "no_header"
    return Guess(columns=columns, code=code, names=names if has_names else ())
