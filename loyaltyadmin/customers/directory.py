"""Writes what Zid tells about customers into the store's own copy of them.

Answers come late and in any order: a page, one customer, the outcome of an adjustment. So every
row carries when the call began that told it, and is changed only by a call that began later.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from loyaltyadmin.customers import folding
from loyaltyadmin.customers.models import Customer, Hint, Word
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import types

# A customer is found by these, so their words are written anew when one of them changes.
SEARCHED = ("name", "email", "mobile")
LARGEST = Decimal(10**14)
MOST_TAGS = 50
CENT = Decimal("0.001")  # the dinars have three places


def keep(
    *,
    store: Store,
    customers: Iterable[types.Customer],
    asked_at: dt.datetime,
    is_whole: bool = True,
) -> int:
    """This will keep what Zid told about customers in a call that began at `asked_at`.

    `is_whole` is for Zid's list, which tells everything; what the page about one customer leaves
    out stays as it was. Tells how many rows this call is the first to tell of since `asked_at`.
    """
    told = {it.id: it for it in customers}
    try:
        return _keep(store=store, told=told, asked_at=asked_at, is_whole=is_whole)
    except IntegrityError:
        # Another process has added one of them at this very moment; now it is known.
        return _keep(store=store, told=told, asked_at=asked_at, is_whole=is_whole)


@transaction.atomic
def _keep(
    *, store: Store, told: dict[int, types.Customer], asked_at: dt.datetime, is_whole: bool
) -> int:
    rows = Customer.objects.select_for_update().filter(store=store, customer_id__in=told)
    known = {row.customer_id: row for row in rows}
    added = [
        Customer(store=store, customer_id=it.id, read_at=asked_at, **_values(it, store=store))
        for it in told.values()
        if it.id not in known
    ]
    Customer.objects.bulk_create(added)
    _write_words(added, store=store)
    older = [row for row in known.values() if row.read_at < asked_at]
    _change(older, told=told, store=store, is_whole=is_whole)
    Customer.objects.filter(id__in=[row.id for row in older]).update(read_at=asked_at, gone_at=None)
    return len(added) + len(older)


def _change(
    rows: list[Customer], *, told: dict[int, types.Customer], store: Store, is_whole: bool
) -> None:
    """Write the rows that differ, and only those: on most days that is nearly none."""
    changed: list[Customer] = []
    renamed: list[Customer] = []
    fields: set[str] = set()
    for row in rows:
        it = told[row.customer_id]
        values = _values(it, store=store) if is_whole else _told_values(it, store=store)
        different = {name for name, value in values.items() if getattr(row, name) != value}
        if not different:
            continue
        for name in different:
            setattr(row, name, values[name])
        changed.append(row)
        fields |= different
        if not different.isdisjoint(SEARCHED):
            renamed.append(row)
    if changed:
        Customer.objects.bulk_update(changed, sorted(fields), batch_size=100)
    if renamed:
        Word.objects.filter(customer__in=renamed).delete()
        _write_words(renamed, store=store)


def mark_gone(*, store: Store, customer_id: int, asked_at: dt.datetime) -> None:
    """This will note that Zid no longer has a customer."""
    Customer.objects.filter(
        store=store, customer_id=customer_id, read_at__lt=asked_at, gone_at=None
    ).update(gone_at=asked_at, read_at=asked_at)


def hint(*, store_id: int, customer_ids: Iterable[int]) -> None:
    """This will have customers looked at again soon, however often it is called for them."""
    now = timezone.now()
    Hint.objects.bulk_create(
        [Hint(store_id=store_id, customer_id=it, hinted_at=now) for it in customer_ids],
        update_conflicts=True,
        unique_fields=["store", "customer_id"],
        update_fields=["hinted_at"],
    )


def note_adjustments(*, store_id: int, moves: Iterable[tuple[int, int, dt.datetime]]) -> None:
    """This will bring balances up to date after adjustments of ours that Zid has answered.

    A move is a customer's number, the points with their sign, and when the call began. Zid's
    answer has no balance in it, so the points are added to what was read before the call. Whether
    a balance that was read at about the same time has them in it nobody can tell: that one is read
    again.
    """
    longest_call = dt.timedelta(seconds=settings.ZID_TIMEOUT_SECONDS)
    by_customer: defaultdict[int, list[tuple[int, dt.datetime]]] = defaultdict(list)
    for customer_id, points, began_at in moves:
        by_customer[customer_id].append((points, began_at))
    now = timezone.now()
    with transaction.atomic():
        rows = Customer.objects.select_for_update().filter(
            store=store_id, customer_id__in=by_customer
        )
        clear, unclear = [], []
        for row in rows.only("customer_id", "points", "read_at"):
            made = by_customer[row.customer_id]
            if any(began_at <= row.read_at + longest_call for _, began_at in made):
                unclear.append(row.customer_id)
                continue
            row.points += sum(points for points, _ in made)
            row.read_at = now
            clear.append(row)
        Customer.objects.bulk_update(clear, ["points", "read_at"], batch_size=100)
    if unclear:
        hint(store_id=store_id, customer_ids=unclear)


def _values(told: types.Customer, *, store: Store) -> dict[str, Any]:
    """The row's fields for what Zid's list tells, where nothing is as good as empty."""
    empty = {"points": 0, "orders_count": 0, "paid_amount": Decimal(0)}
    nullable = {"last_order_at", "birth_date", "is_active", "updated_at"}
    return {
        name: value if value is not None or name in nullable else empty.get(name, "")
        for name, value in _read(told, store=store).items()
    }


def _told_values(told: types.Customer, *, store: Store) -> dict[str, Any]:
    return {name: it for name, it in _read(told, store=store).items() if it is not None}


def _read(told: types.Customer, *, store: Store) -> dict[str, Any]:
    """Everything cut to what the columns hold: no odd field may stop a page of customers."""
    paid = told.order_total_amount
    tags = [" ".join(tag.split())[:100] for tag in told.tags[:MOST_TAGS]]
    mobile = folding.mobile_of(told.mobile or "", currency=store.currency)
    return {
        "name": told.name and told.name[:255],
        "email": told.email and folding.email_of(told.email)[:254],
        "mobile": mobile[:32] or None,
        "points": told.points,
        "orders_count": told.order_count,
        "paid_amount": None if paid is None else _money(paid),
        "last_order_at": told.last_order_at,
        "city": (told.city_name_ar or told.city_name_en or "")[:100] or None,
        "tags_text": "\n".join(["", *tags, ""]) if tags else None,
        "birth_date": told.birth_date,
        "is_active": told.is_active,
        "updated_at": told.updated_at,
    }


def _money(amount: Decimal) -> Decimal:
    return min(max(amount, -LARGEST), LARGEST).quantize(CENT)


def _write_words(customers: list[Customer], *, store: Store) -> None:
    Word.objects.bulk_create(
        [
            Word(store=store, customer=customer, word=word)
            for customer in customers
            for word in sorted(words_for(customer, currency=store.currency))
        ],
        batch_size=1000,
    )


def words_for(customer: Customer, *, currency: str) -> set[str]:
    """This will give what a customer is found by."""
    names = folding.words_of(customer.name)
    address = folding.words_of(customer.email.partition("@")[0])
    number = folding.national_of(customer.mobile, currency=currency)
    words = {*names, *map(folding.without_article, names), *address, number}
    return {word for word in words if word} | {str(customer.customer_id)}
