"""What a shopper sees: docs.zid.sa, "Storefront, Loyalty Program".

A shopper's calls carry the app's token and the shopper's own, never the manager's.
"""

from __future__ import annotations

from collections.abc import Mapping

from loyaltyadmin.zid import _account_types, _payload
from loyaltyadmin.zid._session import Call, Identity, ZidSession
from loyaltyadmin.zid._store import as_mapping
from loyaltyadmin.zid.types import CustomerPoints, ShopperPoints

_BASE = "/v1/customers/loyalty-program/{store_id}"


class Storefront:
    """The shopper's view. A 401 is about the shopper's token, so no refresh is tried."""

    def __init__(self, session: ZidSession) -> None:
        self._session = session

    def read_points(self, *, store_id: int, customer_token: str) -> ShopperPoints:
        """This will read what the shopper has.

        Shape: ShopperPoints.
        Units: points.
        Raises: UnexpectedPayload; TokenRejected when the shopper must log in again.
        Source: "Customer Points", GET /v1/customers/loyalty-program/{store_id}/points,
        checked 2026-11, documented.
        """
        call = _shopper_call("points", store_id=store_id, customer_token=customer_token)
        return ShopperPoints.from_payload(self._session.send(call), endpoint=call.endpoint)

    def read_wallet(self, *, store_id: int, customer_token: str) -> CustomerPoints:
        """This will read what the shopper has, with balances and history.

        Shape: CustomerPoints.
        Units: points.
        Raises: UnexpectedPayload; TokenRejected when the shopper must log in again.
        Source: "Customer Wallet", GET /v1/customers/loyalty-program/{store_id}/wallet,
        checked 2026-11, documented.
        """
        call = _shopper_call("wallet", store_id=store_id, customer_token=customer_token)
        return CustomerPoints.wallet_from_payload(self._session.send(call), endpoint=call.endpoint)

    def read_loyalty_status(self, *, store_id: int) -> bool:
        """This will say whether the store's program is on; anyone may ask, without any token.

        Shape: True when on.
        Units: none.
        Raises: UnexpectedPayload; any ZidError of a read.
        Source: "Loyalty Status", GET /v1/customers/loyalty-program/{store_id}/loyalty-status,
        checked 2026-11, documented.
        """
        call = Call(
            verb="GET",
            template=f"{_BASE}/loyalty-status",
            values={"store_id": store_id},
            identity=Identity.NOBODY,
        )
        fields = _payload.Fields(self._session.send(call), endpoint=call.endpoint)
        return fields.must(_payload.to_flag, "loyalty_status")

    def read_cashback_rules(self, *, store_id: int, customer_token: str) -> Mapping[str, object]:
        """This will read the cashback rules that the shopper sees.

        Shape: Zid's object as it came; its fields are not documented.
        Units: unknown.
        Raises: UnexpectedPayload when it is no object; any ZidError of a read.
        Source: "Point Cashback Rules",
        GET /v1/customers/loyalty-program/{store_id}/point-cashback-rules, checked 2026-11,
        documented.
        """
        call = _shopper_call(
            "point-cashback-rules", store_id=store_id, customer_token=customer_token
        )
        return as_mapping(self._session.send(call), endpoint=call.endpoint)

    def read_redemption_methods(
        self, *, store_id: int, customer_token: str
    ) -> Mapping[str, object]:
        """This will read the redemption methods that the shopper sees.

        Shape: Zid's object as it came; its fields are not documented.
        Units: unknown.
        Raises: UnexpectedPayload when it is no object; any ZidError of a read.
        Source: "Point Redemption Methods",
        GET /v1/customers/loyalty-program/{store_id}/point-redemption-methods, checked 2026-11,
        documented.
        """
        call = _shopper_call(
            "point-redemption-methods", store_id=store_id, customer_token=customer_token
        )
        return as_mapping(self._session.send(call), endpoint=call.endpoint)


def _shopper_call(page: str, *, store_id: int, customer_token: str) -> Call:
    token = _account_types.check_token(customer_token, name="customer_token")
    return Call(
        verb="GET",
        template=f"{_BASE}/{page}",
        values={"store_id": store_id},
        headers={"X-CUSTOMER-TOKEN": token},
        identity=Identity.APP,
    )
