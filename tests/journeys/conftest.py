from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests import services


@pytest.fixture
def servers() -> Iterator[dict[str, str]]:
    """Settings of a PostgreSQL and a Redis of the test's own; none where it is to do without.

    Not those of `python -m tests.services`: what an earlier journey left in them would count.
    """
    if not os.environ.get("REDIS_URL"):
        yield {}
        return
    with services.postgresql() as database, services.redis_server() as broker:
        yield {"DATABASE_URL": database, "REDIS_URL": broker}
