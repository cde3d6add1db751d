"""One SQLite connection behind one lock: fast enough, and every call sees a settled world."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS stores (
    id INTEGER PRIMARY KEY, uuid TEXT, username TEXT, title_ar TEXT, title_en TEXT,
    currency TEXT, manager_id INTEGER, manager_uuid TEXT, manager_name TEXT, mobile TEXT,
    is_active INTEGER, expiration_days INTEGER,
    page_title_ar TEXT, page_title_en TEXT, page_content_ar TEXT, page_content_en TEXT,
    is_subscribed INTEGER, is_installed INTEGER, embedded_token TEXT);
CREATE TABLE IF NOT EXISTS customers (
    id INTEGER PRIMARY KEY, store_id INTEGER, position INTEGER, name TEXT, details TEXT,
    is_active INTEGER, points INTEGER DEFAULT 0, pending INTEGER DEFAULT 0,
    positive INTEGER DEFAULT 0, negative INTEGER DEFAULT 0, token TEXT, updated_at TEXT);
CREATE INDEX IF NOT EXISTS customers_of_store ON customers (store_id, id);
CREATE INDEX IF NOT EXISTS customers_by_token ON customers (token);
CREATE TABLE IF NOT EXISTS ledger (
    id INTEGER PRIMARY KEY AUTOINCREMENT, store_id INTEGER, customer_id INTEGER, direction TEXT,
    points INTEGER, reason TEXT, date TEXT, kind TEXT, status TEXT, order_number INTEGER,
    order_code TEXT, expiry_date TEXT, by_app INTEGER);
CREATE INDEX IF NOT EXISTS ledger_of_customer ON ledger (customer_id, id);
CREATE INDEX IF NOT EXISTS ledger_of_store ON ledger (store_id, status, direction, points);
CREATE TABLE IF NOT EXISTS cashback_rules (
    id TEXT PRIMARY KEY, store_id INTEGER, external_id TEXT, points_rewarded INTEGER,
    amount_to_spend INTEGER, is_active INTEGER, created_at TEXT, updated_at TEXT);
CREATE TABLE IF NOT EXISTS redemption_rules (
    id TEXT PRIMARY KEY, store_id INTEGER, points INTEGER, rule_type TEXT, discount REAL,
    is_active INTEGER, created_at TEXT, updated_at TEXT);
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY, store_id INTEGER, redirect_uri TEXT, expires_at REAL);
CREATE TABLE IF NOT EXISTS grants (
    id INTEGER PRIMARY KEY AUTOINCREMENT, store_id INTEGER, authorization TEXT,
    access_token TEXT UNIQUE, refresh_token TEXT, expires_at REAL, may_refresh INTEGER);
CREATE INDEX IF NOT EXISTS grants_by_refresh ON grants (refresh_token);
CREATE TABLE IF NOT EXISTS webhooks (
    id TEXT PRIMARY KEY, store_id INTEGER, event TEXT, target_url TEXT, original_id TEXT,
    subscriber TEXT, username TEXT, password TEXT, conditions TEXT);
CREATE TABLE IF NOT EXISTS subscriptions (store_id INTEGER PRIMARY KEY, status TEXT);
"""

TABLES = (
    "stores", "customers", "ledger", "cashback_rules", "redemption_rules", "codes", "grants",
    "webhooks", "subscriptions",
)  # fmt: skip


class Database:
    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        # WAL survives a killed process, which is all that a sandbox's state has to survive.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens at once or not at all. Not for nesting."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        with self._lock:
            found: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
            return found

    def run(self, sql: str, *values: Any) -> int:
        """How many rows it changed."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def run_many(self, sql: str, values: Iterable[tuple[Any, ...]]) -> None:
        with self._lock:
            self._connection.executemany(sql, values)

    def empty(self) -> None:
        with self.transaction():
            for table in TABLES:
                self.run(f"DELETE FROM {table}")  # noqa: S608  # names from the tuple above
            self.run("DELETE FROM sqlite_sequence")

    def close(self) -> None:
        with self._lock:
            self._connection.close()
