"""Starts the product for a measurement, and runs modules of ours in its environment."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loyaltyadmin.web import development
from tests import plan, processes, services
from tests.processes import Product
from tests.zid_sandbox.seed import FIRST_STORE_ID, first_customer_id

QUIET_SECONDS = 10  # long enough for the buckets to drain too


def name_of(*, on_servers: bool) -> str:
    return "PostgreSQL and Redis" if on_servers else "embedded (SQLite, files)"


@contextlib.contextmanager
def started(*, on_servers: bool, stores: int, **options: Any) -> Iterator[Product]:
    """The product on servers of its own or none, installed on all its stores, at rest."""
    options = {**plan.SERVER_SETTINGS, **options}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="loyaltyadmin-bench-"))
        if on_servers:
            options["DATABASE_URL"] = stack.enter_context(services.postgresql())
            options["REDIS_URL"] = stack.enter_context(services.redis_server())
        product = stack.enter_context(
            processes.running(data_dir=Path(folder), stores=stores, **options)
        )
        for index in range(stores):
            product.install(store_id=FIRST_STORE_ID + index)
        if options.get("workers", 1):
            _wait_for_rest(product)
        yield product


def _wait_for_rest(product: Product) -> None:
    """Until no call is made any more: after an installation all customers are read."""
    calls = -1
    while calls != (calls := int(product.sandbox.stats()["calls"])):
        time.sleep(QUIET_SECONDS)


def ask(product: Product, module: str, *arguments: object) -> Any:
    """Run a module with the product's settings; gives what its last line says, which is JSON."""
    return json.loads(run(product, module, *arguments)[-1])


def run(product: Product, module: str, *arguments: object) -> list[str]:
    """The same for one that has nothing to say."""
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=development.ROOT,
        env={"DJANGO_SETTINGS_MODULE": "loyaltyadmin.settings", **product.environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def queue_jobs(product: Product, *, stores: int, lines: int) -> dict[str, float]:
    """Queue a job for each store; gives by store when it was confirmed, in seconds since 1970."""
    pairs = [f"{FIRST_STORE_ID + index}:{first_customer_id(index)}" for index in range(stores)]
    return dict(ask(product, "tests.bench.jobs", lines, *pairs))
