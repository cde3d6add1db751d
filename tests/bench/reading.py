"""How long the files of bulk adjustments take to read, and how much memory."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

from tests.bench import table

SIZES = (1_000, 10_000, 100_000)
GOAL_SECONDS, GOAL_MIB = 10, 300
MIB = 1024**2
HEADER = ("رقم الجوال", "النقاط", "الإجراء", "السبب")
ACTIONS = ("إضافة", "خصم", "")
SHORT = "هدية العيد"
# As much as 100,000 lines may have of it in 20 MB.
LONG = "شكرًا على ثقتكم بنا وعلى كل طلب خلال هذا العام، ونتمنى لكم عيدًا سعيدًا مع من تحبون"


def main() -> None:
    table.headline("Reading files: mobile numbers, points, action and a reason in Arabic")
    rows: list[tuple[object, ...]] = []
    slowest = largest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for kind, write in (("CSV", _write_csv), ("XLSX", _write_xlsx)):
            for lines, reason in (*((size, SHORT) for size in SIZES), (SIZES[-1], LONG)):
                path = Path(folder) / f"{lines}.{kind.lower()}"
                write(path, lines=lines, reason=reason)
                said = _read(path)
                assert said["rows"] == lines, said
                slowest, largest = max(slowest, said["seconds"]), max(largest, said["peak"])
                rows.append(
                    (
                        f"{kind}, {lines:,} lines",
                        f"{path.stat().st_size / MIB:.1f} MiB",
                        f"{said['seconds']:.2f} s",
                        f"{said['cpu']:.2f} s",
                        f"{said['peak']:.0f} MiB",
                        f"{said['peak'] - said['before']:.0f} MiB",
                    )
                )
    table.show(["", "file", "to read", "of it CPU", "peak memory", "of it for reading"], rows)
    print()
    table.goal("100,000 lines", wanted=GOAL_SECONDS, reached=slowest, unit=" s", at_most=True)
    table.goal("peak memory", wanted=GOAL_MIB, reached=largest, unit=" MiB", at_most=True)


def _lines(*, lines: int, reason: str) -> Iterator[tuple[object, ...]]:
    yield HEADER
    for at in range(lines):
        yield f"+9665{at:08d}", at % 500 + 1, ACTIONS[at % 3], f"{reason} {at}"


def _write_csv(path: Path, *, lines: int, reason: str) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(_lines(lines=lines, reason=reason))


def _write_xlsx(path: Path, *, lines: int, reason: str) -> None:
    # Not row by row: then each text stands in the table of texts, as with Excel itself.
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, cells in enumerate(_lines(lines=lines, reason=reason)):
            sheet.write_row(at, 0, cells)


def _read(path: Path) -> dict[str, float]:
    """By a process of its own, whose memory nothing else has used."""
    command = [sys.executable, "-m", "tests.bench.reading_inside", str(path)]
    environment = os.environ | {"DEBUG": "1", "DJANGO_SETTINGS_MODULE": "loyaltyadmin.settings"}
    said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return dict(json.loads(said.stdout.splitlines()[-1]))
