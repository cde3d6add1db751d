"""What PostgreSQL does for a query of the app: how long, how many rows, and by which index."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

EXPLAINED = ("SELECT", "UPDATE", "DELETE", "INSERT")
_LOOKS = {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan"}
_LARGE = "SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples >= %s"
_INDEXES = """SELECT indexrelid::regclass::text, indrelid::regclass::text, indpred IS NOT NULL
              FROM pg_index"""


class _Index(NamedTuple):
    table: str
    is_partial: bool


@dataclass(kw_only=True)
class Explained:
    """What one call of the app asked of the database, all its queries together."""

    milliseconds: float = 0.0
    rows_read: int = 0
    # Large tables of which it read all, by the names of the tables; and the query that did.
    read_through: dict[str, str] = field(default_factory=dict)


def large_tables(*, rows: int) -> set[str]:
    """This will give the tables with at least so many rows, as of the last ANALYZE."""
    with connection.cursor() as cursor:
        cursor.execute(_LARGE, [rows])
        return {name for (name,) in cursor.fetchall()}


def explain(call: Callable[[], object], *, large: set[str]) -> Explained:
    """This will make a call, and have each of its queries explained; nothing of it is kept."""
    with transaction.atomic():
        with CaptureQueriesContext(connection) as captured:
            call()
        transaction.set_rollback(True)
    explained = Explained()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_INDEXES)
        indexes = {_plain(it): _Index(_plain(of), part) for it, of, part in cursor.fetchall()}
        for query in captured.captured_queries:
            sql = query["sql"]
            if sql.startswith(EXPLAINED):
                _add(explained, sql=sql, large=large, indexes=indexes)
        transaction.set_rollback(True)
    return explained


def _add(explained: Explained, *, sql: str, large: set[str], indexes: dict[str, _Index]) -> None:
    with connection.cursor() as cursor:
        # It is the app's own, with its values in it: a value's % is none of ours.
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", None)
        (said,) = cursor.fetchone()
    [root] = json.loads(said) if isinstance(said, str) else said
    explained.milliseconds += root["Execution Time"] + root["Planning Time"]
    for node in _nodes(root["Plan"]):
        if node["Node Type"] not in _LOOKS:
            continue
        seen = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        explained.rows_read += round(seen * node["Actual Loops"])
        index = indexes.get(node.get("Index Name", ""))
        table = index.table if index else node["Relation Name"]
        # To the end of a table, or of an index that is not of a part of it.
        is_all = index is None or not (index.is_partial or "Index Cond" in node)
        if table in large and is_all:
            explained.read_through[table] = sql


def _plain(name: str) -> str:
    return name.strip('"')


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    # What was never done has read nothing.
    if plan.get("Actual Loops", 1):
        yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
