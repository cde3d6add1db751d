"""Reading Zid's JSON: strict about what we act on, tolerant about how it is written.

Numbers come as text, flags as 1 and 0, and an empty object as ``[]``
(``tests/zid_sandbox/NOTES.md``, "Calls"). The converters below return None for anything they
cannot read; ``Fields`` turns that into ``UnexpectedPayload`` where the field matters, and into
None and a log line where it does not.
"""

from __future__ import annotations

import datetime
import decimal
import json
import logging
import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from loyaltyadmin.zid import errors

T = TypeVar("T")

logger = logging.getLogger("loyaltyadmin.zid")

# Zid writes naive dates in store time (NOTES.md, "Calls"). Saudi Arabia has kept UTC+3 since
# 1947, without summer time; a fixed offset needs no time zone database.
STORE_TIME = datetime.timezone(datetime.timedelta(hours=3), "Asia/Riyadh")

# Far above any number of points or amount of money, and below what is costly to expand:
# int(Decimal("1e999999999")) would take all memory.
_LARGEST = 10**15
_WHOLE = re.compile(r"[+-]?[0-9]{1,15}(\.0{1,20})?")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,20})?")
_FLAGS = {"1": True, "true": True, "0": False, "false": False}


def decode(body: bytes) -> object:
    """Read a JSON body, keeping fractions exact.

    Raises ValueError for everything that is not JSON.
    """
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ArithmeticError, RecursionError):
        raise ValueError("unreadable JSON") from None


def _refuse_constant(_name: str) -> object:
    # NaN and Infinity are no JSON, and no number of points.
    raise ValueError("not a JSON number")


def to_integer(value: object) -> int | None:
    """Return a whole number written as a number, a float or text."""
    if isinstance(value, str):
        return int(Decimal(value.strip())) if _WHOLE.fullmatch(value.strip()) else None
    number = to_number(value)
    return int(number) if number is not None and number == number.to_integral_value() else None


def to_number(value: object) -> Decimal | None:
    """Return an exact number written as a number, a float or text; 12.0 becomes 12."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value := value.strip()):
        return None
    if isinstance(value, int) and abs(value) >= _LARGEST:
        return None
    try:
        number = Decimal(str(value))
        if not number.is_finite() or abs(number) >= _LARGEST:
            return None
        whole = number.to_integral_value()
    except decimal.DecimalException:
        return None
    return whole if whole == number else number


def to_flag(value: object) -> bool | None:
    """Return a flag written as true/false, 1/0 or either as text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _FLAGS.get(value.strip().lower())
    number = to_integer(value)
    return bool(number) if number in (0, 1) else None


def to_text(value: object) -> str | None:
    """Return text; a whole number becomes its digits, an empty text stays empty."""
    if isinstance(value, str):
        # PostgreSQL stores neither NUL nor half a surrogate pair: one odd name must not stop
        # a whole page of customers.
        return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    number = to_integer(value)
    return None if number is None else str(number)


def to_identifier(value: object) -> str | None:
    """Return text that names something; empty text names nothing."""
    return (to_text(value) or "").strip() or None


def to_moment(value: object) -> datetime.datetime | None:
    """Return an aware moment; what comes without an offset is store time."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    # "0000-00-00" and its like: no shop was open then, and such years overflow in time zones.
    if not 1970 <= moment.year < 9999:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=STORE_TIME)


def to_day(value: object) -> datetime.date | None:
    """Return a day written as YYYY-MM-DD, with or without a time behind it."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.date.fromisoformat(value.strip()[:10])
    except ValueError:
        return None


def if_readable(read: Callable[[], T]) -> T | None:
    """Return what a write's answer says, or None: the write itself has succeeded."""
    try:
        return read()
    except errors.UnexpectedPayload:
        return None


class Fields:
    """One JSON object of Zid's, read field by field.

    A field may have several spellings (``available_poitns``, ``available_points``): the first
    one that is there counts. ``where`` is the path so far, for ``UnexpectedPayload.problem``.
    """

    __slots__ = ("_endpoint", "_values", "_where")

    def __init__(self, payload: object, *, endpoint: str, where: str = "body") -> None:
        if payload == []:
            payload = {}  # how Zid writes an empty object
        if not isinstance(payload, dict):
            raise errors.UnexpectedPayload(
                endpoint=endpoint, problem=f"{where} is {_shape(payload)}, not an object"
            )
        self._values: dict[str, object] = payload
        self._endpoint = endpoint
        self._where = where

    def __bool__(self) -> bool:
        return bool(self._values)

    def raw(self, *names: str) -> object:
        """Return the field as it came, or None."""
        return next((self._values[name] for name in names if name in self._values), None)

    def is_untold(self, value: object, *names: str) -> bool:
        """Tell whether None as a field's value is ours: it was left out, or nobody could read it.

        Zid's own ways to say that there is none are null and an empty text.
        """
        if value is not None:
            return False
        return not any(name in self._values for name in names) or self.raw(*names) not in (None, "")

    def must(self, convert: Callable[[object], T | None], *names: str) -> T:
        """Return a field we act on; raise UnexpectedPayload when it is missing or odd."""
        value = convert(self.raw(*names))
        if value is None:
            raise self._unexpected(names[0])
        return value

    def may(self, convert: Callable[[object], T | None], *names: str) -> T | None:
        """Return a decorative field, or None; an odd one is logged by its shape."""
        raw = self.raw(*names)
        value = convert(raw)
        if value is None and raw is not None and raw != "":
            logger.info("%s: %s.%s is %s", self._endpoint, self._where, names[0], _shape(raw))
        return value

    def inside(self, *names: str) -> Fields:
        """Return an object we need; ``[]`` is an empty one."""
        return self._child(self.raw(*names), names[0])

    def maybe_inside(self, *names: str) -> Fields:
        """Return a decorative object; anything else counts as an empty one."""
        raw = self.raw(*names)
        return self._child(raw if isinstance(raw, dict) else {}, names[0])

    def each(self, *names: str) -> list[Fields]:
        """Return a list of objects we act on; raise UnexpectedPayload for anything else."""
        raw = self.raw(*names)
        if not isinstance(raw, list):
            raise self._unexpected(names[0])
        return [self._child(item, f"{names[0]}[]") for item in raw]

    def maybe_texts(self, *names: str) -> tuple[str, ...]:
        """Return a decorative list of names, given as texts or as objects with a name."""
        raw = self.raw(*names)
        items = raw if isinstance(raw, list) else []
        named = (item.get("name") if isinstance(item, dict) else item for item in items)
        return tuple(text for text in map(to_identifier, named) if text is not None)

    def _child(self, value: object, name: str) -> Fields:
        return Fields(value, endpoint=self._endpoint, where=f"{self._where}.{name}")

    def _unexpected(self, name: str) -> errors.UnexpectedPayload:
        shape = _shape(self._values[name]) if name in self._values else "missing"
        return errors.UnexpectedPayload(
            endpoint=self._endpoint, problem=f"{self._where}.{name} is {shape}"
        )


def _shape(value: object) -> str:
    if isinstance(value, dict | list) and not value:
        return "an empty object" if isinstance(value, dict) else "an empty list"
    names = {dict: "an object", list: "a list", str: "text", bool: "a flag", type(None): "null"}
    return names.get(type(value), "a number")
