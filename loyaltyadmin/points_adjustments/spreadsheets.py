"""What stands in the files that a merchant takes away from bulk adjustments."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from operator import itemgetter

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loyaltyadmin.customers.models import Customer
from loyaltyadmin.customers.operations import read_directory, up_to_date_customers
from loyaltyadmin.points_adjustments.models import LeftOut, Line
from loyaltyadmin.points_adjustments.states import Action
from loyaltyadmin.stores.models import Store

LINES_AT_ONCE = 5000


def template_rows() -> Iterator[Sequence[object]]:
    """This will give an example of what can be uploaded, in the language of the moment.

    One line for each way to name a customer.
    """
    yield pgettext("column", "customer"), pgettext("column", "points"), pgettext("column", "reason")
    yield "1001", 50, _("A gift")
    yield "0501234567", 25, _("A gift")
    yield "noura@example.com", -20, _("A correction")


def result_rows(
    *, store: Store, lines: Iterable[Line], text_of: Callable[[Line], str]
) -> Iterator[Sequence[object]]:
    """This will give every line with its outcome, under a header.

    `outcome` is a code for scripts, `detail` what `text_of` the line says to people, `zid` Zid's
    own words. `points` is what was sent, with its sign; `action` what was asked for; the balances
    are those that were read for it and that it left, where one was read; `date` is Zid's.
    `known_balance` is the customer's as the store's own copy has it now, with the line in it: read
    from Zid at `known_as_of` or later, our own adjustments since then included.
    """
    yield (
        *("line", "customer_id", "points", "action", "balance_before", "balance_after"),
        *("known_balance", "known_as_of"),
        *("reason", "reference", "outcome", "date", "detail", "zid"),
    )
    directory = read_directory(store=store)
    as_of = directory.fetched_at if directory else None
    lines = iter(lines)
    while some := list(islice(lines, LINES_AT_ONCE)):
        known = up_to_date_customers(store=store, customer_ids={line.customer_id for line in some})
        for line in some:
            customer = known.get(line.customer_id)
            is_known = as_of is not None and _is_in(line, customer)
            yield (
                line.position,
                line.customer_id,
                f"{line.direction}{line.points}" if line.points is not None else "",
                f"{line.action} {line.target}" if line.action == Action.SET else line.action,
                _or_nothing(line.balance_before),
                _or_nothing(line.balance_after),
                customer.points if customer and is_known else "",
                _moment(as_of) if is_known else "",
                line.reason,
                line.reference,
                line.status,
                _moment(line.applied_at),
                text_of(line),
                line.zid_message,
            )


def _is_in(line: Line, customer: Customer | None) -> bool:
    """Whether what is known of a customer was found out, or worked out, after a line's end."""
    return customer is not None and line.ended_at is not None and customer.read_at >= line.ended_at


def failed_rows(
    *,
    lines: Iterable[Line],
    left_out: Iterable[LeftOut],
    text_of: Callable[[Line], str],
    problem_of: Callable[[LeftOut], str],
) -> Iterator[Sequence[object]]:
    """This will give lines as they can be uploaded again, under a header, with what was wrong.

    Those that were refused or not sent, and those that were left out, in the order of the file.
    The reader takes no notice of the column `problem`.
    """
    yield "customer", "points", "action", "reason", "problem"
    failed = ((it.position, _failed(it, text_of(it))) for it in lines)
    never_sent = ((it.position, _left_out(it, problem_of(it))) for it in left_out)
    for _position, row in heapq.merge(failed, never_sent, key=itemgetter(0)):
        yield row


def _failed(line: Line, problem: str) -> Sequence[object]:
    points = line.points if line.target is None else line.target
    return line.customer_id, points, line.action, line.reason, problem


def _left_out(line: LeftOut, problem: str) -> Sequence[object]:
    return line.customer, line.points, line.action, line.reason, problem


def _or_nothing(number: int | None) -> int | str:
    return "" if number is None else number


def _moment(at: dt.datetime | None) -> str:
    return localtime(at).isoformat() if at else ""
