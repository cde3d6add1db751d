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

    `outcome` is a code for scripts, `detail` what `text_of` the line says to people.
    `points` is what was sent, with its sign; `action` what was asked for; `balance_before` the
    balance that was read for it, where one was.
    """
    yield (
        *("line", "customer_id", "points", "action", "balance_before"),
        *("reason", "reference", "outcome", "date", "detail"),
    )
    for line in lines:
        yield (
            line.position,
            line.customer_id,
            f"{line.direction}{line.points}" if line.points is not None else "",
            f"{line.action} {line.target}" if line.action == Action.SET else line.action,
            line.balance_before if line.balance_before is not None else "",
            harmless(line.reason),
            line.reference,
            line.status,
            localtime(line.applied_at).isoformat() if line.applied_at else "",
            harmless(text_of(line)),
        )
