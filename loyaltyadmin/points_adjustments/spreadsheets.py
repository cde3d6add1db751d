"""What stands in the files that a merchant takes away from bulk adjustments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import Action
from loyaltyadmin.web.spreadsheets import harmless


def template_rows() -> Iterator[Sequence[object]]:
    """This will give an example of what can be uploaded."""
    yield "customer_id", "points", "reason"
    yield "1001", "50", _("A gift")
    yield "1002", "-20", _("A correction")


def result_rows(
    *, lines: Iterable[Line], text_of: Callable[[Line], str]
) -> Iterator[Sequence[object]]:
    """This will give every line with its outcome, under a header.

    `outcome` is a code for scripts, `detail` what `text_of` the line says to people, `zid` Zid's
    own words. `points` is what was sent, with its sign; `action` what was asked for; the balances
    are those that were read for it and that it left, where one was read; `date` is Zid's.
    """
    yield (
        *("line", "customer_id", "points", "action", "balance_before", "balance_after"),
        *("reason", "reference", "outcome", "date", "detail", "zid"),
    )
    for line in lines:
        yield (
            line.position,
            line.customer_id,
            f"{line.direction}{line.points}" if line.points is not None else "",
            f"{line.action} {line.target}" if line.action == Action.SET else line.action,
            _or_nothing(line.balance_before),
            _or_nothing(line.balance_after),
            harmless(line.reason),
            line.reference,
            line.status,
            localtime(line.applied_at).isoformat() if line.applied_at else "",
            harmless(text_of(line)),
            harmless(line.zid_message),
        )


def failed_rows(
    *, lines: Iterable[Line], text_of: Callable[[Line], str]
) -> Iterator[Sequence[object]]:
    """This will give lines as they can be uploaded again, under a header, with what was wrong.

    The reader takes no notice of the column `problem`.
    """
    yield "customer_id", "points", "action", "reason", "problem"
    for line in lines:
        yield (
            line.customer_id,
            line.points if line.target is None else line.target,
            line.action,
            harmless(line.reason),
            harmless(text_of(line)),
        )


def _or_nothing(number: int | None) -> int | str:
    return "" if number is None else number
