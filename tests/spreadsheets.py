"""Files that the app hands out, as a spreadsheet shows them."""

from __future__ import annotations

import csv
import io
import zipfile
from xml.etree import ElementTree

NAMESPACE = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def rows_of_csv(content: bytes) -> list[dict[str, str]]:
    text = content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def cells_of_xlsx(content: bytes) -> list[list[str]]:
    """The cells of the first sheet, as far as its header goes."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314  (ours)
    assert not sheet.findall(".//x:f", NAMESPACE)
    rows = [_cells(row) for row in sheet.findall(".//x:row", NAMESPACE)]
    return [[row.get(column, "") for column in rows[0]] for row in rows]


def _cells(row: ElementTree.Element) -> dict[str, str]:
    """A row's cells by their columns: what is empty is not written."""
    return {
        cell.attrib["r"].rstrip("0123456789"): "".join(
            part.text or "" for part in cell.iter() if part.tag.endswith(("}v", "}t"))
        )
        for cell in row.findall("x:c", NAMESPACE)
    }
