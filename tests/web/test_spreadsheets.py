"""Files that a merchant takes away and opens in a spreadsheet."""

from __future__ import annotations

import csv
import io
import zipfile
from contextlib import closing

import pytest
from python_calamine import CalamineWorkbook

from loyaltyadmin.web.spreadsheets import answer

# Closing a response has Django look at its database.
pytestmark = pytest.mark.django_db

HOSTILE = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    " =1+1",
    "\t=1+1",
    "\ttext",
    "\rtext",
    "\n=1",
    "\u200f=1+1",
    "\ufeff=1+1",
    "\u00a0=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    "−1+1",
    '=HYPERLINK("http://evil.example","x")',
    "=cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
]


def written(kind: str, cell: object) -> bytes:
    with closing(answer(file_name=f"x.{kind}", rows=[["cell"], [cell]])) as response:
        return response.getvalue()


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_in_a_csv_file_is_a_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(written("csv", text).decode("utf-8-sig"), newline="")))

    assert rows[1] == [f"'{text}"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_in_a_workbook_is_a_formula(text: str) -> None:
    content = written("xlsx", text)

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert "<f>" not in parts.read("xl/worksheets/sheet1.xml").decode()
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    if "\r" not in text:  # XML has none
        assert book.get_sheet_by_index(0).to_python()[1] == [text]


@pytest.mark.parametrize("cell", [50, -20, "+50", "-20", "2026-05-12", "هدية", "a = b", "1001"])
def test_numbers_and_harmless_texts_stay_as_they_are(cell: object) -> None:
    rows = list(csv.reader(io.StringIO(written("csv", cell).decode("utf-8-sig"), newline="")))

    assert rows[1] == [str(cell)]
