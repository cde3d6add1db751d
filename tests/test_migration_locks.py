"""A migration that would keep a large table locked is noticed, and one that would not is let be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently as DjangosOwn
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import Q

from loyaltyadmin.web.without_locks import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from tests import migration_locks

APP = "points_adjustments"
INDEX = models.Index(fields=["problem"], name="lines_by_problem")
CONSTRAINT = models.CheckConstraint(condition=Q(points__lt=10**9), name="line_is_sane")
HURTING: dict[str, Operation] = {
    "require-concurrent-index-creation": migrations.AddIndex("line", INDEX),
    "require-concurrent-index-deletion": migrations.RemoveIndex("line", name="line_unknown"),
    "constraint-missing-not-valid": migrations.AddConstraint("line", CONSTRAINT),
    "disallowed-unique-constraint": migrations.AddConstraint(
        "line", models.UniqueConstraint(fields=["claim"], name="one_line_per_claim")
    ),
    "changing-column-type": migrations.AlterField("line", "position", models.BigIntegerField()),
    "adding-not-nullable-field": migrations.AlterField(
        "line", "claimed_at", models.DateTimeField()
    ),
    "adding-foreign-key-constraint": migrations.AddField(
        "line", "preset", models.ForeignKey("presets.Preset", models.CASCADE, null=True)
    ),
    # Its default is gone when the release before inserts its next row.
    "ban-drop-default": migrations.AddField(
        "line", "note", models.CharField(max_length=9, default="")
    ),
    "ban-drop-column": migrations.RemoveField("line", "zid_message"),
    "renaming-column": migrations.RenameField("line", "problem", "trouble"),
    "ban-drop-table": migrations.DeleteModel("Unwritten"),
}
HARMLESS: list[tuple[list[Operation], dict[str, Any]]] = [
    ([AddIndexConcurrently("line", INDEX)], {"atomic": False}),
    ([RemoveIndexConcurrently("line", "line_unknown")], {"atomic": False}),
    ([AddConstraintNotValid("line", CONSTRAINT)], {}),
    ([ValidateConstraint("line", CONSTRAINT.name)], {}),
    ([migrations.AddField("line", "note", models.CharField(max_length=9, null=True))], {}),
    ([migrations.AddField("line", "is_odd", models.BooleanField(db_default=False))], {}),
    (
        [
            migrations.CreateModel(
                "Remark",
                [
                    ("id", models.BigAutoField(primary_key=True)),
                    ("line", models.ForeignKey("Line", models.CASCADE)),
                    ("text", models.CharField(max_length=9, db_index=True)),
                ],
            )
        ],
        {},
    ),
    # Said to be meant, with a reason beside it.
    ([HURTING["ban-drop-column"]], {"squawk_ignores": ["ban-drop-column"]}),
]

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _on_postgresql() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the SQL is PostgreSQL's")


def objections(folder: Path, *operations: Operation, **values: Any) -> str:
    kind = type("Migration", (migrations.Migration,), {"operations": operations, **values})
    state = MigrationLoader(connection).project_state()
    file = folder / "migration.sql"
    file.write_text(migration_locks.sql_of(kind("0099_next", APP), state=state), encoding="utf-8")
    return migration_locks.objections_to(file)


def test_what_locks_a_large_table_or_breaks_the_release_before_is_noticed(tmp_path: Path) -> None:
    said = {rule: objections(tmp_path, it) for rule, it in HURTING.items()}

    assert {rule for rule, words in said.items() if rule not in words} == set()


def test_what_does_neither_is_let_be(tmp_path: Path) -> None:
    said = [objections(tmp_path, *operations, **values) for operations, values in HARMLESS]

    assert said == [""] * len(HARMLESS)


def test_an_index_is_made_concurrently_only_outside_of_a_transaction(tmp_path: Path) -> None:
    said = objections(tmp_path, DjangosOwn("line", INDEX))

    assert "ban-concurrent-index-creation-in-transaction" in said
