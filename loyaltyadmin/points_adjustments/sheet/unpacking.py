"""Looks through a workbook before anything reads it.

An XLSX file is a zip of XML. The library that reads it (calamine) unpacks what it is given and
makes room for every cell between the first and the last, used or not: 2 KB can ask for 550 GB, and
then the whole process is gone, not only the request (github.com/tafia/calamine/issues/693). So each
part is unpacked here first, a piece at a time and against limits, and the library gets a copy of
what was looked at and nothing else: no part that is there twice, none that is longer than it says.

What the library does not tell is noted on the way: which rows and columns are hidden.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.parsers import expat

from loyaltyadmin.points_adjustments.sheet.types import Unreadable

MOST_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 2_000
MOST_CELLS = 4_000_000  # with 32 bytes for each, used or not
MOST_DEPTH = 64
MOST_COLUMNS_OF_A_GRID = 16_384

_CHUNK = 256 * 1024
_BOOK = "xl/workbook.xml"
_LINKS = "xl/_rels/workbook.xml.rels"
_IS_ENCRYPTED = 0x1
_READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_DIGITS = "0123456789"
_YES = {"1", "true"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What a sheet keeps out of sight: numbers of rows, ascending, and columns from one to another.

    Both count from 1.
    """

    rows: Sequence[int] = ()
    columns: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A workbook to read, and what each of its sheets hides, by its name."""

    file: io.BytesIO
    hidden: Mapping[str, Hidden]


def checked_copy(content: bytes) -> Copy:
    """This will give a workbook of the parts of `content` that are XML, each of them looked at.

    Raises: Unreadable with `damaged_workbook`, `encrypted`, `old_excel`, `other_zip`,
    `too_large_inside` or `too_wide`.
    """
    copy = io.BytesIO()
    seen: dict[str, _Look] = {}
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content)) as source,
            zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
        ):
            for part in _parts(source):
                with source.open(part) as packed, target.open(part.filename, "w") as unpacked:
                    parser = seen[part.filename] = _Look()
                    while chunk := packed.read(_CHUNK):
                        parser.feed(chunk)
                        unpacked.write(chunk)
                    parser.close()
    except (
        *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, expat.ExpatError),
        *(EOFError, NotImplementedError, RuntimeError, ValueError, OSError),
    ):
        raise Unreadable("damaged_workbook") from None
    copy.seek(0)
    return Copy(file=copy, hidden=_hidden(seen))


def _hidden(seen: Mapping[str, _Look]) -> dict[str, Hidden]:
    """Of each sheet, by its name: the book says where each of them stands."""
    targets = seen[_LINKS].targets if _LINKS in seen else {}
    paths = {
        name: posixpath.normpath(posixpath.join("/xl", targets.get(link, "")))[1:]
        for name, link in seen[_BOOK].sheets
    }
    return {
        name: Hidden(rows=seen[path].hidden_rows, columns=seen[path].hidden_columns)
        for name, path in paths.items()
        if path in seen
    }


def _parts(source: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The parts to look at, once their sizes in the zip's own directory have been."""
    parts = {part.filename: part for part in source.infolist()}
    if any(part.flag_bits & _IS_ENCRYPTED for part in parts.values()):
        raise Unreadable("encrypted")
    if "xl/workbook.bin" in parts:
        raise Unreadable("old_excel")
    if _BOOK not in parts:
        raise Unreadable("other_zip")
    xml = [part for name, part in parts.items() if name.lower().endswith((".xml", ".rels"))]
    if sum(part.file_size for part in xml) > MOST_UNPACKED or len(xml) > MOST_PARTS:
        raise Unreadable("too_large_inside")
    if any(part.compress_type not in _READABLE for part in xml):
        raise Unreadable("damaged_workbook")
    return xml


class _Look:
    """Goes through one part and stops at what would hurt whoever reads it next."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._depth = 0
        self._row = self._column = 0
        self._last_row = self._last_column = 0
        self._columns: dict[str, int] = {}
        self._is_hidden = False
        self.hidden_rows = array("L")
        self.hidden_columns: list[tuple[int, int]] = []
        self.sheets: list[tuple[str, str]] = []
        self.targets: dict[str, str] = {}

    def feed(self, chunk: bytes) -> None:
        self._parser.Parse(chunk, False)
        if self._last_row * self._last_column > MOST_CELLS:
            raise Unreadable("too_wide")

    def close(self) -> None:
        self._parser.Parse(b"", True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise Unreadable("damaged_workbook")
        name = name[name.find(":") + 1 :]
        if name == "c":
            self._cell(attributes.get("r"))
        elif name == "row":
            at = attributes.get("r")
            self._row = int(at) if at else self._row + 1
            self._column = 0
            self._is_hidden = attributes.get("hidden") in _YES
        elif name == "col" and attributes.get("hidden") in _YES:
            self._hide_columns(attributes)
        elif name == "sheet":
            link = next((it for key, it in attributes.items() if key.endswith(":id")), "")
            self.sheets.append((attributes.get("name", ""), link))
        elif name == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def _cell(self, at: str | None) -> None:
        if at is None:
            self._column += 1
        else:
            letters = at.rstrip(_DIGITS)
            self._column = self._columns.get(letters) or self._column_of(letters)
            # Nobody but an attacker has cells that stand elsewhere than their row.
            self._row = int(at[len(letters) :])
        self._last_column = max(self._last_column, self._column)
        self._last_row = max(self._last_row, self._row)
        if self._is_hidden:
            self._is_hidden = False
            if (
                self.hidden_rows and self._row <= self.hidden_rows[-1]
            ):  # as below, only an attacker's
                raise Unreadable("damaged_workbook")
            if self._row <= MOST_CELLS:  # else it is refused as too wide
                self.hidden_rows.append(self._row)

    def _hide_columns(self, attributes: Mapping[str, str]) -> None:
        if len(self.hidden_columns) >= MOST_COLUMNS_OF_A_GRID:
            raise Unreadable("damaged_workbook")
        columns = int(attributes.get("min", "")), int(attributes.get("max", ""))
        self.hidden_columns.append(columns)

    def _column_of(self, letters: str) -> int:
        number = 0
        for letter in letters:
            number = number * 26 + int(letter, 36) - 9
        self._columns[letters] = number
        return number

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _refuse(self, *_declaration: object) -> None:
        raise Unreadable("damaged_workbook")
