"""Files as people really have them, and as an attacker makes them: each with what is read from it.

`corpus/expected.json` says it for every file: the rows (position, customer, points or action, and
reason), the problems (line, code, value) and the columns left out because they are hidden,
or the code with which the file is refused.
"""

from __future__ import annotations

import io
import json
import resource
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from loyaltyadmin.points_adjustments import sheet, words
from loyaltyadmin.points_adjustments.sheet import Key, Reading, Unreadable
from loyaltyadmin.points_adjustments.states import Action

CORPUS = Path(__file__).parent / "corpus"
EXPECTED: dict[str, Any] = json.loads((CORPUS / "expected.json").read_text(encoding="utf-8"))
MIB = 1024**2


def told(reading: Reading) -> dict[str, Any]:
    hidden = {"hidden_columns": list(reading.hidden_columns)} if reading.hidden_columns else {}
    return {
        "rows": [
            [row.position, who(row.key), what(row.action, row.amount), row.reason]
            for row in reading.rows
        ],
        "problems": [[it.line, it.code, it.value] for it in reading.problems],
        **hidden,
    }


def who(key: Key) -> str | int:
    return key.email or (key.mobile if key.number is None else key.number)


def what(action: Action, amount: int) -> str:
    signs = {Action.ADD: "+", Action.TAKE: "-"}
    return f"{signs[action]}{amount}" if action in signs else f"{action} {amount}"


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_it_reads_what_stands_there_or_says_what_it_is(name: str) -> None:
    content = (CORPUS / name).read_bytes()

    try:
        found = told(sheet.read(content=content))
    except Unreadable as refused:
        found = {"refused": refused.code}

    assert found == EXPECTED[name]


def test_every_file_has_its_expectation_and_there_are_enough() -> None:
    files = {path.name for path in CORPUS.iterdir()} - {"expected.json"}

    assert files == set(EXPECTED)
    assert len(files) >= 60


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_code_has_a_sentence_in_both_languages(language: str) -> None:
    refused = {it["refused"] for it in EXPECTED.values() if "refused" in it}
    codes = {code for it in EXPECTED.values() for _, code, _ in it.get("problems", [])}

    assert refused <= set(words.UNREADABLE)
    assert codes <= set(words.FILE_PROBLEMS)
    with translation.override(language):
        said = [str(text) for text in (*words.UNREADABLE.values(), *words.FILE_PROBLEMS.values())]
    assert all(said)
    assert all(text.isascii() for text in said) == (language == "en")


# What is too large to keep: each has to be refused quickly, and without much memory.


def workbook(**changed: bytes) -> bytes:
    """The workbook of the corpus, with other parts in it by the ends of their names."""
    with zipfile.ZipFile(CORPUS / "workbook.xlsx") as source:
        parts = {name: source.read(name) for name in source.namelist()}
    for end, content in changed.items():
        name = next(name for name in parts if Path(name).stem.lower() == end.lower())
        parts[name] = content
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return file.getvalue()


START = b'<?xml version="1.0"?><worksheet><sheetData>'


def bomb() -> bytes:
    return workbook(sheet1=START + b" " * (150 * MIB))


def bomb_of_texts() -> bytes:
    return workbook(sharedstrings=b"<sst><si><t>" + b"x" * (150 * MIB))


def nested_without_end() -> bytes:
    return workbook(sheet1=START + b"<a>" * (10 * MIB))


def hidden_columns_without_end() -> bytes:
    """Each of them hides all columns: going through them would take as long as one likes."""
    hidden = b'<col min="1" max="16384" hidden="1"/>' * 100_000
    return workbook(
        sheet1=START.replace(b"<sheetData>", b"<cols>" + hidden + b"</cols><sheetData>")
    )


def far_down_and_right() -> bytes:
    cells = b"".join(b'<c r="A%d"><v>1</v></c>' % row for row in range(1, 5000))
    return workbook(sheet1=START + b"<row>" + cells + b'<c r="XFD5000"><v>1</v></c></row>')


def two_parts_of_one_name() -> bytes:
    """Which of the two a reader takes is a matter of taste, so both must not be there."""
    file = io.BytesIO(workbook())
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as target,
        pytest.warns(UserWarning, match="Duplicate name"),
    ):
        target.writestr("xl/worksheets/sheet1.xml", START + b"</sheetData></worksheet>")
    return file.getvalue()


def zip_in_zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as target:
        target.writestr("workbook.xlsx", bomb())
    return file.getvalue()


HOSTILE = {
    "zip bomb": (bomb, "too_large_inside"),
    "zip bomb of texts": (bomb_of_texts, "too_large_inside"),
    "elements without end": (nested_without_end, "damaged_workbook"),
    "cells far apart": (far_down_and_right, "too_wide"),
    "two parts of one name": (two_parts_of_one_name, "empty"),
    "zip in a zip": (zip_in_zip, "other_zip"),
    "a million columns": (lambda: b"customer_id,points" + b"," * 1_000_000, "too_many_columns"),
    "twenty million columns": (lambda: b"," * (20 * MIB), "too_many_columns"),
    "a million columns below": (
        lambda: b"customer_id,points\n1001,5\n" + b",x" * 1_000_000,
        "too_many_columns",
    ),
    "a cell of 10 MB": (lambda: b"customer_id,points\n1001," + b"5" * (10 * MIB), "long_cell"),
    "a quotation of 10 MB": (
        lambda: b'customer_id,points\n1001,"' + b"5\n" * (5 * MIB),
        "bad_quotes",
    ),
    "a name of 10 MB": (lambda: b"x" * (10 * MIB) + b",points\n1,5\n", "long_cell"),
    "line ends only": (lambda: b"customer_id,points\n1,5" + b"\n" * (19 * MIB), "too_many_rows"),
    "too many lines": (lambda: b"customer_id,points\n" + b"1,5\n" * 100_001, "too_many_rows"),
    "too many bytes": (lambda: b"x" * (20 * MIB + 1), "too_large"),
    "hidden columns without end": (hidden_columns_without_end, "damaged_workbook"),
    "nulls": (lambda: bytes(20 * MIB), "not_text"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_before_it_hurts(name: str) -> None:
    make, code = HOSTILE[name]
    content = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = time.process_time()

    with pytest.raises(Unreadable) as caught:
        sheet.read(content=content)

    assert caught.value.code == code
    assert time.process_time() - started < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before < 200


def test_it_reads_a_workbook_of_many_lines(tmp_path: Path) -> None:
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d"><v>5</v></c></row>' % (at, at, at, at)
        for at in range(2, 5002)
    )
    names = (
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>customer_id</t></is></c>'
        b'<c r="B1" t="inlineStr"><is><t>points</t></is></c></row>'
    )

    found = sheet.read(content=workbook(sheet1=START + names + rows + b"</sheetData></worksheet>"))

    assert [row.key.number for row in found.rows] == list(range(2, 5002))
    assert found.problems == []
