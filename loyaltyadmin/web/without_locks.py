"""What migrations of large tables are made of: Django's operations for PostgreSQL, on SQLite too.

There each does what its plain relative does: SQLite has one writer and no way around it. Those of
indexes stand in a migration of their own with `atomic = False`.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres import operations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddIndex, RemoveIndex
from django.db.migrations.operations.base import Operation


class AddIndexConcurrently(operations.AddIndexConcurrently):
    def database_forwards(self, app: str, editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        kind = _either(operations.AddIndexConcurrently, or_else=AddIndex, editor=editor)
        kind.database_forwards(self, app, editor, *states)

    def database_backwards(self, app: str, editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        kind = _either(operations.AddIndexConcurrently, or_else=AddIndex, editor=editor)
        kind.database_backwards(self, app, editor, *states)


class RemoveIndexConcurrently(operations.RemoveIndexConcurrently):
    def database_forwards(self, app: str, editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        kind = _either(operations.RemoveIndexConcurrently, or_else=RemoveIndex, editor=editor)
        kind.database_forwards(self, app, editor, *states)

    def database_backwards(self, app: str, editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        kind = _either(operations.RemoveIndexConcurrently, or_else=RemoveIndex, editor=editor)
        kind.database_backwards(self, app, editor, *states)


class AddConstraintNotValid(operations.AddConstraintNotValid):
    """It holds for new rows from then on; for those that are there after `ValidateConstraint`."""

    def database_forwards(self, app: str, editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        kind = _either(operations.AddConstraintNotValid, or_else=AddConstraint, editor=editor)
        kind.database_forwards(self, app, editor, *states)


class ValidateConstraint(operations.ValidateConstraint):
    """In the migration after the one with `AddConstraintNotValid`."""

    def database_forwards(self, app: str, editor: BaseDatabaseSchemaEditor, *states: Any) -> None:
        if editor.connection.vendor == "postgresql":
            super().database_forwards(app, editor, *states)


def _either(
    kind: type[Operation], *, or_else: type[Operation], editor: BaseDatabaseSchemaEditor
) -> Any:
    return kind if editor.connection.vendor == "postgresql" else or_else
