"""Brings a draft's several lines for one customer together, in a few statements.

What comes of them is what `duplicates.resolve` makes of a file's rows. Of 100,000 lines each of
which was fetched and written again that took half a minute; the database does it in a second or
two, so a click can wait for it.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    Min,
    Q,
    QuerySet,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from loyaltyadmin.points_adjustments import duplicates
from loyaltyadmin.points_adjustments.duplicates import Duplicates
from loyaltyadmin.points_adjustments.lines import LEFT_OUT_FIELDS
from loyaltyadmin.points_adjustments.models import BulkAdjustment, LeftOut, Line
from loyaltyadmin.points_adjustments.sheet import MOST_POINTS
from loyaltyadmin.points_adjustments.states import Action, Direction
from loyaltyadmin.web import rows as many

# Django's UPDATE has no FROM; with a subquery for each line this would take minutes.
_SUM_UP = """
    UPDATE points_adjustments_line SET
        points = ABS(sums.total),
        action = CASE WHEN sums.total > 0 THEN %s ELSE %s END,
        direction = CASE WHEN sums.total > 0 THEN %s ELSE %s END
    FROM ({sums}) AS sums
    WHERE points_adjustments_line.job_id = sums.job_id
        AND points_adjustments_line.position = sums.earliest
"""
_SIGNED = Case(
    When(direction=Direction.TAKE, then=-F("points")),
    default=F("points"),
    output_field=BigIntegerField(),
)


def resolve_duplicates(*, job: BulkAdjustment, policy: Duplicates) -> bool:
    """This will do what `policy` says with customers who have several lines; tells whether any has.

    Lines that it leaves out can be put right or dropped like others. In the transaction that edits
    the draft.
    """
    several = _customers(job)
    if policy is Duplicates.EACH or not several.exists():
        return False
    if policy is Duplicates.REFUSE:
        _leave_out(_lines_of(job, several), code=duplicates.SEVERAL_LINES)
    elif policy is Duplicates.FIRST:
        _leave_out(_all_but_first(job), code=duplicates.SEVERAL_LINES)
    else:
        _add_up(job)
    return True


def _add_up(job: BulkAdjustment) -> None:
    """A customer's first line becomes the sum, with its reason: each line of a draft has one."""
    cannot_be_added = {
        duplicates.SETS_THE_BALANCE: Q(balances__gt=0),
        duplicates.ADDS_UP_TO_NOTHING: Q(total=0),
        duplicates.TOO_MANY_POINTS: Q(total__gt=MOST_POINTS) | Q(total__lt=-MOST_POINTS),
    }
    for code, which in cannot_be_added.items():
        if (customers := _customers(job).filter(which)).exists():
            _leave_out(_lines_of(job, customers), code=code)
    sums, values = (
        _customers(job).values_list("job_id", "earliest", "total").query.sql_with_params()
    )
    actions = (Action.ADD.value, Action.TAKE.value, Direction.ADD.value, Direction.TAKE.value)
    with connection.cursor() as cursor:
        cursor.execute(_SUM_UP.format(sums=sums), (*actions, *values))
    many.delete(_all_but_first(job))


def _customers(job: BulkAdjustment) -> QuerySet[Any, Any]:
    """Those with several lines, and what these come to."""
    each = job.lines.order_by().values("job_id", "customer_id")
    return each.annotate(
        count=Count("id"), earliest=Min("position"), balances=Count("target"), total=Sum(_SIGNED)
    ).filter(count__gt=1)


def _lines_of(job: BulkAdjustment, customers: QuerySet[Any, Any]) -> QuerySet[Line]:
    return job.lines.filter(customer_id__in=customers.values("customer_id"))


def _all_but_first(job: BulkAdjustment) -> QuerySet[Line]:
    """The lines that are not their customer's first."""
    first = job.lines.order_by().values("customer_id").annotate(earliest=Min("position"))
    return job.lines.exclude(position__in=first.values("earliest"))


def _leave_out(lines: QuerySet[Line], *, code: str) -> None:
    customer = Cast("customer_id", TextField())
    points = Cast(Coalesce("target", "points"), TextField())
    many.insert_from(
        lines.values_list(
            "job_id", "position", Value(code), customer, customer, points, "action", "reason"
        ),
        kind=LeftOut,
        fields=("job_id", *LEFT_OUT_FIELDS),
    )
    many.delete(lines)
