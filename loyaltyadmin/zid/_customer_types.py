"""Customers, their points and the entries of their points history."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from loyaltyadmin.zid import _payload


class Direction(enum.StrEnum):
    """Which way points move, as Zid writes it."""

    ADD = "+"
    DEDUCT = "-"

    @classmethod
    def from_wire(cls, value: object) -> Direction | None:
        """Return the direction that Zid's sign means; the docs' older example says "add"."""
        known = {"+": cls.ADD, "-": cls.DEDUCT, "add": cls.ADD}
        return known.get(value) if isinstance(value, str) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer of the store.

    ``mobile`` is an international number without a plus. ``order_total_amount`` is in major
    units of the store's currency. ``points`` is None for one who never had any, or when Zid did
    not say. ``untold`` names the fields that Zid left out or wrote so that nobody can read them:
    what was known of them before may still hold.
    """

    id: int
    name: str | None
    email: str | None
    mobile: str | None
    gender: str | None
    birth_date: datetime.date | None
    is_active: bool | None
    is_verified: bool | None
    kind: str | None
    business_name: str | None
    points: int | None
    order_total_amount: Decimal | None
    order_count: int | None
    last_order_at: datetime.datetime | None
    city_name_ar: str | None
    city_name_en: str | None
    tags: tuple[str, ...]
    created_at: datetime.datetime | None
    updated_at: datetime.datetime | None
    untold: frozenset[str] = frozenset()

    @classmethod
    def from_payload(cls, payload: object, *, endpoint: str) -> Self:
        """Read one customer of the list."""
        return cls.from_fields(_payload.Fields(payload, endpoint=endpoint))

    @classmethod
    def from_detail_payload(cls, payload: object, *, endpoint: str) -> Self:
        """Read ``customer`` of the page about one customer."""
        return cls.from_fields(_payload.Fields(payload, endpoint=endpoint).inside("customer"))

    @classmethod
    def from_fields(cls, fields: _payload.Fields) -> Self:
        """Insist on the id; everything else describes."""
        city = fields.maybe_inside("city")
        told: dict[str, Any] = {
            name: fields.may(convert, wire) for name, (convert, wire) in _DESCRIBING.items()
        }
        untold = {name for name, it in told.items() if fields.is_untold(it, _DESCRIBING[name][1])}
        cities: dict[str, Any] = {
            "city_name_ar": city.may(_payload.to_identifier, "ar_name", "name"),
            "city_name_en": city.may(_payload.to_identifier, "en_name", "name"),
        }
        tags = fields.maybe_texts("tags")
        if not any(cities.values()) and fields.is_untold(None, "city"):
            untold |= set(cities)
        if not tags and fields.is_untold(None, "tags") and fields.raw("tags") != []:
            untold.add("tags")
        return cls(
            id=fields.must(_payload.to_integer, "id"),
            tags=tags,
            untold=frozenset(untold),
            **cities,
            **told,
        )


def _to_points(value: object) -> int | None:
    # A number in the list, an object on the customer's own page (Zid's docs, "Customers").
    return _payload.to_integer(value.get("points") if isinstance(value, dict) else value)


# What describes a customer: how it is read, and Zid's name for it.
_DESCRIBING: dict[str, tuple[Callable[[object], Any], str]] = {
    "name": (_payload.to_identifier, "name"),
    "email": (_payload.to_identifier, "email"),
    "mobile": (_payload.to_identifier, "mobile"),
    "gender": (_payload.to_identifier, "gender"),
    "birth_date": (_payload.to_day, "birth_date"),
    "is_active": (_payload.to_flag, "is_active"),
    "is_verified": (_payload.to_flag, "verified"),
    "kind": (_payload.to_identifier, "type"),
    "business_name": (_payload.to_identifier, "business_name"),
    "points": (_to_points, "points"),
    "order_total_amount": (_payload.to_number, "order_total_payments"),
    "order_count": (_payload.to_integer, "order_counts"),
    "last_order_at": (_payload.to_moment, "last_order_date"),
    "created_at": (_payload.to_moment, "created_at"),
    "updated_at": (_payload.to_moment, "updated_at"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPage:
    """One page of customers. ``total_count`` counts all pages, or is None.

    ``listed_count`` is how many stand on the page, those included that have no readable id.
    """

    customers: tuple[Customer, ...]
    listed_count: int
    total_count: int | None

    @classmethod
    def from_payload(cls, payload: object, *, endpoint: str) -> Self:
        """Read ``customers`` and ``total_customers_count``.

        One customer without an id must not hide all others; if none has one, Zid writes them in a
        way that we do not know.
        """
        fields = _payload.Fields(payload, endpoint=endpoint)
        listed = fields.each("customers")
        readable = [it for it in listed if it.may(_payload.to_integer, "id") is not None]
        return cls(
            customers=tuple(map(Customer.from_fields, readable or listed)),
            listed_count=len(listed),
            total_count=fields.may(_payload.to_integer, "total_customers_count"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsEntry:
    """One move of points. ``points`` is never negative; ``direction`` carries the sign.

    ``reason`` is what was sent with the adjustment, verbatim. ``status`` is in lower case, such
    as ``"active"``, ``"pending"`` or ``"expired"``.
    """

    date: datetime.datetime
    reason: str | None
    points: int
    direction: Direction
    type: str | None
    order_code: str | None
    expires_at: datetime.datetime | None
    status: str | None

    @classmethod
    def from_payload(cls, payload: object, *, endpoint: str) -> Self:
        """Read one entry."""
        return cls.from_fields(_payload.Fields(payload, endpoint=endpoint))

    @classmethod
    def adjusted_from_payload(cls, payload: object, *, endpoint: str) -> Self:
        """Read ``data``, the entry that an adjustment answers with."""
        return cls.from_fields(_payload.Fields(payload, endpoint=endpoint).inside("data"))

    @classmethod
    def history_from_payload(cls, payload: object, *, endpoint: str) -> tuple[Self, ...]:
        """Read ``history``; insist on a list.

        Whether an adjustment was applied is decided by looking here, so a history that cannot
        be read must never look like one without entries.
        """
        fields = _payload.Fields(payload, endpoint=endpoint)
        return tuple(map(cls.from_fields, fields.each("history")))

    @classmethod
    def from_fields(cls, fields: _payload.Fields) -> Self:
        """Insist on when, how much and which way; and on a reason being text or absent."""
        text, reason = _payload.to_identifier, fields.raw("reason")
        status = fields.may(text, "point_status_code", "point_status")
        return cls(
            date=fields.must(_payload.to_moment, "date"),
            reason=None if reason is None else fields.must(_payload.to_text, "reason"),
            points=abs(fields.must(_payload.to_integer, "points")),
            direction=fields.must(Direction.from_wire, "direction"),
            type=fields.may(text, "type"),
            order_code=fields.may(text, "order_code"),
            expires_at=fields.may(_payload.to_moment, "expiry_date"),
            status=None if status is None else status.lower(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPoints:
    """What a customer has: ``available`` can be spent now. All numbers are points."""

    balance: int
    pending: int | None
    available: int
    used: int | None
    total_positive: int | None
    history: tuple[PointsEntry, ...]

    @classmethod
    def from_payload(cls, payload: object, *, endpoint: str) -> Self:
        """Read ``loyalty_points_info``, the manager's view."""
        fields = _payload.Fields(payload, endpoint=endpoint)
        return cls.from_fields(fields.inside("loyalty_points_info"))

    @classmethod
    def wallet_from_payload(cls, payload: object, *, endpoint: str) -> Self:
        """Read ``wallet``, the shopper's view."""
        return cls.from_fields(_payload.Fields(payload, endpoint=endpoint).inside("wallet"))

    @classmethod
    def from_fields(cls, fields: _payload.Fields) -> Self:
        """Insist on both balances, unless the object is empty: then there are no points yet."""
        if not fields:
            return cls(balance=0, pending=0, available=0, used=0, total_positive=0, history=())
        number = _payload.to_integer
        return cls(
            balance=fields.must(number, "points_balance"),
            pending=fields.may(number, "pending_points_balance"),
            available=fields.must(number, "available_poitns", "available_points"),
            used=fields.may(number, "used_poitns", "used_points"),
            total_positive=fields.may(number, "total_positive_points"),
            history=tuple(map(PointsEntry.from_fields, fields.each("history"))),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopperPoints:
    """What a shopper sees of their points."""

    available: int
    used: int | None

    @classmethod
    def from_payload(cls, payload: object, *, endpoint: str) -> Self:
        """Read ``points``."""
        fields = _payload.Fields(payload, endpoint=endpoint).inside("points")
        number = _payload.to_integer
        return cls(
            available=fields.must(number, "available_poitns", "available_points") if fields else 0,
            used=fields.may(number, "used_poitns", "used_points") if fields else 0,
        )
