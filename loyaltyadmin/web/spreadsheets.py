"""Files for a merchant's spreadsheet."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from typing import IO

import xlsxwriter
from django.http import FileResponse
from django.utils.translation import get_language_bidi

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


# A spreadsheet takes a cell for a formula that begins so, whatever cannot be seen stands before it.
_FORMULA = re.compile(
    r"[\s\ufeff\u200b-\u200f\u202a-\u202e\u2066-\u2069]*[=+\-@＝＋－＠−]|[\t\r\n]"
)
_NUMBER = re.compile(r"[+-]?\d+")


class CsvWriter:
    """Writes rows into a file, as CSV that spreadsheets read and take for text."""

    def __init__(self, file: IO[bytes]) -> None:
        # With the mark, without which spreadsheets take Arabic for something else.
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._text)

    def write(self, rows: Iterable[Sequence[object]]) -> None:
        self._writer.writerows(map(_harmless, cells) for cells in rows)

    def end(self) -> None:
        """Leave the file to whoever opened it."""
        self._text.detach()


def answer(
    *, file_name: str, rows: Iterable[Sequence[object]], text_columns: Sequence[int] = ()
) -> FileResponse:
    """This will give the rows as a file to keep: CSV or XLSX, as the end of its name says.

    They are written one by one, so that many take no more memory than few. No text in them is
    taken for a formula, whoever wrote it. In a workbook `text_columns`, from 0, keep the zeros of
    what is typed into them.
    """
    kind = file_name.rpartition(".")[2]
    file = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115  (sent, then closed)
    if kind == "xlsx":
        _write_xlsx(file, rows, text_columns=text_columns)
    else:
        _write_csv(file, rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=file_name, content_type=KINDS[kind])


def _write_csv(file: IO[bytes], rows: Iterable[Sequence[object]]) -> None:
    writer = CsvWriter(file)
    writer.write(rows)
    writer.end()


def _harmless(cell: object) -> object:
    """What no spreadsheet takes for a formula; a number with its sign is none."""
    if isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _write_xlsx(
    file: IO[bytes], rows: Iterable[Sequence[object]], *, text_columns: Sequence[int]
) -> None:
    with xlsxwriter.Workbook(file, {"constant_memory": True, **TEXT_STAYS_TEXT}) as book:
        sheet = book.add_worksheet()
        if get_language_bidi():
            sheet.right_to_left()
        for at in text_columns:
            sheet.set_column(at, at, 24, book.add_format({"num_format": "@"}))
        for at, cells in enumerate(rows):
            sheet.write_row(at, 0, cells)
