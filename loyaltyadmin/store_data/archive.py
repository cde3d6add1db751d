"""All that the app keeps of a store, as one archive of CSV files: a file for each table."""

from __future__ import annotations

import datetime as dt
import json
import re
import zipfile
from collections.abc import Iterator, Sequence

from django.db.models import Field, Model
from django.utils import timezone

from loyaltyadmin.activity.models import Attempt
from loyaltyadmin.customers.models import Directory, Hint, Word
from loyaltyadmin.notices.models import Recipient
from loyaltyadmin.points_adjustments.models import Turn, Unwritten, Upload
from loyaltyadmin.store_data.tables import Table, tables_of_stores
from loyaltyadmin.stores.models import RateBucket
from loyaltyadmin.web.rows import some_at_a_time
from loyaltyadmin.web.spreadsheets import CsvWriter

LEFT_OUT = {
    Attempt: "a change that is being made at this moment; its entry comes in a moment",
    Directory: "how far the reading of customers is",
    Hint: "whom to look at again",
    Word: "the words of customers' names, once more",
    Recipient: "hashes, which tell nobody anything",
    Turn: "which process is at work",
    Unwritten: "lines on their way to their table",
    Upload: "the merchant's own file, kept for a day",
    RateBucket: "how many calls were made in the last minute",
}
# Secrets, and what tells processes from one another.
COLUMNS_LEFT_OUT = {
    "authorization",
    "manager_token",
    "refresh_token",
    "lookup_token_sha256",
    "tokens_version",
    "refresh_claimed_until",
    "claim",
    "searched",
}


def file_name(*, store_id: int) -> str:
    return f"store-{store_id}-{timezone.localdate()}.zip"


def archive_of(*, store_id: int) -> Iterator[bytes]:
    """This will give the archive piece by piece, so that a large one takes no more memory.

    No text in it is taken for a formula by a spreadsheet, whoever wrote it.
    """
    written = _Written()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables_of_stores():
            if table.model in LEFT_OUT:
                continue
            with archive.open(_name_of(table.model), "w", force_zip64=True) as file:
                writer = CsvWriter(file)
                for some in some_at_a_time(_rows(table, store_id)):
                    writer.write(some)
                    yield written.take()
                writer.end()
    yield written.take()


def _rows(table: Table, store_id: int) -> Iterator[Sequence[object]]:
    columns = [it for it in table.model._meta.concrete_fields if it.name not in COLUMNS_LEFT_OUT]
    yield [it.attname for it in columns]
    rows = table.rows_of(store_id).order_by("pk").values_list(*(it.attname for it in columns))
    for row in rows.iterator(chunk_size=1000):
        yield [_cell(it, value) for it, value in zip(columns, row, strict=True)]


def _cell(field: Field[object, object], value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    if field.get_internal_type() == "JSONField":
        return json.dumps(value, ensure_ascii=False)
    return value


def _name_of(model: type[Model]) -> str:
    """Such as `points_adjustments/bulk_adjustment.csv`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", model.__name__).lower()
    return f"{model._meta.app_label}/{words}.csv"


class _Written:
    """Keeps what is written until it is taken; an archive is written from beginning to end.

    It cannot seek, and zipfile then puts each file's size behind it.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nor is anything open."""

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
