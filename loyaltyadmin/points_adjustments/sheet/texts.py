"""Lines and cells of a text, in whatever way programs write them."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from loyaltyadmin.points_adjustments.sheet.columns import HEADER_WITHIN, meanings_of
from loyaltyadmin.points_adjustments.sheet.numbers import clean
from loyaltyadmin.points_adjustments.sheet.types import MOST_COLUMNS, Unreadable

SEPARATORS = ",;\t|،؛"
MOST_LINES = 2_000_000  # nearly all of them empty: no spreadsheet has that many
LOOKED_AT_CHARACTERS = 64 * 1024
LOOKED_AT_BYTES = 16 * 1024
LOOKED_AT_LINES = 30
FEWEST_NULLS = 20  # one in so many bytes: even Arabic has that many separators, digits, line ends

_CHUNK = 1024 * 1024
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x7f]")
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_ARABIC = re.compile("[\u0621-\u064a]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text's lines: a position, the first being 1, and clean cells. Empty ones are left out.

    Going through them raises Unreadable with `bad_quotes`, `long_cell`, `too_many_columns`
    or `too_many_rows`.
    """

    lines: Iterator[tuple[int, list[str]]]
    separator: str


def open_text(content: bytes) -> Text:
    """This will find out how a text is written.

    UTF-8, UTF-16 and Windows-1256, with a comma, a semicolon, a tab, a bar or their Arabic kin.

    Raises: Unreadable with `not_text` or `damaged_text`.
    """
    encoding = _encoding_of(content)
    head = io.TextIOWrapper(io.BytesIO(content), encoding, newline="").read(LOOKED_AT_CHARACTERS)
    said = _SEPARATOR_LINE.match(head)
    separator = said[1] if said and said[1] in SEPARATORS else _separator_of(head)
    text = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
    lines = _lines(text, separator, skip=1 if said else 0, has_quotes=b'"' in content)
    return Text(lines=lines, separator=separator)


def _lines(
    text: io.TextIOBase, separator: str, *, skip: int, has_quotes: bool
) -> Iterator[tuple[int, list[str]]]:
    # Strict: else a quotation mark that nobody closed swallows the lines that follow it.
    narrow = _narrow(text, separator)
    reader = csv.reader(narrow, delimiter=separator, strict=True)
    try:
        for position, cells in enumerate(reader, start=1):
            if position > MOST_LINES:
                raise Unreadable("too_many_rows")
            if position > skip and any(cells):
                cleaned = [clean(cell) for cell in cells]
                if any(cleaned):
                    yield position, cleaned
    except csv.Error as error:
        # A cell that goes on and on is most often a quotation mark that nobody closed.
        is_long = "field larger" in str(error) and not has_quotes
        raise Unreadable("long_cell" if is_long else "bad_quotes") from None


def _narrow(text: io.TextIOBase, separator: str) -> Iterator[str]:
    for line in text:
        if line.count(separator) >= MOST_COLUMNS:
            raise Unreadable("too_many_columns")
        yield line


def _encoding_of(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif b"\x00" in content[:4096]:
        candidates = _utf_16_without_a_mark(content)
    else:
        candidates = ["utf-8-sig", "cp1256"]
    for encoding in candidates:
        if _is_text(content, encoding):
            if encoding == "cp1256" and _was_utf_8(content):
                raise Unreadable("damaged_text")
            return encoding
    raise Unreadable("not_text")


def _is_text(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(content)
    try:
        for start in range(0, len(content), _CHUNK):
            if _CONTROL.search(decoder.decode(view[start : start + _CHUNK])):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _utf_16_without_a_mark(content: bytes) -> list[str]:
    """The byte order in which separators, digits and line ends are what they are."""
    start = content[:4096]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if FEWEST_NULLS * max(even, odd) < len(start):
        return []
    return ["utf-16-le" if odd >= even else "utf-16-be"]


def _was_utf_8(content: bytes) -> bool:
    """Whether a few bytes are all that keep it from being Arabic in UTF-8.

    Windows-1256 reads any bytes as some letters; those would go to customers.
    """
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        around = slice(max(0, error.start - LOOKED_AT_BYTES), error.start + LOOKED_AT_BYTES)
    text = content[around].decode("utf-8", "replace")
    return len(_ARABIC.findall(text)) > text.count("\ufffd")


def _separator_of(head: str) -> str:
    """The one under which most columns are named, or else lines have the same number of cells."""
    return max(SEPARATORS, key=lambda separator: _score(head, separator))


def _score(head: str, separator: str) -> tuple[int, float, int]:
    lines = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    try:
        read = [[clean(it) for it in line] for line in islice(lines, LOOKED_AT_LINES) if any(line)]
    except csv.Error:
        return 0, 0, 0
    named = max((len(meanings_of(cells)) for cells in read[:HEADER_WITHIN]), default=0)
    widths = Counter(len(cells) for cells in read if len(cells) > 1)
    width, count = max(widths.items(), key=lambda it: (it[1], it[0]), default=(0, 0))
    return named, count / max(len(read), 1), width
