"""Customers' points: docs.zid.sa, "Loyalty Program", "Customers"."""

from __future__ import annotations

from loyaltyadmin.zid import _payload, errors
from loyaltyadmin.zid._session import Call, ZidSession
from loyaltyadmin.zid.types import CustomerPoints, Direction, PointsEntry

_BASE = "/v1/managers/loyalty-program"


class Points:
    """What customers have, and the one way to change it."""

    def __init__(self, session: ZidSession) -> None:
        self._session = session

    def adjust_customer_points(
        self, *, customer_id: int | str, direction: Direction | str, points: int, reason: str
    ) -> PointsEntry:
        """This will add points to a customer, or take some.

        NOT idempotent. After OutcomeUnknown only the customer's points history can tell whether
        the points moved; after any other ZidError they did not.

        Shape: the new entry of the history, as Zid answered.
        Units: whole points above 0; ``direction`` carries the sign.
        Raises: OutcomeUnknown, also when the answer is not about what was sent; NotFound,
        Rejected, RateLimited, TokenRejected, ScopeMissing, NotSent when nothing was applied.
        Source: "Adjust Customer Points",
        POST /v1/managers/loyalty-program/customers/adjust-customer-points, checked 2026-11,
        captured.
        """
        direction = Direction(direction)
        if isinstance(points, bool) or points < 1:
            raise ValueError("points must be a whole number above 0")
        form = {
            "customerId": str(customer_id),
            "direction": direction.value,
            "points": str(points),
            "reason": reason,
        }
        call = Call(verb="POST", template=f"{_BASE}/customers/adjust-customer-points", form=form)
        payload = self._session.send(call)
        entry = _payload.if_readable(
            lambda: PointsEntry.adjusted_from_payload(payload, endpoint=call.endpoint)
        )
        if entry is None or (entry.points, entry.direction) != (points, direction):
            raise errors.OutcomeUnknown(endpoint=call.endpoint, status=200)
        return entry

    def read_customer_points(self, *, customer_id: int | str) -> CustomerPoints:
        """This will read what a customer has, and the newest entries.

        Shape: CustomerPoints.
        Units: points.
        Raises: NotFound, UnexpectedPayload when a balance is missing.
        Source: "Customer Loyalty Details",
        GET /v1/managers/loyalty-program/customers/details, checked 2026-11, captured.
        """
        query = {"customerId": str(customer_id)}
        call = Call(verb="GET", template=f"{_BASE}/customers/details", query=query)
        return CustomerPoints.from_payload(self._session.send(call), endpoint=call.endpoint)

    def read_points_history(self, *, customer_id: int | str) -> tuple[PointsEntry, ...]:
        """This will read a customer's points history, newest first.

        Shape: all entries that Zid returns; empty only if Zid says so.
        Units: points.
        Raises: NotFound, UnexpectedPayload when an entry lacks date, points or direction.
        Source: "Customer Points History",
        GET /v1/managers/loyalty-program/points-history/{customer_id}, checked 2026-11, captured.
        """
        # Zid's SDK puts a slash at the end, its docs do not (NOTES.md, "Calls").
        call = Call(
            verb="GET",
            template=f"{_BASE}/points-history/{{customer_id}}",
            values={"customer_id": customer_id},
        )
        return PointsEntry.history_from_payload(self._session.send(call), endpoint=call.endpoint)
