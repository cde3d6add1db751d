"""A pytest plugin for the tests on PostgreSQL and Redis: `-p tests.on_servers` (tests/run.py).

Each of pytest's processes has a database of its own in the one Redis, as it has in PostgreSQL
thanks to pytest-django. And a test that keeps no row is left out: once, on SQLite, is enough.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

import pytest

FIXTURES = {"db", "transactional_db", "servers", "live_server"}

# Before the settings are loaded.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    number = int(worker.removeprefix("gw")) + 1
    os.environ["REDIS_URL"] = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{number}").geturl()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    wanted = [item for item in items if _needs_servers(item)]
    config.hook.pytest_deselected(items=[item for item in items if not _needs_servers(item)])
    items[:] = wanted


def _needs_servers(item: pytest.Item) -> bool:
    is_marked = any(item.get_closest_marker(name) for name in ("services", "django_db"))
    return is_marked or not FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))
