"""Inserts and deletes many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

AT_ONCE = 1000

T = TypeVar("T")


def some_at_a_time(them: Iterable[T]) -> Iterator[list[T]]:
    """This will give AT_ONCE at a time, so that 100,000 take no more memory."""
    rest = iter(them)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def insert(
    kind: type[Model], *, fields: Sequence[str], rows: Iterable[Sequence[Any]], **same: Any
) -> None:
    """This will insert rows that differ in `fields` and have all else in common.

    `fields` and `same` are names as a row has them (`store_id`), and a row the values of `fields`:
    numbers, texts and None. What neither names has its default.

    `bulk_create` makes an object of each row and prepares each of its values anew; of 100,000 lines
    that was four fifths of the time (docs/adr/0019).
    """
    columns = {
        it.attname: it for it in kind._meta.concrete_fields if it is not kind._meta.auto_field
    }
    common = {name: it for name, it in columns.items() if name not in fields}
    prepared = tuple(
        it.get_db_prep_save(same.get(name, it.get_default()), connection)
        for name, it in common.items()
    )
    head = f"{_into(kind, [*common, *fields])} VALUES "
    places = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        for some in some_at_a_time(rows):
            # SQLite takes about 40 lines in one statement, PostgreSQL all.
            at_once = connection.ops.bulk_batch_size(list(columns.values()), some)
            for at in range(0, len(some), at_once):
                part = some[at : at + at_once]
                values = chain.from_iterable((*prepared, *row) for row in part)
                cursor.execute(head + ", ".join([places] * len(part)), list(values))


def insert_from(rows: QuerySet[Any, Any], *, kind: type[Model], fields: Sequence[str]) -> None:
    """This will insert what a query of other rows gives, without fetching it.

    `fields` are the names of all that a row has but its own number, in the order of the query's
    values.
    """
    select, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"{_into(kind, fields)} {select}", values)


def delete(rows: QuerySet[Any, Any]) -> None:
    """This will delete rows that no others refer to, in one statement.

    `QuerySet.delete` fetches them all where there might be others. The database refuses it if there
    are.
    """
    rows._raw_delete(rows.db)


def _into(kind: type[Model], fields: Iterable[str]) -> str:
    quote = connection.ops.quote_name
    columns = {it.attname: str(it.column) for it in kind._meta.concrete_fields}
    names = ", ".join(quote(columns[name]) for name in fields)
    table = quote(kind._meta.db_table)
    return f"INSERT INTO {table} ({names})"  # names of our own, quoted
