from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import InterfaceError, OperationalError, close_old_connections

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.customers.operations import has_all_customers
from loyaltyadmin.points_adjustments import (
    matching,
    operations,
    progress,
    reference,
    safeguards,
    sheet,
    tasks,
    words,
    writing,
)
from loyaltyadmin.points_adjustments.duplicates import Duplicates, resolve
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import JobStatus
from loyaltyadmin.stores.models import Store

POLL_SECONDS = 1.0
CUSTOMERS_SHOWN = 1000


class Command(BaseCommand):
    help = (
        "Adjust the points of many customers of a store, from a CSV or XLSX file, as the page does."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--store", type=int, required=True, help="Zid's number of the store")
        parser.add_argument("--file", type=Path, required=True, help="customer, points, reason")
        parser.add_argument("--reason", default="", help="for lines without one of their own")
        parser.add_argument(
            "--duplicates",
            choices=Duplicates.values,
            default=Duplicates.EACH.value,
            help="of several lines for a customer: each, their sum, the first, or refuse them all",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, only")
        parser.add_argument("--yes", action="store_true", help="do not ask before it starts")
        parser.add_argument("--wait", action="store_true", help="end when the job does")

    @no_translations  # half of what it says is the pages' own words, in the merchants' language
    def handle(self, *args: Any, **options: Any) -> None:
        store = Store.objects.filter(id=options["store"], uninstalled_at=None).first()
        if store is None:
            raise CommandError(f"The app is not installed on store {options['store']}.")
        if len(options["reason"]) > reference.longest_text():
            raise CommandError(f"--reason takes {reference.longest_text()} characters at most.")
        started = time.monotonic()
        matched = matching.match(store=store, reading=_read(options["file"]))
        read = resolve(sheet=matched, policy=Duplicates(options["duplicates"]))
        if not has_all_customers(store=store):
            self.stdout.write(
                "The list of the store's customers is not complete yet: whether a customer number "
                "exists is not checked."
            )
        self._show(read, duplicates=matched.duplicates)
        if options["dry_run"]:
            seconds = time.monotonic() - started
            self.stdout.write(json.dumps(_preview(read, of=matched, seconds=seconds)))
            return
        if not read.rows:
            raise CommandError("No line of the file could be read.", returncode=2)
        if not options["reason"] and any(not row.reason for row in read.rows):
            raise CommandError("Some lines have no reason: give one with --reason.")
        if not options["yes"]:
            self._ask()
        job = operations.start_bulk_adjustment(
            store=store,
            by=OPERATOR,
            sheet=read,
            reason=options["reason"],
            source=BulkAdjustment.Source.COMMAND,
            file_name=options["file"].name,
        )
        writing.write_all(job=job)
        try:
            operations.confirm_bulk_adjustment(job=job, by=OPERATOR)
        except operations.ApprovalMissing:
            safeguards.ask_for_approval(job=job, by=OPERATOR)
            self.stdout.write(f"Bulk adjustment {job.id} waits for a manager of the store.")
            return
        tasks.wake_worker(store_id=store.id)
        self.stdout.write(f"Bulk adjustment {job.id} is queued.")
        if options["wait"]:
            self._wait(job)

    def _show(self, read: sheet.Sheet, *, duplicates: int) -> None:
        if read.hidden_columns:
            self.stdout.write(words.about_hidden_columns(read.hidden_columns))
        for problem in read.problems:
            self.stdout.write(f"Left out. {words.sentence_of(problem)}")
        self.stdout.write(
            f"{len(read.rows)} lines ready, {len(read.problems)} left out, "
            f"{duplicates} for a customer who has an earlier line; "
            f"{read.points_added} points to add, {read.points_taken} to take away."
        )

    def _ask(self) -> None:
        if not sys.stdin.isatty():
            raise CommandError("Nothing was sent. Add --yes to start without being asked.")
        if input("Start? Type yes: ").strip().lower() != "yes":
            raise CommandError("Nothing was sent.")

    def _wait(self, job: BulkAdjustment) -> None:
        shown = None
        while True:
            try:
                job.refresh_from_db()
                now = progress.progress_of(job=job)
                text = f"{now.done} of {now.lines} lines done{_left(job)}"
            except (OperationalError, InterfaceError):
                # The job survives that. A failure here would have somebody start it once more.
                self.stdout.write("The database does not answer. Waiting for it.")
                close_old_connections()
                time.sleep(POLL_SECONDS)
                continue
            if now != shown:
                shown = now
                self.stdout.write(text)
            if job.is_over or job.status == JobStatus.PAUSED:
                break
            time.sleep(POLL_SECONDS)
        self.stdout.write(
            json.dumps(
                {
                    "job": str(job.id),
                    "state": job.status,
                    "lines": now.lines,
                    "applied": now.applied,
                    "rejected": now.rejected,
                    "skipped": now.skipped,
                    # With those that Zid cannot settle: nobody knows, and a person has to look.
                    "unknown": now.unknown + now.unsettled,
                    "undone": now.undone,
                }
            )
        )
        if job.status != JobStatus.FINISHED:
            sys.exit(1)


def _read(path: Path) -> sheet.Reading:
    try:
        with path.open("rb") as file:
            return sheet.read(content=file.read(sheet.MOST_BYTES + 1))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from None
    except sheet.Unreadable as error:
        raise CommandError(str(words.UNREADABLE[error.code]), returncode=2) from None


def _left(job: BulkAdjustment) -> str:
    left = progress.time_left_of(job=job)
    if not left:
        return ""
    minutes = round(left.total_seconds() / 60)
    return f", about {minutes} min left" if minutes else ", less than a minute left"


def _preview(read: sheet.Sheet, *, of: sheet.Sheet, seconds: float) -> dict[str, Any]:
    """What is ready `of` all lines, once the duplicates among them were dealt with."""
    customers: dict[str, int] = {}
    for row in read.rows:
        key = str(row.customer_id)
        if key in customers or len(customers) < CUSTOMERS_SHOWN:
            customers[key] = customers.get(key, 0) + row.signed
    return {
        "lines": len(of.rows) + len(of.problems),
        "ready": len(read.rows),
        "problems": [
            {"line": it.line, "code": it.code, "text": words.sentence_of(it)}
            for it in read.problems
        ],
        "duplicates": of.duplicates,
        "points_added": read.points_added,
        "points_taken": read.points_taken,
        "seconds": round(seconds, 3),
        "customers": customers,
    }
