from __future__ import annotations

import csv
import io
import zipfile

from django.test import Client

from loyaltyadmin.store_data import archive, tables
from loyaltyadmin.stores.models import Store
from tests.customers.conftest import know
from tests.points_adjustments.conftest import make_job
from tests.store_data.test_erasing import fill

SECRETS = ("the-authorization", "the-manager-token", "the-refresh-token")


def download(merchant: Client) -> dict[str, list[dict[str, str]]]:
    """The rows of each file, by its name."""
    response = merchant.get("/your-data/store.zip")
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith('attachment; filename="store-90001-')
    with zipfile.ZipFile(io.BytesIO(b"".join(response))) as found:  # type: ignore[arg-type]
        assert found.testzip() is None
        return {
            name: list(csv.DictReader(io.StringIO(found.read(name).decode("utf-8-sig"))))
            for name in found.namelist()
        }


def test_it_holds_every_table_that_says_something(store: Store, merchant: Client) -> None:
    fill(store)

    files = download(merchant)

    named = [it.model for it in tables.tables_of_stores() if it.model not in archive.LEFT_OUT]
    assert len(files) == len(named)
    assert all(files.values()), [name for name, rows in files.items() if not rows]
    [customer] = [it for it in files["customers/customer.csv"] if it["customer_id"] == "77001122"]
    assert (customer["name"], customer["mobile"]) == ("نورة", "966500000077")
    assert {it["reason"] for it in files["points_adjustments/line.csv"]} >= {"هدية سرية"}


def test_it_holds_no_secret_and_nothing_of_another_store(
    store: Store, merchant: Client, other_store: Store
) -> None:
    know(other_store, 5, name="Somebody else's")

    said = str(download(merchant))

    assert not [secret for secret in SECRETS if secret in said]
    assert "Somebody else's" not in said
    assert "other" not in said


def test_no_text_in_it_becomes_a_formula(store: Store, merchant: Client) -> None:
    know(store, 5, name="=HYPERLINK(1)")

    [customer] = download(merchant)["customers/customer.csv"]

    assert customer["name"] == "'=HYPERLINK(1)"


def test_many_rows_come_piece_by_piece(store: Store, merchant: Client) -> None:
    make_job(store, customers=2500)

    pieces = [len(it) for it in archive.archive_of(store_id=store.id) if it]

    assert len(pieces) > 3
    assert len(download(merchant)["points_adjustments/line.csv"]) == 2500
