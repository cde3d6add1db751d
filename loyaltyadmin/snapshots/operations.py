"""What Zid last said, kept, so that a page paints before Zid answers and opens when it is down.

Every read of the program goes through here, so that all pages share it. A change made by the app
marks what is kept as out of date: it is not shown again before Zid was asked, unless Zid's answer
told what became of it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import transaction
from django.db.models import BooleanField, Case, F, Q, When
from django.utils import timezone

from loyaltyadmin.snapshots.models import Snapshot
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid.types import (
    CashbackRule,
    InfoPage,
    Program,
    RedemptionKind,
    RedemptionMethod,
)

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client

T = TypeVar("T")
Switched = TypeVar("Switched", CashbackRule, RedemptionMethod)
_IS_TRUE = Q(changed_at=None) | Q(changed_at__lt=F("read_at")) | Q(changed_at=F("answered_at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known(Generic[T]):
    """What Zid said, and when.

    `lacks_change`: the app has changed something since, and what became of that is not in it.
    """

    state: T
    read_at: dt.datetime
    lacks_change: bool = False


class ChangedMeanwhile(Exception):
    """Zid's state is no longer the one that a form was based on; nothing was sent.

    `current` is what holds now, as the activity keeps it; nothing when it was deleted.
    """

    def __init__(self, *, current: dict[str, object] | None) -> None:
        super().__init__("changed meanwhile")
        self.current = current


def insist(*, on: dict[str, object], current: dict[str, object] | None) -> None:
    """This will see to it that what is about to be overwritten is what was shown.

    `on` holds the fields that the form was based on; other fields may have changed.

    Raises: ChangedMeanwhile.
    """
    if current is None or any(current.get(name) != value for name, value in on.items()):
        raise ChangedMeanwhile(current=current)


@dataclass(slots=True, kw_only=True)
class ProgramChange:
    """A change of the program that is under way.

    `before` is the program as Zid last told, nothing if that is not known. `answer` is for the
    change to set: it gives a program with what Zid answered in it.
    """

    before: Program | None
    answer: Callable[[Program], Program] | None = None


@contextlib.contextmanager
def changing_program(*, store: Store) -> Iterator[ProgramChange]:
    """This will keep what is known of the program from being shown after the block.

    Whatever became of the change: a lost answer may hide one. Where Zid answered, its answer is
    put into what is known instead.
    """
    known = known_program(store=store)
    change = ProgramChange(before=known.state if known else None)
    try:
        yield change
    finally:
        if change.answer is None or not _put_in(change.answer, store=store):
            _forget(store=store, part=Snapshot.Part.PROGRAM)


@contextlib.contextmanager
def changing_info_page(*, store: Store) -> Iterator[None]:
    """This will do the same for the info page."""
    try:
        yield
    finally:
        _forget(store=store, part=Snapshot.Part.INFO_PAGE)


def with_switched(them: tuple[Switched, ...], *, it: Switched) -> tuple[Switched, ...]:
    """This will give rules or methods of which one is on or off as `it` is."""
    return tuple(
        replace(other, is_active=it.is_active) if other.id == it.id else other for other in them
    )


def is_on(them: Iterable[Switched], *, id: str) -> bool | None:
    """This will tell whether the rule or method with this id is on; nothing if there is none."""
    return next((it.is_active for it in them if it.id == id), None)


def read_program(*, store: Store, zid: Client) -> Known[Program]:
    """This will read the whole program from Zid in one call, and keep it.

    Raises: errors.ZidError.
    """
    asked_at = timezone.now()
    program = zid.loyalty.read_program()
    _keep(store=store, part=Snapshot.Part.PROGRAM, state=_to_json(program), read_at=asked_at)
    return Known(state=program, read_at=asked_at)


def known_program(*, store: Store) -> Known[Program] | None:
    """This will give the program as Zid last told, or nothing if the app changed it since."""
    kept = _kept(store=store, part=Snapshot.Part.PROGRAM)
    return Known(state=_to_program(kept.state), read_at=kept.read_at) if kept else None


def last_program(*, store: Store) -> Known[Program] | None:
    """This will give the program as Zid last told, even if the app has changed it since.

    For sums that are made while somebody types, and where there is nothing better to show.
    """
    kept = _last(store=store, part=Snapshot.Part.PROGRAM)
    return replace(kept, state=_to_program(kept.state)) if kept else None


def read_info_page(*, store: Store, zid: Client) -> Known[InfoPage]:
    """This will read the info page from Zid, and keep it.

    Raises: errors.ZidError.
    """
    asked_at = timezone.now()
    page = zid.loyalty.read_info_page()
    _keep(store=store, part=Snapshot.Part.INFO_PAGE, state=asdict(page), read_at=asked_at)
    return Known(state=page, read_at=asked_at)


def known_info_page(*, store: Store) -> Known[InfoPage] | None:
    """This will give the info page as Zid last told, or nothing if the app changed it since."""
    kept = _kept(store=store, part=Snapshot.Part.INFO_PAGE)
    return Known(state=InfoPage(**kept.state), read_at=kept.read_at) if kept else None


def last_info_page(*, store: Store) -> Known[InfoPage] | None:
    """This will give the info page as Zid last told, even if the app has changed it since."""
    kept = _last(store=store, part=Snapshot.Part.INFO_PAGE)
    return replace(kept, state=InfoPage(**kept.state)) if kept else None


def _keep(
    *, store: Store, part: Snapshot.Part, state: dict[str, Any], read_at: dt.datetime
) -> None:
    Snapshot.objects.update_or_create(
        store=store,
        part=part,
        # An answer to a change that was made meanwhile may not be in it.
        defaults={"state": state, "read_at": read_at, "answered_at": None},
    )


def _kept(*, store: Store, part: Snapshot.Part) -> Snapshot | None:
    return Snapshot.objects.filter(_IS_TRUE, store=store, part=part).first()


def _last(*, store: Store, part: Snapshot.Part) -> Known[Any] | None:
    is_true = Case(When(_IS_TRUE, then=True), default=False, output_field=BooleanField())
    kept = Snapshot.objects.filter(store=store, part=part).exclude(state={})
    return next(
        (
            Known(state=it.state, read_at=it.read_at, lacks_change=not it.is_true)
            for it in kept.annotate(is_true=is_true)
        ),
        None,
    )


def _put_in(answer: Callable[[Program], Program], *, store: Store) -> bool:
    """Put an answer of Zid's into what is known, if that is true still; tells whether it is."""
    with transaction.atomic():
        kept = Snapshot.objects.select_for_update().filter(
            _IS_TRUE, store=store, part=Snapshot.Part.PROGRAM
        )
        for it in kept:
            it.state = _to_json(answer(_to_program(it.state)))
            # What was asked for before is older than the answer.
            it.changed_at = it.answered_at = timezone.now()
            it.save(update_fields=["state", "changed_at", "answered_at"])
        return bool(kept)


def _forget(*, store: Store, part: Snapshot.Part) -> None:
    # Not only where there is a row: a first read may be under way.
    now = timezone.now()
    Snapshot.objects.update_or_create(
        store=store,
        part=part,
        defaults={"changed_at": now},
        create_defaults={"changed_at": now, "state": {}, "read_at": now},
    )


def _to_json(program: Program) -> dict[str, Any]:
    state = asdict(program)
    for rule in state["cashback_rules"]:
        rule["amount_to_spend"] = str(rule["amount_to_spend"])
    for method in state["redemption_methods"]:
        method["discount_value"] = str(method["discount_value"])
    return state


def _to_program(state: dict[str, Any]) -> Program:
    rules = (
        CashbackRule(
            **rule
            | {"amount_to_spend": Decimal(rule["amount_to_spend"]), "tags": tuple(rule["tags"])}
        )
        for rule in state["cashback_rules"]
    )
    methods = (
        RedemptionMethod(
            **method
            | {
                "discount_value": Decimal(method["discount_value"]),
                "kind": RedemptionKind(method["kind"]),
            }
        )
        for method in state["redemption_methods"]
    )
    return Program(**state | {"cashback_rules": tuple(rules), "redemption_methods": tuple(methods)})
