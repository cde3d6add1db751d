"""Fills PostgreSQL with stores and all that they have, by the database's own means."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.customers.models import Customer, Directory, Word
from loyaltyadmin.notices.models import Message, Notice
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line, Turn
from loyaltyadmin.recurring_adjustments.models import Gift
from loyaltyadmin.stores.models import Store

FIRST_STORE_ID = 90_001
JOBS = 4  # of each store
LARGE = (Customer, Word, Line, Entry, Gift, Message)
_STATUS = """CASE WHEN s.status = 'running' AND n % 10 > 5 THEN 'pending'
                  WHEN n % 50 = 0 THEN 'rejected' ELSE 'applied' END"""
_DONE = f"CASE WHEN {_STATUS} <> 'pending' THEN now() - n % 900 * interval '1 day' END"


def fill(*, stores: int, customers: int, lines: int, entries: int) -> None:
    """This will write so many stores, and of each so many customers, lines and entries.

    One of ten stores has a running bulk adjustment, and a few lines are of every other kind.
    """
    _fill_stores(stores)
    _fill_jobs(stores)
    _fill_customers(customers)
    _fill_lines(lines // JOBS)
    _fill_the_rest(entries=entries, gifts=customers // 10)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _fill_stores(stores: int) -> None:
    now = timezone.now()
    ids = range(FIRST_STORE_ID, FIRST_STORE_ID + stores)
    Store.objects.bulk_create(
        Store(
            id=it, title=f"Store {it}", currency="SAR", installed_at=now, check_due_at=now,
            refresh_due_at=now + dt.timedelta(days=it % 300 + 1),
        )
        for it in ids
    )  # fmt: skip
    Turn.objects.bulk_create(Turn(store_id=it) for it in ids)
    Directory.objects.bulk_create(
        Directory(store_id=it, fetched_at=now, due_at=now + dt.timedelta(hours=it % 24 + 1))
        for it in ids
    )


def _fill_jobs(stores: int) -> None:
    now = timezone.now()
    BulkAdjustment.objects.bulk_create(
        BulkAdjustment(
            id=uuid.UUID(int=(at + 1) * JOBS + number), store_id=FIRST_STORE_ID + at,
            status="running" if number == 0 and at % 10 == 0 else "finished", source="page",
            reason="A gift", created_at=now - dt.timedelta(days=number * 200 + 1),
            confirmed_at=now - dt.timedelta(days=number * 200 + 1),
            started_at=now - dt.timedelta(days=number * 200 + 1),
            ended_at=None if number == 0 and at % 10 == 0
            else now - dt.timedelta(days=number * 200),
        )
        for at in range(stores)
        for number in range(JOBS)
    )  # fmt: skip


def _fill_customers(customers: int) -> None:
    _insert(
        Customer,
        source=f"stores_store s, generate_series(1, {customers}) n",
        store_id="s.id",
        customer_id="n",
        name="'noura ' || n",
        email="'c' || n || '@example.com'",
        mobile="'9665' || lpad((n % 100000000)::text, 8, '0')",
        points="n % 900",
        orders_count="n % 30",
        birth_date="date '1970-01-01' + n % 18000",
        is_active="true",
        read_at="now()",
    )
    _insert(
        Word,
        source="customers_customer s, unnest(ARRAY['noura', s.mobile]) word",
        store_id="s.store_id",
        customer_id="s.id",
        word="word",
    )


def _fill_lines(lines: int) -> None:
    _insert(
        Line,
        source=f"points_adjustments_bulkadjustment s, generate_series(1, {lines}) n",
        store_id="s.store_id",
        job_id="s.id",
        position="n",
        customer_id="n",
        action="'add'",
        direction="'+'",
        points="n % 90 + 1",
        reason="'A gift'",
        reference="'ref-' || lpad(to_hex(row_number() OVER ()), 12, '0')",
        status=_STATUS,
        applied_at=f"CASE WHEN {_STATUS} = 'applied' THEN now() END",
        ended_at=_DONE,
        created_at="s.created_at",
    )
    _insert(
        Line,
        source="stores_store s, generate_series(1, 20) n",
        store_id="s.id",
        customer_id="n",
        action="'add'",
        direction="'+'",
        points="5",
        reference="'one-' || lpad(to_hex(row_number() OVER ()), 12, '0')",
        status="'applied'",
        applied_at="now()",
        ended_at="now() - n * interval '30 days'",
        created_at="now() - n * interval '30 days'",
    )
    some = Line.objects.filter(status="applied", job__isnull=False).order_by("id")
    few = [list(some.values_list("id", flat=True)[at : at + 50]) for at in (0, 50)]
    clear = {"applied_at": None, "ended_at": None}
    now = timezone.now()
    Line.objects.filter(id__in=few[0]).update(
        status="unknown", unknown_at=now, look_at=now + dt.timedelta(hours=1), **clear
    )
    Line.objects.filter(id__in=few[1]).update(status="unsettled", unknown_at=now, **clear)


def _fill_the_rest(*, entries: int, gifts: int) -> None:
    _insert(
        Entry,
        source=f"stores_store s, generate_series(1, {entries}) n",
        store_id="s.id",
        at="now() - n * interval '1 hour'",
        who="'merchant'",
        action="'adjust_customer_points'",
        outcome="'done'",
        customer_id="n",
        searched="'a gift ' || n || ' of the month'",
    )
    _insert(
        Gift,
        source=f"stores_store s, generate_series(1, {gifts}) n",
        store_id="s.id",
        occasion="'birthday-2026'",
        customer_id="n",
        given_at="now() - n % 300 * interval '1 day'",
    )
    now = timezone.now()
    jobs = BulkAdjustment.objects.filter(status="finished")
    Notice.objects.bulk_create(
        Notice(
            store_id=job.store_id, job=job, channel="email", text_en="Hello", asked_at=now,
            look_at=now, ended_at=now,
        )
        for job in jobs.iterator()
    )  # fmt: skip
    _insert(
        Message,
        source="notices_notice s JOIN points_adjustments_line l ON l.job_id = s.job_id",
        id="gen_random_uuid()",
        notice_id="s.id",
        line_id="l.id",
        fate="'no_address'",
        ended_at="now()",
    )


def _insert(kind: type[Model], *, source: str, **values: str) -> None:
    """Insert a row for each of `source`; what is not given as SQL has its default."""
    columns, expressions, defaults = [], [], []
    for it in kind._meta.concrete_fields:
        if it.generated or (it.primary_key and it.attname not in values):
            continue
        columns.append(connection.ops.quote_name(str(it.column)))
        if it.attname in values:
            expressions.append(values[it.attname].replace("%", "%%"))
        else:
            expressions.append("%s")
            defaults.append(it.get_db_prep_save(it.get_default(), connection))
    table = connection.ops.quote_name(kind._meta.db_table)
    head = f"INSERT INTO {table} ({', '.join(columns)})"
    # Both are written here, and not said by anybody.
    sql = f"{head} SELECT {', '.join(expressions)} FROM {source}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, defaults)
