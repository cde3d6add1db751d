"""The loyalty program: its rules, its methods, its totals and its info page."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from loyaltyadmin.zid import _payload, errors


@dataclass(frozen=True, slots=True, kw_only=True)
class CashbackRule:
    """Points for money: ``points_rewarded`` for each ``amount_to_spend``.

    The amount is in major units of the store's currency. ``tags`` and ``level_name`` say which
    customers the rule is for; empty and None mean everybody.
    """

    id: str
    is_point_of_sale: bool
    points_rewarded: int
    amount_to_spend: Decimal
    is_active: bool
    tags: tuple[str, ...]
    level_name: str | None

    @classmethod
    def from_payload(cls, payload: object, *, endpoint: str) -> Self:
        """Read one rule."""
        return cls.from_fields(_payload.Fields(payload, endpoint=endpoint))

    @classmethod
    def from_fields(cls, fields: _payload.Fields) -> Self:
        """Read one rule; insist on what the merchant can change."""
        available_to = fields.maybe_inside("available_to")
        level = available_to.maybe_inside("level")
        return cls(
            id=fields.must(_payload.to_identifier, "id"),
            is_point_of_sale=fields.raw("external_id") == "pos",
            points_rewarded=fields.must(_payload.to_integer, "points_rewarded"),
            amount_to_spend=fields.must(_payload.to_number, "amount_to_spend"),
            is_active=fields.must(_payload.to_flag, "is_active"),
            tags=available_to.maybe_texts("tags"),
            level_name=level.may(_payload.to_identifier, "levelName"),
        )


class RedemptionKind(enum.StrEnum):
    """What a redemption method takes off: money, or per cent of the order."""

    FIXED_RATE = "fixed_rate"
    PERCENTAGE = "percentage"

    @property
    def wire(self) -> str:
        """Return Zid's word for it."""
        return _WIRE_KINDS[self]

    @classmethod
    def from_wire(cls, value: object) -> RedemptionKind | None:
        """Return the kind that Zid's word means, or None."""
        return next((kind for kind, word in _WIRE_KINDS.items() if word == value), None)


_WIRE_KINDS = {
    RedemptionKind.FIXED_RATE: "fixed_rate_settings",
    RedemptionKind.PERCENTAGE: "percentage_discount_settings",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionMethod:
    """A discount for points: ``discount_value`` for ``points_to_redeem``.

    The value is money in major units of the store's currency, or per cent, as ``kind`` says.
    """

    id: str
    name: str | None
    points_to_redeem: int
    kind: RedemptionKind
    discount_value: Decimal
    is_active: bool

    @classmethod
    def from_payload(cls, payload: object, *, endpoint: str) -> Self:
        """Read one method."""
        return cls.from_fields(_payload.Fields(payload, endpoint=endpoint))

    @classmethod
    def from_fields(cls, fields: _payload.Fields) -> Self:
        """Read one method; only its name is decorative."""
        return cls(
            id=fields.must(_payload.to_identifier, "id"),
            name=fields.may(_payload.to_identifier, "name"),
            points_to_redeem=fields.must(_payload.to_integer, "points_to_redeem"),
            kind=fields.must(RedemptionKind.from_wire, "rule_type"),
            discount_value=fields.inside("reward").must(_payload.to_number, "discount_value"),
            is_active=fields.must(_payload.to_flag, "is_active"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The whole program of a store; deleted rules and methods are left out.

    The totals are points, and None where Zid did not say. ``points_expiration_days`` is None
    when points never expire.
    """

    is_active: bool
    cashback_rules: tuple[CashbackRule, ...]
    redemption_methods: tuple[RedemptionMethod, ...]
    earned_points: int | None
    redeemed_points: int | None
    pending_points: int | None
    customers_with_points_count: int | None
    points_expiration_days: int | None

    @classmethod
    def from_payload(cls, payload: object, *, endpoint: str) -> Self:
        """Read the program, Zid's misspellings included."""
        fields = _payload.Fields(payload, endpoint=endpoint)
        number = _payload.to_integer
        return cls(
            is_active=fields.must(_payload.to_flag, "is_active"),
            cashback_rules=tuple(map(CashbackRule.from_fields, _kept(fields, "cashback_rules"))),
            redemption_methods=tuple(
                map(RedemptionMethod.from_fields, _kept(fields, "redemption_rules"))
            ),
            earned_points=fields.may(number, "total_earned_points"),
            redeemed_points=fields.may(number, "total_redemed_points", "total_redeemed_points"),
            pending_points=fields.may(number, "total_pending_points"),
            customers_with_points_count=fields.may(number, "total_customers_with_points"),
            points_expiration_days=fields.may(number, "expiration_peroid", "expiration_period"),
        )


def _kept(fields: _payload.Fields, name: str) -> list[_payload.Fields]:
    return [item for item in fields.each(name) if not item.raw("deleted_at")]


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoPage:
    """The page that tells shoppers about the program. The contents are the merchant's HTML."""

    title_ar: str | None
    title_en: str | None
    content_ar: str | None
    content_en: str | None

    @classmethod
    def from_payload(cls, payload: object, *, endpoint: str) -> Self:
        """Read ``payload``; a page never written comes as an empty object.

        An odd field is not decorative here: an update replaces all four, so what was misread as
        empty would be overwritten.
        """
        outer = _payload.Fields(payload, endpoint=endpoint)
        if outer.raw("payload") is None:
            raise errors.UnexpectedPayload(endpoint=endpoint, problem="body.payload is missing")
        fields = outer.inside("payload")

        def text(name: str) -> str | None:
            return None if fields.raw(name) is None else fields.must(_to_html, name)

        return cls(
            title_ar=text("title_ar"),
            title_en=text("title_en"),
            content_ar=text("content_ar"),
            content_en=text("content_en"),
        )


def _to_html(value: object) -> str | None:
    return _payload.to_text(value) if isinstance(value, str) else None
