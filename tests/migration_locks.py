"""Asks squawk which migrations would keep a large table locked, or break the release before.

    python -m tests.migration_locks

What is looked at is the SQL that Django makes of each migration of ours on PostgreSQL, on a server
of its own: some of it depends on what the migrations before have made. A table that a migration
makes itself is empty, so nothing in it is held against it.

A migration that is to be let through says so, with its reason beside it:

    squawk_ignores = ["ban-drop-column"]  # 1.4 no longer reads it
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

from tests import services

SQUAWK = f"{sys.prefix}/bin/squawk"
OURS = "loyaltyadmin."
# What is no lock and breaks nothing.
TASTE = (
    "ban-char-field",
    "prefer-bigint-over-int",
    "prefer-bigint-over-smallint",
    "prefer-identity",
    "prefer-robust-stmts",  # Django knows which migrations have been applied
    "prefer-text-field",
    "require-timeout-settings",  # the operator's to set, for the account that migrates
)
# Django drops a new column's default as soon as it is there. The release before, which runs until
# the deploy is over, names no such column and cannot insert a row any more.
ALSO = ("ban-drop-default",)


def sql_of(migration: Any, *, state: Any) -> str:
    """This will give what a migration does to the database, if `state` is how it stands."""
    from django.db import connection

    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        migration.apply(state.clone(), editor, collect_sql=True)
    lines = [f"-- squawk-ignore-file {rule}" for rule in getattr(migration, "squawk_ignores", ())]
    lines += editor.collected_sql
    if migration.atomic:
        lines = ["BEGIN;", *lines, "COMMIT;"]
    return "\n".join(lines) + "\n"


def objections_to(*files: Path) -> str:
    """This will give what squawk has to say about files of SQL; nothing if they are fine.

    Raises: RuntimeError when it did not look at them.
    """
    options = [*(f"--exclude={rule}" for rule in TASTE), *(f"--include={rule}" for rule in ALSO)]
    done = subprocess.run([SQUAWK, *options, *files], capture_output=True, text=True, check=False)
    if done.returncode and not done.stdout.strip():
        raise RuntimeError(f"squawk does not work: {done.stderr}")
    return done.stdout if done.returncode else ""


def written_to(folder: Path) -> Iterator[Path]:
    """This will apply every migration there is, and give a file for each of ours."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.state import ProjectState

    executor = MigrationExecutor(connection)
    executor.recorder.ensure_schema()
    state = ProjectState(real_apps=executor.loader.unmigrated_apps)
    for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes()):
        if type(migration).__module__.startswith(OURS):
            file = folder / f"{migration.app_label}.{migration.name}.sql"
            file.write_text(sql_of(migration, state=state), encoding="utf-8")
            yield file
        state = executor.apply_migration(state, migration)


def main() -> int:
    with services.postgresql() as url, tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "loyaltyadmin.settings"}
        django.setup()
        from django.db import connection

        try:
            objections = objections_to(*written_to(Path(folder)))
        finally:
            connection.close()
            connection.close_pool()
    print(objections or "No migration keeps a large table locked.")
    return 1 if objections else 0


if __name__ == "__main__":
    sys.exit(main())
