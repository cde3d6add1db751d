"""What the customers of a segment have in common."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from django.db.models import TextChoices


class Birthday(TextChoices):
    """When it is, seen from the day on which the segment is asked for."""

    ANY = ""
    TODAY = "today"
    THIS_WEEK = "week"  # today and the six days after it
    THIS_MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """All that is given must hold; None and empty texts ask for nothing.

    Points and orders are whole numbers, `paid_*` major units of the store's currency, days the
    store's own.
    """

    points_from: int | None = None
    points_to: int | None = None
    has_points: bool | None = None
    last_order_from: dt.date | None = None
    last_order_to: dt.date | None = None
    orders_from: int | None = None
    paid_from: Decimal | None = None
    paid_to: Decimal | None = None
    city: str = ""
    tag: str = ""
    birthday: str = Birthday.ANY
    is_active: bool | None = None

    def __bool__(self) -> bool:
        return bool(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """This will give what is asked for, as JSON can hold it."""
        return {
            field.name: _plain(value)
            for field in dataclasses.fields(self)
            if (value := getattr(self, field.name)) not in (None, "")
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """This will read what `to_json` gave."""
        readers: dict[str, Callable[[str], object]] = {
            "last_order_from": dt.date.fromisoformat,
            "last_order_to": dt.date.fromisoformat,
            "paid_from": Decimal,
            "paid_to": Decimal,
        }
        values: dict[str, Any] = {
            name: readers[name](value) if name in readers else value
            for name, value in stored.items()
        }
        return cls(**values)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, dt.date | Decimal) else value
