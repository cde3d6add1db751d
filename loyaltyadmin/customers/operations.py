from __future__ import annotations

import datetime as dt
import enum
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Exists, F, OrderBy, OuterRef, Q
from django.utils import timezone

from loyaltyadmin.customers import directory, fetching, folding, search
from loyaltyadmin.customers.models import Customer as Row
from loyaltyadmin.customers.models import Directory, Hint
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.types import Customer, CustomerPoints, Direction

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client

# SQLite takes 32,766 parameters in one query, and fewer queries are not faster.
VALUES_AT_ONCE = 10_000
MOST_DIGITS = 18  # what a column of whole numbers takes

_Value = TypeVar("_Value")


class KnownBy(enum.StrEnum):
    """What a line of a file names a customer by."""

    ID = "id"
    EMAIL = "email"
    MOBILE = "mobile"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerView:
    """A customer of the store, with balances and the newest entries of the points history."""

    customer: Row
    points: CustomerPoints


def read_customer(*, store: Store, zid: Client, customer_id: int) -> CustomerView:
    """This will read what points a customer has and, of one who is not known yet, who it is.

    One call, or two.

    Raises: errors.NotFound, errors.ZidError.
    """
    rows = Row.objects.filter(store=store, customer_id=customer_id)
    row = rows.first()
    if row is None:
        asked_at = timezone.now()
        customer = zid.customers.read_customer(customer_id=customer_id)
        directory.keep(store=store, customers=[customer], asked_at=asked_at)
        row = rows.get()
    try:
        points = read_customer_points(zid=zid, customer_id=customer_id)
    except errors.NotFound:
        directory.hint(store_id=store.id, customer_ids=[customer_id])
        raise
    return CustomerView(customer=row, points=points)


def read_customer_points(*, zid: Client, customer_id: int) -> CustomerPoints:
    """This will read a customer's balances and newest entries.

    Raises: errors.NotFound, errors.ZidError.
    """
    return zid.loyalty.read_customer_points(customer_id=customer_id)


def note_customer_event(*, store_id: int, customer: Customer) -> None:
    """This will take note of an event of Zid's about a store's customer.

    A store that does not have the app is left alone.
    """
    store = Store.objects.connected().filter(id=store_id).first()
    if store is not None:
        directory.note_event(store=store, customer=customer)


def balance_over_time(points: CustomerPoints) -> list[tuple[dt.datetime, int]]:
    """This will give the balance after each entry of the history, the oldest first, and now.

    Worked out backwards from today's balance, because Zid returns only the newest entries. What is
    pending or has expired is not in the balance, so its entry changes nothing here.
    """
    balance = points.balance
    balances = [(timezone.now(), balance)]
    for entry in sorted(points.history, key=lambda entry: entry.date, reverse=True):
        if entry.status not in {None, "active"}:
            continue
        balances.append((entry.date, balance))
        balance -= entry.points if entry.direction is Direction.ADD else -entry.points
    return balances[::-1]


def points_to_expire(points: CustomerPoints) -> list[tuple[dt.date, int]]:
    """This will give which part of a balance expires on which day, the nearest first.

    Zid tells when points that were given expire, and not which of them were used. Taken here: those
    that expire first are used first.
    """
    left = points.available
    parts: dict[dt.date, int] = {}
    given = (
        (entry.expires_at, entry.points)
        for entry in points.history
        if entry.direction is Direction.ADD
        and entry.status in {None, "active"}
        and entry.expires_at is not None
        and entry.expires_at > timezone.now()
    )
    for expires_at, number in sorted(given, reverse=True):
        part = min(left, number)
        left -= part
        if part > 0:
            day = timezone.localdate(expires_at)
            parts[day] = parts.get(day, 0) + part
    return sorted(parts.items())


# From the store's own copy: nothing below asks Zid


class Show(enum.StrEnum):
    """Which customers of the store."""

    ALL = "all"
    WITH_POINTS = "with_points"
    WITHOUT_POINTS = "without_points"
    INACTIVE = "inactive"
    GONE = "gone"


class Sort(enum.StrEnum):
    """What comes first."""

    NAME = "name"
    POINTS = "points"
    LAST_ORDER = "last_order"
    PAID = "paid"


_SHOWN = {
    Show.ALL: Q(gone_at=None),
    Show.WITH_POINTS: Q(gone_at=None, points__gt=0),
    Show.WITHOUT_POINTS: Q(gone_at=None, points__lte=0),
    Show.INACTIVE: Q(gone_at=None, is_active=False),
    Show.GONE: Q(gone_at__isnull=False),
}
# With the number behind, so that a page begins where the one before it ended.
_ORDERED: dict[Sort, tuple[str | OrderBy, ...]] = {
    Sort.NAME: ("is_nameless", "name", "customer_id"),
    Sort.POINTS: ("-points", "-customer_id"),
    Sort.LAST_ORDER: (F("last_order_at").desc(nulls_last=True), "-customer_id"),
    Sort.PAID: ("-paid_amount", "-customer_id"),
}


def list_customers(
    *, store: Store, typed: str = "", show: Show = Show.ALL, sort: Sort = Sort.NAME
) -> search.Found:
    """This will give the customers of a store that match what was typed, in order."""
    customers = Row.objects.filter(_SHOWN[show], store=store).order_by(*_ORDERED[sort])
    return search.search(store=store, customers=customers, typed=typed)


def number_meant(*, store: Store, typed: str) -> int | None:
    """This will give the customer whose number was typed and nothing else, to go there at once.

    Also of a number that nothing known matches: Zid may have a customer whom the copy has not yet.
    """
    number = number_at_zid(typed=typed)
    if number is None:
        return None
    if Row.objects.filter(store=store, customer_id=number).exists():
        return number
    found = list_customers(store=store, typed=typed)
    return None if found.count else number


def number_at_zid(*, typed: str) -> int | None:
    """This will give the customer's number that was typed, if it can be one."""
    digits = folding.fold(typed).strip()
    is_one = digits.isdecimal() and len(digits) <= 15 and not digits.startswith("0")
    return int(digits) if is_one else None


def read_directory(*, store: Store) -> Directory | None:
    """This will tell how far the reading of the store's customers is; None before it began."""
    return Directory.objects.filter(store=store).first()


def fetch_customers(*, store: Store) -> None:
    """This will have all customers read again soon, unless they just were."""
    fetching.ask_to_fetch(store=store)


def match_customers(
    *, store: Store, by: KnownBy, values: Iterable[str]
) -> dict[str, tuple[int, ...]]:
    """This will find the customers that a file's values name, one query for VALUES_AT_ONCE of them.

    Shape: the value as it was given, with the numbers of all customers that have it: none, one, or
    several who share an e-mail address or a mobile. Mobiles may be written in any form that
    `folding.mobile_of` reads. Customers whom Zid no longer has are not found.
    """
    wanted: defaultdict[str | int, list[str]] = defaultdict(list)
    found: dict[str, tuple[int, ...]] = {}
    for value in dict.fromkeys(values):
        found[value] = ()
        key = _key_of(value, by=by, store=store)
        if key:
            wanted[key].append(value)
    field = "customer_id" if by is KnownBy.ID else by.value
    for keys in _batches(wanted):
        rows = Row.objects.present().filter(store=store, **{f"{field}__in": keys})
        for key, customer_id in rows.order_by("customer_id").values_list(field, "customer_id"):
            for value in wanted[key]:
                found[value] += (customer_id,)
    return found


def balances_of(*, store: Store, customer_ids: Iterable[int]) -> dict[int, int]:
    """This will give the points of those customers whom Zid was last seen to have.

    As of `Directory.fetched_at` or later, our own adjustments included.
    """
    return {
        customer_id: points
        for ids in _batches(customer_ids)
        for customer_id, points in Row.objects.present()
        .filter(store=store, customer_id__in=ids)
        .values_list("customer_id", "points")
    }


def up_to_date_customers(*, store: Store, customer_ids: Iterable[int]) -> dict[int, Row]:
    """This will give, by their numbers, those customers who do not wait to be looked at again.

    Of the others some adjustment of ours may be missing in what is known.
    """
    hints = Hint.objects.filter(store=store, customer_id=OuterRef("customer_id"))
    return {
        row.customer_id: row
        for ids in _batches(customer_ids)
        for row in Row.objects.present().filter(~Exists(hints), store=store, customer_id__in=ids)
    }


def _key_of(value: str, *, by: KnownBy, store: Store) -> str | int:
    match by:
        case KnownBy.EMAIL:
            return folding.email_of(value)
        case KnownBy.MOBILE:
            return folding.mobile_of(value, currency=store.currency)
    digits = folding.fold(value).strip()
    return int(digits) if digits.isdecimal() and len(digits) <= MOST_DIGITS else 0


def _batches(values: Iterable[_Value]) -> Iterator[list[_Value]]:
    values = iter(values)
    while batch := list(islice(values, VALUES_AT_ONCE)):
        yield batch


def has_all_customers(*, store: Store) -> bool:
    """This will tell whether the copy was whole once, so that who is not in it is no customer."""
    return Directory.objects.filter(store=store).exclude(fetched_at=None).exists()
