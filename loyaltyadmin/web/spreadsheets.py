"""Files for a merchant's spreadsheet."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from typing import IO

import xlsxwriter
from django.http import FileResponse

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
KEPT_IN_MEMORY = 2 * 1024 * 1024  # bytes; a longer file lies on the disk until it is sent
# What a cell means is decided here: no text becomes a formula, a link or a number.
TEXT_STAYS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def answer(*, file_name: str, rows: Iterable[Sequence[object]]) -> FileResponse:
    """This will give the rows as a file to keep: CSV or XLSX, as the end of its name says.

    They are written one by one, so that many take no more memory than few.
    """
    kind = file_name.rpartition(".")[2]
    file = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115  (sent, then closed)
    write = _write_xlsx if kind == "xlsx" else _write_csv
    write(file, rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=file_name, content_type=KINDS[kind])


def harmless(text: str) -> str:
    """This will give what no spreadsheet takes for a formula, whoever wrote it."""
    return f"'{text}" if text.lstrip()[:1] in {"=", "+", "-", "@"} or text[:1].isspace() else text


def _write_csv(file: IO[bytes], rows: Iterable[Sequence[object]]) -> None:
    # With the mark, without which spreadsheets take Arabic for something else.
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    csv.writer(text).writerows(rows)
    text.detach()


def _write_xlsx(file: IO[bytes], rows: Iterable[Sequence[object]]) -> None:
    with xlsxwriter.Workbook(file, {"constant_memory": True, **TEXT_STAYS_TEXT}) as book:
        sheet = book.add_worksheet()
        for at, cells in enumerate(rows):
            sheet.write_row(at, 0, cells)
