from __future__ import annotations

from typing import Any

from django import template

from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import LINE_OPEN, LineStatus

register = template.Library()


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
