"""Each query that is asked again and again has an index of its own."""

from __future__ import annotations

import pytest
from django.db import connection

from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.stores.models import Store
from tests.bench import explaining, filling
from tests.bench.hot_queries import hot_queries

LARGE = {it._meta.db_table for it in (*filling.LARGE, BulkAdjustment)}

pytestmark = [pytest.mark.services, pytest.mark.django_db]


@pytest.fixture
def filled() -> Store:
    """A small store among some, in a database that goes through a table only if it has to."""
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL tells what it does")
    filling.fill(stores=20, customers=60, lines=80, entries=60)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return Store.objects.get(id=filling.FIRST_STORE_ID)


def test_no_hot_query_reads_all_of_a_large_table(filled: Store) -> None:
    explained = {
        name: explaining.explain(call, large=LARGE) for name, call in hot_queries(filled).items()
    }

    failed = {name: it.read_through for name, it in explained.items() if it.read_through}
    assert failed == {}


def test_one_that_did_would_be_noticed(filled: Store) -> None:
    without_an_index = Line.objects.filter(points=7)
    by_an_index_of_all = Line.objects.filter(points=7).order_by("id")[:1]

    for rows in (without_an_index, by_an_index_of_all):
        explained = explaining.explain(lambda rows=rows: list(rows.all()), large=LARGE)

        assert set(explained.read_through) == {Line._meta.db_table}
        assert explained.rows_read > 0
