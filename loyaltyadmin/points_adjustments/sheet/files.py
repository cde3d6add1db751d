"""What kind of file it is, whatever it is called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from loyaltyadmin.points_adjustments.sheet import texts, workbooks
from loyaltyadmin.points_adjustments.sheet.types import MOST_BYTES, Unreadable

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Excel to 2003, and whatever Office encrypts
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(!doctype html|html|head|body|table|meta|\?xml)", re.I)
_PICTURES = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*", b"%PDF"),
    *(b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"SQLite format 3"),
)


def _never(_position: int) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The lines of a file with their positions. Going through them may raise Unreadable.

    `is_hidden` tells of a position whether a spreadsheet hides that line; `hidden_columns` are the
    indexes of cells that it hides in all of them. `first_column` is that of the first cell, 0 is A.
    """

    lines: Iterator[tuple[int, list[str]]]
    splits_at_comma: bool
    is_hidden: Callable[[int], bool] = _never
    hidden_columns: frozenset[int] = frozenset()
    first_column: int = 0


def open_file(content: bytes) -> Lines:
    """This will open a file by what stands in it.

    Raises: Unreadable with `too_large`, `empty`, `not_text`, `damaged_text`, `encrypted`,
    `old_excel`, `web_page`, and what `workbooks.Opened` raises.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable("too_large")
    if not content or content.isspace():
        raise Unreadable("empty")
    if content.startswith(_ZIP):
        book = workbooks.Opened(content)
        return Lines(
            lines=book.lines,
            splits_at_comma=False,
            is_hidden=book.is_hidden,
            hidden_columns=book.hidden_columns,
            first_column=book.first_column,
        )
    if content.startswith(_OLE):
        raise Unreadable("encrypted" if _ENCRYPTED in content else "old_excel")
    if markup := _MARKUP.match(content):
        raise Unreadable("old_excel" if markup[1] == b"?xml" else "web_page")
    if content.startswith(_PICTURES):
        raise Unreadable("not_text")
    text = texts.open_text(content)
    return Lines(lines=text.lines, splits_at_comma=text.separator in ",،")
