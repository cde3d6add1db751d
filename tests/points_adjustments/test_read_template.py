"""An example of what can be uploaded."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from django.test import Client

from loyaltyadmin.points_adjustments import sheet
from loyaltyadmin.points_adjustments.states import Action
from loyaltyadmin.stores.models import Store
from tests.conftest import client_of


@pytest.mark.parametrize("pages", ["en", "ar"])
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_it_can_be_uploaded_as_it_is_in_both_languages(
    store: Store, pages: str, language: str, kind: str
) -> None:
    path = f"/bulk-adjustments/template-{language}.{kind}"

    content = client_of(store, language=pages).get(path).getvalue()

    read = sheet.read(content=content)
    assert read.problems == []
    assert [(row.action, row.amount) for row in read.rows] == [
        (Action.ADD, 50),
        (Action.ADD, 25),
        (Action.TAKE, 20),
    ]
    assert [row.key.number for row in read.rows] == [1001, None, None]
    assert (read.rows[1].key.mobile, read.rows[2].key.email) == ("0501234567", "noura@example.com")
    assert all(row.reason for row in read.rows)


def sheet_of(merchant: Client, language: str) -> str:
    content = merchant.get(f"/bulk-adjustments/template-{language}.xlsx").getvalue()
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read("xl/worksheets/sheet1.xml").decode()


def test_the_workbook_reads_from_the_right_in_arabic(merchant: Client) -> None:
    assert 'rightToLeft="1"' in sheet_of(merchant, "ar")
    assert 'rightToLeft="1"' not in sheet_of(merchant, "en")


def test_the_customers_column_of_the_workbook_keeps_zeros(merchant: Client) -> None:
    column = re.search('<col min="1" max="1"[^>]*>', sheet_of(merchant, "ar"))

    assert column is not None
    assert 'style="1"' in column[0]


@pytest.mark.parametrize("path", ["template-fr.csv", "template-ar.xls", "template.csv"])
def test_there_is_no_other(merchant: Client, path: str) -> None:
    assert merchant.get(f"/bulk-adjustments/{path}").status_code == 404
