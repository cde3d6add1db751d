"""The operations that lock no large table do their work on SQLite too, and take it back."""

from __future__ import annotations

import pytest
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import Q

from loyaltyadmin.points_adjustments.models import Unwritten
from loyaltyadmin.web.without_locks import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)

INDEX = models.Index(fields=["rows_count"], name="unwritten_by_rows")
CONSTRAINT = models.CheckConstraint(condition=Q(rows_count__gt=0), name="unwritten_is_something")

pytestmark = pytest.mark.django_db(transaction=True)


def names() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, Unwritten._meta.db_table))


def seen_while_applied(*operations: Operation) -> list[set[str]]:
    """What the table has after each operation, and after each was taken back."""
    seen = []
    before = MigrationLoader(connection).project_state()
    states = [before]
    for operation in operations:
        after = states[-1].clone()
        operation.state_forwards("points_adjustments", after)
        states.append(after)
    for at, operation in enumerate(operations):
        with connection.schema_editor(atomic=operation.atomic) as editor:
            operation.database_forwards("points_adjustments", editor, states[at], states[at + 1])
        seen.append(names())
    for at, operation in reversed(list(enumerate(operations))):
        with connection.schema_editor(atomic=operation.atomic) as editor:
            operation.database_backwards("points_adjustments", editor, states[at + 1], states[at])
        seen.append(names())
    return seen


def test_an_index_is_made_and_removed() -> None:
    seen = seen_while_applied(
        AddIndexConcurrently("unwritten", INDEX), RemoveIndexConcurrently("unwritten", INDEX.name)
    )

    assert [INDEX.name in it for it in seen] == [True, False, True, False]


def test_a_constraint_is_made_and_removed() -> None:
    seen = seen_while_applied(
        AddConstraintNotValid("unwritten", CONSTRAINT),
        ValidateConstraint("unwritten", CONSTRAINT.name),
    )

    assert [CONSTRAINT.name in it for it in seen] == [True, True, True, False]
