from __future__ import annotations

from typing import Any

from django import template

from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.recurring_adjustments import words
from loyaltyadmin.recurring_adjustments.models import RecurringAdjustment, Run
from loyaltyadmin.recurring_adjustments.terms import Terms
from loyaltyadmin.segments.models import Segment

register = template.Library()


@register.filter
def when_text(terms: Terms) -> str:
    return words.when(terms)


@register.simple_tag
def run_of(job: BulkAdjustment) -> Run | None:
    """The run that made a job; the page of the job shows it by this tag."""
    if job.source != BulkAdjustment.Source.RECURRING:
        return None
    return Run.objects.filter(job=job).select_related("recurring_adjustment").first()


@register.simple_tag
def uses_of(segment: Segment) -> list[RecurringAdjustment]:
    """What gives points to a segment's customers, running or not; the segment's pages show it."""
    return list(RecurringAdjustment.objects.filter(segment=segment).order_by("-created_at"))


@register.simple_tag(takes_context=True)
def running_ones(context: dict[str, Any]) -> list[RecurringAdjustment]:
    """The store's recurring adjustments that will come again, the next one first."""
    those = RecurringAdjustment.objects.filter(store=context["store"], stop_reason="")
    return list(those.order_by("next_run_at"))
