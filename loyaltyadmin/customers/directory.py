"""Writes what Zid tells about customers into the store's own copy of them.

Answers come late and in any order: a page, one customer, the outcome of an adjustment. So every
row carries when the call began that told it, and is changed only by a call that began later.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from loyaltyadmin.customers import folding
from loyaltyadmin.customers.models import Customer, Hint, Word
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import types

# A customer is found by these, so their words are written anew when one of them changes.
SEARCHED = ("name", "email", "mobile")
LARGEST = Decimal(10**14)
MOST_TAGS = 50
NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
CENT = Decimal("0.001")  # the dinars have three places


def keep(*, store: Store, customers: Iterable[types.Customer], asked_at: dt.datetime) -> None:
    """This will keep what Zid told about customers in a call that began at `asked_at`.

    What Zid left out, as the page about one customer does, stays as it was.
    """
    told = {it.id: it for it in customers}
    try:
        _keep(store=store, told=told, asked_at=asked_at)
    except IntegrityError:
        # Another process has added one of them at this very moment; now it is known.
        _keep(store=store, told=told, asked_at=asked_at)


@transaction.atomic
def _keep(*, store: Store, told: dict[int, types.Customer], asked_at: dt.datetime) -> None:
    rows = Customer.objects.select_for_update().filter(store=store, customer_id__in=told)
    known = {row.customer_id: row for row in rows}
    added = [
        Customer(store=store, customer_id=it.id, read_at=asked_at, **_told(it, store=store))
        for it in told.values()
        if it.id not in known
    ]
    Customer.objects.bulk_create(added)
    _write_words(added, store=store)
    older = [row for row in known.values() if row.read_at < asked_at]
    _change(older, told=told, store=store)
    Customer.objects.filter(id__in=[row.id for row in older]).update(read_at=asked_at, gone_at=None)


def _change(rows: list[Customer], *, told: dict[int, types.Customer], store: Store) -> None:
    """Write the rows that differ, and only those: on most days that is nearly none."""
    changed: list[Customer] = []
    renamed: list[Customer] = []
    fields: set[str] = set()
    for row in rows:
        values = _told(told[row.customer_id], store=store)
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


def note_event(*, store: Store, customer: types.Customer) -> None:
    """This will take an event for what it is worth: it may be late, out of order, or repeated.

    What it says of a customer is believed when Zid dates it later than what is known, and of one
    who is not known at all. Its points are not: nobody can tell which adjustments are in them. A
    customer whose points would differ is looked at again, and so is one who is new or was gone.
    """
    try:
        is_clear = _note_event(store=store, customer=customer)
    except IntegrityError:
        is_clear = False  # added by another process at this very moment
    if not is_clear:
        hint(store_id=store.id, customer_ids=[customer.id])


@transaction.atomic
def _note_event(*, store: Store, customer: types.Customer) -> bool:
    """Tell whether nothing is left to find out."""
    rows = Customer.objects.select_for_update().filter(store=store, customer_id=customer.id)
    row = rows.first()
    if row is None:
        row = Customer(
            store=store, customer_id=customer.id, read_at=NEVER, **_told(customer, store=store)
        )
        Customer.objects.bulk_create([row])
        _write_words([row], store=store)
        return False
    at = customer.updated_at
    if at is not None and (row.updated_at is None or at > row.updated_at):
        kept = dataclasses.replace(customer, untold=customer.untold | {"points"})
        _change([row], told={customer.id: kept}, store=store)
    return row.gone_at is None and row.points == (customer.points or 0)


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
        clear: defaultdict[int, list[int]] = defaultdict(list)
        unclear = []
        for row in rows.only("customer_id", "read_at"):
            made = by_customer[row.customer_id]
            if any(began_at <= row.read_at + longest_call for _, began_at in made):
                unclear.append(row.customer_id)
            else:
                clear[sum(points for points, _ in made)].append(row.id)
        # Most customers of a job get the same.
        for points, ids in clear.items():
            Customer.objects.filter(id__in=ids).update(points=F("points") + points, read_at=now)
    if unclear:
        hint(store_id=store_id, customer_ids=unclear)


# Zid's word for it, where it is another one than ours.
_ZIDS = {
    "orders_count": "order_count",
    "paid_amount": "order_total_amount",
    "city": "city_name_ar",
    "tags_text": "tags",
}


def _told(it: types.Customer, *, store: Store) -> dict[str, Any]:
    """The row's fields that Zid told, nothing of the rest.

    Everything is cut to what the columns hold: no odd field may stop a page of customers.
    """
    tags = [" ".join(tag.split())[:100] for tag in it.tags[:MOST_TAGS]]
    values = {
        "name": (it.name or "").strip()[:255],
        "email": folding.email_of(it.email or "")[:254],
        "mobile": folding.mobile_of(it.mobile or "", currency=store.currency)[:32],
        "points": it.points or 0,
        "orders_count": it.order_count or 0,
        "paid_amount": _money(it.order_total_amount or Decimal(0)),
        "last_order_at": it.last_order_at,
        "city": (it.city_name_ar or it.city_name_en or "")[:100],
        "tags_text": "\n".join(["", *tags, ""]) if tags else "",
        "birth_date": it.birth_date,
        "is_active": it.is_active,
        "updated_at": it.updated_at,
    }
    return {name: value for name, value in values.items() if _ZIDS.get(name, name) not in it.untold}


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
