"""A job survives: the web server, the database, the broker, the whole machine may die under it.

Where something dies in the middle of a call, it does so at the worst moment: Zid has made the
change, and nobody on our side knows. Zid's own ledger is the judge.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import processes, services
from tests.journeys import judge
from tests.journeys.judge import ADJUST, STORE_ID, wait_for_lines, wait_until
from tests.journeys.machine import Machine, on_servers
from tests.journeys.merchant import Merchant
from tests.processes import Product

LINES = 1000
# An answer is awaited longer than it is held back below.
SETTINGS: dict[str, Any] = {"ZID_TIMEOUT_SECONDS": "3", "ZID_SETTLE_SECONDS": "2"}
HELD_BACK_SECONDS = 2.5


@dataclass(frozen=True, kw_only=True)
class Job:
    id: str
    changes: dict[int, int]  # points by customer
    merchant: Merchant


@pytest.fixture
def on_files(tmp_path: Path) -> Iterator[Product]:
    with processes.running(
        data_dir=tmp_path / "data", customers=LINES, stores=1, **SETTINGS
    ) as product:
        yield product


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with on_servers(tmp_path / "data", customers=LINES, stores=1, **SETTINGS) as started:
        yield started


def begin(product: Product, tmp_path: Path) -> Job:
    product.install(store_id=STORE_ID)
    merchant = Merchant(product)
    file = tmp_path / "points.csv"
    changes = judge.write_sheet(product, file, lines=LINES)
    return Job(id=judge.start_job(product, file), changes=changes, merchant=merchant)


def wait_for_a_change_nobody_knows_of(product: Product) -> None:
    """Until, in the middle of the job, Zid has made a change and holds its answer back."""
    wait_for_lines(product, number=LINES // 4)
    product.sandbox.fault(
        path=ADJUST, kind="hang", after=True, answers=True, seconds=HELD_BACK_SECONDS, count=1
    )
    wait_until(lambda: not product.sandbox.faults(), every=0.01)


def assert_it_is_in_the_middle(product: Product) -> None:
    assert 0 < len(product.sandbox.ledger(STORE_ID)) < LINES


def has_broken_off(product: Product) -> bool:
    """Whether a worker's turn ended for want of a database; others miss it sooner."""
    return any(
        "take_turn" in said and "raised unexpected" in said for said in product.log().splitlines()
    )


def assert_nobody_knew(product: Product) -> None:
    """Or it was not the worst moment, and the test proves little."""
    assert "was claimed and never finished" in product.log()


def assert_each_has_what_was_asked_for(product: Product, job: Job) -> None:
    judge.assert_each_was_adjusted_once(product, job.changes)
    judge.assert_our_rows_agree(product)


@pytest.mark.embedded
def test_a_job_goes_on_without_the_web_server_and_its_page_answers_again(
    on_files: Product, tmp_path: Path
) -> None:
    product = on_files
    job = begin(product, tmp_path)
    wait_for_lines(product, number=LINES // 4)

    product.kill("web")
    assert_it_is_in_the_middle(product)
    wait_for_lines(product, number=LINES // 2)
    product.start_again("web")
    product.wait_until_ready()

    # Whoever was signed in still is.
    assert job.merchant.status_of(job.id) in {"running", "finished"}
    job.merchant.wait_for_the_end(job.id)
    assert_each_has_what_was_asked_for(product, job)


@pytest.mark.embedded
def test_a_job_goes_on_when_every_message_of_the_broker_is_lost(
    on_files: Product, tmp_path: Path
) -> None:
    product = on_files
    queue = Path(product.environment["DATA_DIR"], "queue")
    job = begin(product, tmp_path)
    wait_for_lines(product, number=LINES // 4)

    product.stop("worker")
    assert_it_is_in_the_middle(product)
    lost = [message.read_text(encoding="utf-8") for message in queue.iterdir()]
    # The job would have gone on with this one; the others are beat's.
    assert any("tasks.take_turn" in words for words in lost)
    shutil.rmtree(queue)
    product.start_again("worker")

    job.merchant.wait_for_the_end(job.id)
    assert_each_has_what_was_asked_for(product, job)


@pytest.mark.embedded
def test_a_job_goes_on_when_the_machine_was_rebooted(on_files: Product, tmp_path: Path) -> None:
    product = on_files
    job = begin(product, tmp_path)
    wait_for_a_change_nobody_knows_of(product)

    product.kill("web", "worker")
    assert_it_is_in_the_middle(product)
    product.start_again("worker", "web")
    product.wait_until_ready()

    job.merchant.wait_for_the_end(job.id)
    assert_each_has_what_was_asked_for(product, job)
    assert_nobody_knew(product)


@pytest.mark.services
def test_a_job_goes_on_when_the_database_was_restarted(machine: Machine, tmp_path: Path) -> None:
    product = machine.product
    job = begin(product, tmp_path)
    wait_for_a_change_nobody_knows_of(product)

    machine.database.kill()
    assert_it_is_in_the_middle(product)
    # The outcome of that change comes and cannot be written down.
    wait_until(lambda: has_broken_off(product))
    machine.database.start()
    product.wait_until_ready()

    job.merchant.wait_for_the_end(job.id)
    assert_each_has_what_was_asked_for(product, job)
    assert_nobody_knew(product)


@pytest.mark.services
def test_a_job_goes_on_when_the_machine_was_rebooted_and_its_servers_come_last(
    machine: Machine, tmp_path: Path
) -> None:
    product = machine.product
    job = begin(product, tmp_path)
    wait_for_a_change_nobody_knows_of(product)

    product.kill("web", "beat", "worker", "worker-2")
    machine.broker.kill()
    machine.database.kill()
    assert_it_is_in_the_middle(product)
    product.start_again("worker-2", "beat", "web", "worker")
    # Redis kept nothing, and the workers look for it before there is one.
    wait_until(lambda: "Cannot connect to redis" in product.log())
    machine.broker.start()
    machine.database.start()
    product.wait_until_ready()

    job.merchant.wait_for_the_end(job.id)
    assert_each_has_what_was_asked_for(product, job)
    assert_nobody_knew(product)


@pytest.mark.services
def test_a_job_goes_on_through_a_deploy_and_not_one_line_is_in_doubt(
    machine: Machine, tmp_path: Path
) -> None:
    product = machine.product
    job = begin(product, tmp_path)
    wait_for_lines(product, number=LINES // 4)

    # As they are told to end, and not killed.
    for name in ("worker", "worker-2", "beat", "web"):
        product.stop(name)
    assert_it_is_in_the_middle(product)
    product.start_again("worker", "worker-2", "beat", "web")
    product.wait_until_ready()

    job.merchant.wait_for_the_end(job.id)
    assert_each_has_what_was_asked_for(product, job)
    assert "was claimed and never finished" not in product.log()


@pytest.mark.services
def test_a_backup_from_the_middle_of_a_job_is_restored_and_nobody_is_paid_twice(
    machine: Machine, tmp_path: Path
) -> None:
    product, database = machine.product, machine.database.url
    backup = tmp_path / "backup"
    job = begin(product, tmp_path)
    wait_for_lines(product, number=LINES // 4)
    postgresql("pg_dump", "--format", "custom", "--file", str(backup), database)
    wait_for_lines(product, number=LINES // 2)

    # What deploy/RUNBOOK.md says.
    product.kill("web", "beat", "worker", "worker-2")
    assert_it_is_in_the_middle(product)
    postgresql(
        *["pg_restore", "--dbname", database, "--clean", "--if-exists", "--single-transaction"],
        str(backup),
    )
    said = product.manage("after_restore")
    product.start_again("web", "beat", "worker", "worker-2")
    product.wait_until_ready()

    job.merchant.wait_for_the_end(job.id)
    assert_each_has_what_was_asked_for(product, job)
    assert "will be looked up at Zid before they are sent" in " ".join(said)


def postgresql(program: str, *arguments: str) -> None:
    found = services.find_postgresql()
    assert found is not None
    # All of them lie where the server really is, which may be on the PATH by links.
    programs = (found / "initdb").resolve().parent
    subprocess.run([programs / program, *arguments], check=True)
