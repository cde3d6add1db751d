"""The product as on a server, each part of which may die."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import processes, services
from tests.processes import Product
from tests.services import Server


@dataclass(frozen=True, kw_only=True)
class Machine:
    product: Product
    database: Server
    broker: Server


@contextlib.contextmanager
def on_servers(data_dir: Path, **options: Any) -> Iterator[Machine]:
    """Servers of its own, two workers and beat, as deploy/ starts them."""
    with (
        services.killable_postgresql() as database,
        services.killable_redis() as broker,
        processes.running(
            data_dir=data_dir,
            workers=2,
            has_own_beat=True,
            as_deployed=True,
            **options,
            DATABASE_URL=database.url,
            REDIS_URL=broker.url,
        ) as product,
    ):
        yield Machine(product=product, database=database, broker=broker)
