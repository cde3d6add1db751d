"""Cashback rules and redemption methods as rows and as the contract's objects."""

from __future__ import annotations

import sqlite3
import uuid
from typing import Any

from tests.zid_sandbox import clock
from tests.zid_sandbox.database import Database

PERCENTAGE = "percentage_discount_settings"
RULE_TYPES = ("fixed_rate_settings", PERCENTAGE)


def cashback_rules(
    database: Database, store_id: int, *, as_number: bool = False
) -> list[dict[str, Any]]:
    """The store's cashback rules; with `as_number`, is_active comes as 1 or 0."""
    rows = database.rows(
        "SELECT r.*, s.uuid AS store_uuid FROM cashback_rules r JOIN stores s ON s.id = r.store_id"
        " WHERE r.store_id = ? ORDER BY r.rowid",
        store_id,
    )
    return [_cashback_rule(row, as_number=as_number) for row in rows]


def _cashback_rule(row: sqlite3.Row, *, as_number: bool) -> dict[str, Any]:
    return {
        "id": row["id"],
        "external_id": row["external_id"],
        "store_id": row["store_uuid"],
        "points_rewarded": row["points_rewarded"],
        "amount_to_spend": row["amount_to_spend"],
        "available_to": {"tags": [], "level": {"levelId": None, "levelName": None}},
        "is_active": _is_active(row, as_number=as_number),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "deleted_at": None,
    }


def _is_active(row: sqlite3.Row, *, as_number: bool) -> bool | int:
    return int(row["is_active"]) if as_number else bool(row["is_active"])


def update_cashback_rule(
    database: Database, store_id: int, rule_id: str, *, amount: int, rewarded: int
) -> bool:
    """Whether there was such a rule."""
    return bool(
        database.run(
            "UPDATE cashback_rules SET amount_to_spend = ?, points_rewarded = ?, updated_at = ?"
            " WHERE id = ? AND store_id = ?",
            amount, rewarded, clock.iso(clock.now()), rule_id, store_id,
        )
    )  # fmt: skip


def switch_cashback_rule(database: Database, store_id: int, rule_id: str, *, on: bool) -> bool:
    return bool(
        database.run(
            "UPDATE cashback_rules SET is_active = ?, updated_at = ? WHERE id = ? AND store_id = ?",
            on, clock.iso(clock.now()), rule_id, store_id,
        )
    )  # fmt: skip


def redemption_rules(database: Database, store_id: int) -> list[dict[str, Any]]:
    return [_redemption_rule(row, as_number=False) for row in _redemption_rows(database, store_id)]


def redemption_rule(database: Database, store_id: int, rule_id: str) -> dict[str, Any] | None:
    """One method as the answer to a change shows it: with is_active as 1 or 0."""
    for row in _redemption_rows(database, store_id):
        if row["id"] == rule_id:
            return _redemption_rule(row, as_number=True)
    return None


def _redemption_rows(database: Database, store_id: int) -> list[sqlite3.Row]:
    return database.rows(
        "SELECT r.*, s.uuid AS store_uuid FROM redemption_rules r"
        " JOIN stores s ON s.id = r.store_id WHERE r.store_id = ? ORDER BY r.rowid",
        store_id,
    )


def _redemption_rule(row: sqlite3.Row, *, as_number: bool) -> dict[str, Any]:
    discount = row["discount"]
    return {
        "id": row["id"],
        "external_id": None,
        "store_id": row["store_uuid"],
        "name": str(row["points"]),
        "points_to_redeem": row["points"],
        "rule_type": row["rule_type"],
        "reward": {"discount_value": int(discount) if discount == int(discount) else discount},
        "conditions": None,
        "is_active": _is_active(row, as_number=as_number),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
        "deleted_at": None,
    }


def add_redemption_rule(
    database: Database, store_id: int, *, rule_type: str, discount: float, needed: int
) -> str:
    """The new method's id; it starts switched on."""
    rule_id, moment = str(uuid.uuid4()), clock.iso(clock.now())
    database.run(
        "INSERT INTO redemption_rules VALUES (?, ?, ?, ?, ?, 1, ?, ?)",
        rule_id, store_id, needed, rule_type, discount, moment, moment,
    )  # fmt: skip
    return rule_id


def update_redemption_rule(
    database: Database,
    store_id: int,
    rule_id: str,
    *,
    rule_type: str,
    discount: float,
    needed: int,
) -> bool:
    return bool(
        database.run(
            "UPDATE redemption_rules SET points = ?, rule_type = ?, discount = ?, updated_at = ?"
            " WHERE id = ? AND store_id = ?",
            needed, rule_type, discount, clock.iso(clock.now()), rule_id, store_id,
        )
    )  # fmt: skip


def switch_redemption_rule(database: Database, store_id: int, rule_id: str, *, on: bool) -> bool:
    return bool(
        database.run(
            "UPDATE redemption_rules SET is_active = ?, updated_at = ?"
            " WHERE id = ? AND store_id = ?",
            on, clock.iso(clock.now()), rule_id, store_id,
        )
    )  # fmt: skip


def delete_redemption_rule(database: Database, store_id: int, rule_id: str) -> bool:
    return bool(
        database.run(
            "DELETE FROM redemption_rules WHERE id = ? AND store_id = ?", rule_id, store_id
        )
    )
