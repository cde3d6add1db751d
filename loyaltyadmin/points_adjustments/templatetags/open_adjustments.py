from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Q

from loyaltyadmin.activity.models import Action, Entry
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import LINE_OPEN, LineStatus

register = template.Library()

NEWEST = 10


@register.simple_tag(takes_context=True)
def open_adjustment(context: dict[str, Any], customer_id: int) -> Line | None:
    """The customer's newest single adjustment that is not settled, for who left and came back.

    Without it the page would offer the form again while the answer is awaited, and the merchant
    would send the same points twice.
    """
    return (
        Line.objects.filter(
            store=context["store"],
            customer_id=customer_id,
            job=None,
            status__in=[*LINE_OPEN, LineStatus.UNSETTLED],
        )
        .order_by("-created_at")
        .first()
    )


@register.simple_tag(takes_context=True)
def adjustments_of(context: dict[str, Any], customer_id: int) -> list[tuple[Line, Entry | None]]:
    """The customer's newest adjustments through this app, each with the entry that says who."""
    store = context["store"]
    lines = list(
        Line.objects.kept()
        .filter(store=store, customer_id=customer_id)
        .select_related("job")
        .order_by("-created_at")[:NEWEST]
    )
    made = Entry.objects.filter(store=store).filter(
        Q(action=Action.ADJUST_CUSTOMER_POINTS, line_id__in=[line.id for line in lines])
        | Q(action=Action.CONFIRM_BULK_ADJUSTMENT, job_id__in={line.job_id for line in lines})
    )
    by_line = {entry.line_id or entry.job_id: entry for entry in made}
    return [(line, by_line.get(line.job_id or line.id)) for line in lines]
