"""Customers as the contract's objects."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from tests.zid_sandbox import clock, points, seed
from tests.zid_sandbox.database import Database

NEWEST_TRANSACTIONS = 10
_COLUMNS = {"points": "points", "name": "name", "id": "id"}


def find(database: Database, store_id: int, customer_id: int) -> sqlite3.Row | None:
    return database.row(
        "SELECT * FROM customers WHERE id = ? AND store_id = ?", customer_id, store_id
    )


def page(
    database: Database, store_id: int, *, number: int, size: int, order_by: str, descending: bool
) -> list[dict[str, Any]]:
    column = _COLUMNS.get(order_by, "id")
    direction = "DESC" if descending else "ASC"
    rows = database.rows(
        "SELECT * FROM customers WHERE store_id = ?"  # noqa: S608  # words from this module only
        f" ORDER BY {column} {direction}, id LIMIT ? OFFSET ?",
        store_id,
        size,
        (number - 1) * size,
    )
    return [listed(row) for row in rows]


def counts(database: Database, store_id: int) -> tuple[int, int]:
    """All customers, and the active ones."""
    row = database.row(
        "SELECT COUNT(*) AS n, TOTAL(is_active) AS active FROM customers WHERE store_id = ?",
        store_id,
    )
    return (int(row["n"]), int(row["active"])) if row else (0, 0)


def listed(row: sqlite3.Row) -> dict[str, Any]:
    """The contract's Customer, where `points` is a number; None for one who never had any."""
    had_points = row["points"] or row["positive"]
    return {
        "id": row["id"],
        "name": row["name"],
        "is_active": bool(row["is_active"]),
        "points": row["points"] if had_points or row["position"] % 2 else None,
        **json.loads(row["details"]),
        "updated_at": row["updated_at"],
    }


def detail(database: Database, row: sqlite3.Row) -> dict[str, Any]:
    """The contract's CustomerDetail, where `points` is an object; None without any history."""
    first = database.row(
        "SELECT MIN(date) AS first, MAX(date) AS last FROM ledger WHERE customer_id = ?", row["id"]
    )
    if first is None or first["first"] is None:
        return {"id": row["id"], "name": row["name"], "points": None}
    wallet = {
        "id": seed.stable_uuid("wallet", row["id"]),
        "external_id": None,
        "store_id": seed.stable_uuid("store", row["store_id"]),
        "customer_id": row["id"],
        "loyalty_provider": "gameball",
        "points": row["points"],
        "pending_points": row["pending"],
        "pending_negative_points": 0,
        "total_positive_points": row["positive"],
        "total_negative_points": row["negative"],
        "created_at": first["first"],
        "updated_at": first["last"] or clock.iso(clock.now()),
        "deleted_at": None,
        "status": 1,
    }
    return {"id": row["id"], "name": row["name"], "points": wallet}


def points_info(database: Database, row: sqlite3.Row) -> dict[str, Any]:
    return {
        "points_balance": row["points"],
        "pending_points_balance": row["pending"],
        "pending_negative_points_balance": 0,
        "available_poitns": row["points"],
        "used_poitns": row["negative"],
        "total_positive_points": row["positive"],
        "history": points.history(database, row["id"], limit=NEWEST_TRANSACTIONS),
    }
