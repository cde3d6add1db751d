"""Files for a merchant's spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence

from django.http import HttpResponse


def answer(*, file_name: str, rows: Iterable[Sequence[object]]) -> HttpResponse:
    """This will give the rows as a CSV file to keep."""
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )
    response.write("\ufeff")  # else spreadsheets take Arabic for something else
    csv.writer(response).writerows(rows)
    return response


def harmless(text: str) -> str:
    """This will give what no spreadsheet takes for a formula, whoever wrote it."""
    return f"'{text}" if text.lstrip()[:1] in {"=", "+", "-", "@"} or text[:1].isspace() else text
