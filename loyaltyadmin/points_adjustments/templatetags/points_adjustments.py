from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyaltyadmin.points_adjustments import forms, job_pages, words
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import Direction
from loyaltyadmin.presets import operations as presets

register = template.Library()


@register.simple_tag(takes_context=True)
def adjust_form(context: dict[str, Any]) -> forms.AdjustCustomerPointsForm:
    """A new form, with the quick choice that the address names; other packages show it by this."""
    position = context["request"].GET.get("preset", "")
    preset = presets.preset_at(store=context["store"], position=position) if position else None
    return forms.form_with(preset)


@register.simple_tag
def outcomes_of(entries: Iterable[Any]) -> dict[int, Line]:
    """The lines that entries of the activity are about, by their ids, in one query."""
    about = [entry for entry in entries if entry.line_id is not None]
    stores = {entry.store_id for entry in about}
    return Line.objects.filter(store__in=stores).in_bulk([it.line_id for it in about])


@register.filter
def of(found: dict[int, Any], line_id: int | None) -> Any:
    """What is known of a line, of what is known by the ids of lines."""
    return found.get(line_id) if line_id is not None else None


@register.filter
def sign(direction: str) -> str:
    """A plus or a real minus, which is as wide as the plus."""
    return "\N{MINUS SIGN}" if direction == Direction.TAKE else direction


@register.simple_tag(takes_context=True)
def running_job(context: dict[str, Any]) -> dict[str, Any] | None:
    """What the store's pages say about the bulk adjustment that is running; its own page says more.

    Asks nothing for a store that has none (`StoreQuerySet.with_running_job`).
    """
    job_id = getattr(context.get("store"), "running_job_id", None)
    shown = context.get("job")
    if job_id is None or (isinstance(shown, BulkAdjustment) and shown.id == job_id):
        return None
    job = BulkAdjustment.objects.filter(store=context["store"], id=job_id).first()
    return job_pages.in_a_line(job) if job else None


@register.filter
def problem_of_code(code: str) -> str:
    return words.problem_of(code=code)


@register.filter
def problem_text(line: Line) -> str:
    return words.text_of(line)


@register.simple_tag
def whose_time() -> str:
    return words.whose_time()


@register.filter
def moment_from_now(moment: dt.datetime) -> SafeString:
    """A time that is another one each time the page is asked for, marked as such."""
    text = formats.date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
    return format_html("<bdi data-moment>{}</bdi>", text)


@register.filter
def duration_text(duration: dt.timedelta) -> str:
    """About how long something takes."""
    minutes = math.ceil(duration.total_seconds() / 60)
    if minutes < 2:
        return _("about a minute")
    if minutes < 120:
        return ngettext("about %(number)d minute", "about %(number)d minutes", minutes) % {
            "number": minutes
        }
    hours = round(minutes / 60)
    return ngettext("about %(number)d hour", "about %(number)d hours", hours) % {"number": hours}
