"""The loyalty program: docs.zid.sa, "Loyalty Program".

Writes travel as form fields, except for the documented PUTs, which are JSON
(``tests/zid_sandbox/NOTES.md``, "Calls").
"""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from loyaltyadmin.zid import _payload
from loyaltyadmin.zid._points import Points
from loyaltyadmin.zid._session import Call
from loyaltyadmin.zid.types import (
    CashbackRule,
    InfoPage,
    Program,
    RedemptionKind,
    RedemptionMethod,
)

_BASE = "/v1/managers/loyalty-program"
_INFO = "/v1/managers/store/loyalty-program-info"


class Loyalty(Points):
    """The store's loyalty program. Besides what is named, each method raises any ``ZidError``."""

    # The program

    def read_program(self) -> Program:
        """This will read rules, methods, totals and switches in one call.

        Shape: Program, without deleted rules and methods.
        Units: points; days; amounts in major units of the store's currency.
        Raises: UnexpectedPayload when a rule lacks what the merchant can change.
        Source: "Loyalty Program Details", GET /v1/managers/loyalty-program/list-data,
        checked 2026-11, captured.
        """
        call = Call(verb="GET", template=f"{_BASE}/list-data")
        return Program.from_payload(self._session.send(call), endpoint=call.endpoint)

    def read_activation(self) -> bool:
        """This will say whether the program is on.

        Shape: True when on.
        Units: none.
        Raises: UnexpectedPayload.
        Source: "Loyalty Status", GET /v1/managers/loyalty-program/loyalty-status,
        checked 2026-11, documented.
        """
        call = Call(verb="GET", template=f"{_BASE}/loyalty-status")
        fields = _payload.Fields(self._session.send(call), endpoint=call.endpoint)
        return fields.must(_payload.to_flag, "loyalty_status")

    def set_activation(self, *, active: bool) -> bool | None:
        """This will turn the program on or off.

        Shape: whether it is on now as Zid answered, or None when the answer does not tell.
        Units: none.
        Raises: Rejected, OutcomeUnknown.
        Source: "Activate Loyalty Program", POST /v1/managers/loyalty-program/activation,
        checked 2026-11, documented.
        """
        call = Call(
            verb="POST", template=f"{_BASE}/activation", form={"activate": str(int(active))}
        )
        payload = self._session.send(call)

        def find() -> bool | None:
            fields = _payload.Fields(payload, endpoint=call.endpoint)
            return fields.maybe_inside("loyalty_program").may(_payload.to_flag, "activated")

        return _payload.if_readable(find)

    def set_points_expiration(self, *, days: int) -> int | None:
        """This will let points expire so many days after they were earned.

        Shape: the period as Zid answered, or None when the answer does not tell.
        Units: days. The docs waver for the answer; the request's field says days.
        Raises: Rejected, OutcomeUnknown.
        Source: "Set Points Expiration", POST /v1/managers/loyalty-program/points-expiration,
        checked 2026-11, documented.
        """
        call = Call(verb="POST", template=f"{_BASE}/points-expiration", form={"days": str(days)})
        payload = self._session.send(call)

        def find() -> int | None:
            fields = _payload.Fields(payload, endpoint=call.endpoint)
            return fields.may(_payload.to_integer, "points_expiry_period")

        return _payload.if_readable(find)

    # Cashback rules

    def update_cashback_rule(
        self, *, rule_id: UUID | str, amount_to_spend: Decimal | int, points_rewarded: int
    ) -> CashbackRule | None:
        """This will change what a cashback rule gives.

        Shape: the rule as Zid answered, or None when the answer does not hold it: read again.
        Units: amount in major units of the store's currency; points.
        Raises: NotFound, Rejected, OutcomeUnknown.
        Source: "Update Cashback Rule",
        POST /v1/managers/loyalty-program/points-collection/update, checked 2026-11, documented.
        """
        form = {
            "ruleId": str(rule_id),
            "config[money]": _number(amount_to_spend),
            "config[points]": str(points_rewarded),
        }
        call = Call(verb="POST", template=f"{_BASE}/points-collection/update", form=form)
        return self._answered_rule(call, "data", rule_id)

    def toggle_cashback_rule(self, *, rule_id: UUID | str, active: bool) -> CashbackRule | None:
        """This will turn a cashback rule on or off.

        Shape: the rule as Zid answered, or None when the answer does not hold it: read again.
        Units: none.
        Raises: NotFound, OutcomeUnknown.
        Source: "Update Cashback Rule Status",
        PUT /v1/managers/loyalty-program/points-collection/update-status, checked 2026-11,
        documented.
        """
        body = {"ruleId": str(rule_id), "activate": int(active)}
        call = Call(verb="PUT", template=f"{_BASE}/points-collection/update-status", json=body)
        return self._answered_rule(call, "activation", rule_id)

    def _answered_rule(self, call: Call, name: str, rule_id: UUID | str) -> CashbackRule | None:
        payload = self._session.send(call)

        def find() -> CashbackRule | None:
            fields = _payload.Fields(payload, endpoint=call.endpoint).inside(name)
            listed = fields.each("points_collection_methods_list")
            ours = (item for item in listed if item.raw("id") == str(rule_id))
            return next(map(CashbackRule.from_fields, ours), None)

        return _payload.if_readable(find)

    # Redemption methods

    def add_redemption_method(
        self,
        *,
        kind: RedemptionKind,
        discount_value: Decimal | int,
        points_to_redeem: int,
        currency: str | None = None,
    ) -> RedemptionMethod | None:
        """This will add a redemption method.

        Shape: the new method as Zid answered, or None when the answer does not hold it.
        Units: money in major units of ``currency`` (the store's, by its code), or per cent.
        Raises: Rejected, OutcomeUnknown.
        Source: "Add Redemption Method", POST /v1/managers/loyalty-program/points-redemption,
        checked 2026-11, captured.
        """
        form = _config(kind, discount_value, points_to_redeem, currency)
        call = Call(verb="POST", template=f"{_BASE}/points-redemption", form=form)
        payload = self._session.send(call)

        def find() -> RedemptionMethod:
            fields = _payload.Fields(payload, endpoint=call.endpoint).inside("points_redemption")
            return RedemptionMethod.from_fields(fields.inside("redemptionRule"))

        return _payload.if_readable(find)

    def update_redemption_method(
        self,
        *,
        method_id: UUID | str,
        kind: RedemptionKind,
        discount_value: Decimal | int,
        points_to_redeem: int,
        currency: str | None = None,
    ) -> None:
        """This will change a redemption method.

        Shape: nothing; Zid's answer does not hold the method.
        Units: money in major units of ``currency`` (the store's, by its code), or per cent.
        Raises: NotFound, Rejected, OutcomeUnknown.
        Source: "Update Redemption Method",
        POST /v1/managers/loyalty-program/points-redemption/update, checked 2026-11, documented.
        """
        config = _config(kind, discount_value, points_to_redeem, currency)
        form = {"ruleId": str(method_id)} | config
        self._session.send(
            Call(verb="POST", template=f"{_BASE}/points-redemption/update", form=form)
        )

    def delete_redemption_method(self, *, method_id: UUID | str) -> None:
        """This will delete a redemption method.

        Shape: nothing.
        Units: none.
        Raises: NotFound, OutcomeUnknown.
        Source: "Delete Redemption Method",
        POST /v1/managers/loyalty-program/points-redemption/delete, checked 2026-11, documented.
        """
        form = {"ruleId": str(method_id)}
        self._session.send(
            Call(verb="POST", template=f"{_BASE}/points-redemption/delete", form=form)
        )

    def toggle_redemption_method(
        self, *, method_id: UUID | str, active: bool
    ) -> RedemptionMethod | None:
        """This will turn a redemption method on or off.

        Shape: the method as Zid answered, or None when the answer does not hold it: read again.
        Units: none.
        Raises: NotFound, OutcomeUnknown.
        Source: "Update Redemption Method Status",
        PUT /v1/managers/loyalty-program/points-redemption/update-status, checked 2026-11,
        documented.
        """
        # The id travels under a name of its own here.
        body = {"redemptionRuleUuid": str(method_id), "status": int(active)}
        call = Call(verb="PUT", template=f"{_BASE}/points-redemption/update-status", json=body)
        payload = self._session.send(call)

        def find() -> RedemptionMethod:
            fields = _payload.Fields(payload, endpoint=call.endpoint)
            return RedemptionMethod.from_fields(fields.inside("redemption_rule"))

        return _payload.if_readable(find)

    # The info page

    def read_info_page(self) -> InfoPage:
        """This will read the page that tells shoppers about the program.

        Shape: InfoPage; what the merchant never wrote is None.
        Units: none. The contents are HTML as the merchant wrote it: sanitise before showing.
        Raises: UnexpectedPayload.
        Source: "Loyalty Program Info", GET /v1/managers/store/loyalty-program-info,
        checked 2026-11, captured.
        """
        call = Call(verb="GET", template=_INFO)
        return InfoPage.from_payload(self._session.send(call), endpoint=call.endpoint)

    def update_info_page(self, *, page: InfoPage) -> InfoPage | None:
        """This will replace the info page, all four fields of it.

        Shape: the page as Zid keeps it, or None when the answer does not hold it: read again.
        Units: none.
        Raises: Rejected, OutcomeUnknown.
        Source: "Update Loyalty Program Info", PUT /v1/managers/store/loyalty-program-info,
        checked 2026-11, documented.
        """
        body = {
            "title_ar": page.title_ar,
            "title_en": page.title_en,
            "content_ar": page.content_ar,
            "content_en": page.content_en,
        }
        call = Call(verb="PUT", template=_INFO, json=body)
        payload = self._session.send(call)
        return _payload.if_readable(lambda: InfoPage.from_payload(payload, endpoint=call.endpoint))


def _config(
    kind: RedemptionKind, discount_value: Decimal | int, points: int, currency: str | None
) -> dict[str, str]:
    config = {
        "config[type]": kind.wire,
        "config[discount]": _number(discount_value),
        "config[points]": str(points),
    }
    return config if currency is None else config | {"config[currency]": currency}


def _number(value: Decimal | int) -> str:
    """Write 100 rather than 1E+2 or 100.00."""
    return format(Decimal(value).normalize(), "f")
