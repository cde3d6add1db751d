"""The ledger of points: one row for each movement, and balances that follow it."""

from __future__ import annotations

import dataclasses
import datetime
import sqlite3
from typing import Any

from tests.zid_sandbox import clock
from tests.zid_sandbox.database import Database


class NoSuchCustomerError(LookupError):
    """The store has no customer of this number."""


class TooFewPointsError(ValueError):
    """More would be taken than the customer has."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    store_id: int
    customer_id: int
    direction: str
    points: int
    reason: str | None
    date: str
    kind: str = "ManualAccumulation"
    status: str = "active"
    order_number: int | None = None
    expiry_date: str | None = None
    by_app: bool = False


def record(database: Database, entry: Entry) -> None:
    """Write the movement and its effect on the customer. Call it inside a transaction."""
    database.run(
        "INSERT INTO ledger (store_id, customer_id, direction, points, reason, date, kind, status,"
        " order_number, order_code, expiry_date, by_app)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        entry.store_id, entry.customer_id, entry.direction, entry.points, entry.reason, entry.date,
        entry.kind, entry.status, entry.order_number,
        f"ORD{entry.order_number}" if entry.order_number else None, entry.expiry_date, entry.by_app,
    )  # fmt: skip
    taken = entry.points if entry.direction == "-" else 0
    waiting = entry.points if entry.status == "pending" else 0
    given = entry.points - taken - waiting
    database.run(
        "UPDATE customers SET points = points + ?, pending = pending + ?, positive = positive + ?,"
        " negative = negative + ?, updated_at = ? WHERE id = ?",
        given - taken, waiting, given, taken, clock.plain(clock.now()), entry.customer_id,
    )  # fmt: skip


def adjust(
    database: Database,
    *,
    store_id: int,
    customer_id: int,
    direction: str,
    amount: int,
    reason: str | None,
    refuse_negative: bool,
) -> Entry:
    """Move points by hand; or raise NoSuchCustomerError or TooFewPointsError and move none."""
    with database.transaction():
        row = database.row(
            "SELECT c.points, s.expiration_days FROM customers c JOIN stores s ON s.id = c.store_id"
            " WHERE c.id = ? AND c.store_id = ?",
            customer_id,
            store_id,
        )
        if row is None:
            raise NoSuchCustomerError(customer_id)
        if direction == "-" and refuse_negative and amount > row["points"]:
            raise TooFewPointsError(row["points"])
        moment = clock.now()
        days: int | None = row["expiration_days"] if direction == "+" else None
        entry = Entry(
            store_id=store_id,
            customer_id=customer_id,
            direction=direction,
            points=amount,
            reason=reason,
            date=clock.iso(moment),
            expiry_date=clock.iso(moment + datetime.timedelta(days=days)) if days else None,
            by_app=True,
        )
        record(database, entry)
        return entry


def totals(database: Database, store_id: int) -> dict[str, int]:
    """The store's sums, straight from the ledger, under Zid's names."""
    sums = {
        (row["status"], row["direction"]): int(row["total"])
        for row in database.rows(
            "SELECT status, direction, SUM(points) AS total FROM ledger WHERE store_id = ?"
            " GROUP BY status, direction",
            store_id,
        )
    }
    holders = database.row(
        "SELECT COUNT(*) AS n FROM customers WHERE store_id = ? AND points > 0", store_id
    )
    return {
        "total_earned_points": sums.get(("active", "+"), 0),
        "total_redemed_points": sums.get(("active", "-"), 0),
        "total_pending_points": sums.get(("pending", "+"), 0),
        "total_customers_with_points": int(holders["n"]) if holders else 0,
    }


def history(database: Database, customer_id: int, *, limit: int = -1) -> list[dict[str, Any]]:
    """A customer's movements as the contract's Transaction, newest first."""
    rows = database.rows(
        "SELECT * FROM ledger WHERE customer_id = ? ORDER BY date DESC, id DESC LIMIT ?",
        customer_id,
        limit,
    )
    return [_transaction(row) for row in rows]


def _transaction(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "date": row["date"],
        "reason": row["reason"],
        "points": row["points"],
        "direction": row["direction"],
        "type": row["kind"],
        "order_number": row["order_number"],
        "order_code": row["order_code"],
        "expiry_date": row["expiry_date"],
        "point_status": row["status"].title(),
        "point_status_code": row["status"],
        "collection_method": _COLLECTION_METHODS[row["kind"]],
    }


_COLLECTION_METHODS = {
    "ManualAccumulation": "Manually added points",
    "reward": "Cashback",
    "redeem": "Redemption",
    "expiry": "Expiry",
}


def adjusted_transaction(entry: Entry) -> dict[str, Any]:
    """The answer to an adjustment; Zid's presenter for it has fewer fields than the history's."""
    return {
        "date": entry.date,
        "reason": entry.reason,
        "points": entry.points,
        "direction": entry.direction,
        "type": entry.kind,
        "order_number": None,
        "expiry_date": entry.expiry_date,
        "point_status": "Active",
        "collection_method": _COLLECTION_METHODS[entry.kind],
    }
