from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from loyaltyadmin.notices import carriers, operations, previews, progress
from loyaltyadmin.notices.forms import TellCustomerForm
from loyaltyadmin.notices.models import Fate, Notice
from loyaltyadmin.notices.ways import ways_to_tell
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import LineStatus

register = template.Library()


@register.simple_tag
def notice_of(job: BulkAdjustment) -> dict[str, Any]:
    """What a bulk adjustment's customers are told; pages of other packages show it by this tag."""
    notice = Notice.objects.filter(job=job).first()
    counts = progress.progress_of(notice=notice) if notice else None
    return {
        "notice": notice,
        "progress": counts,
        "has_unknown": counts is not None and any(it is Fate.UNKNOWN for it, _ in counts.others),
        "may_ask": operations.may_ask(job=job),
        "is_set_up": bool(carriers.configured()),
        "is_off": notice is None or notice.is_off,
    }


@register.simple_tag(takes_context=True)
def telling_form(
    context: dict[str, Any], customer_id: int, line: Line | None = None
) -> TellCustomerForm:
    """The box that has a customer told, off; after a `line` that moved nothing as it was."""
    store = context["store"]
    moved_nothing = line and line.status in {LineStatus.REJECTED, LineStatus.SKIPPED}
    return TellCustomerForm(
        ways=ways_to_tell(store=store, customer_id=customer_id),
        initial=previews.initial_for_one(store=store, line=line if moved_nothing else None),
    )


@register.simple_tag
def told_about(made: Iterable[tuple[Line, Any]]) -> dict[int, Fate]:
    """What became of telling the customers of several lines, as `adjustments_of` gives them."""
    return progress.told_about(lines=[line for line, _ in made])


@register.simple_tag
def told_of(line: Line) -> Fate | None:
    return progress.told_about(lines=[line]).get(line.id)
