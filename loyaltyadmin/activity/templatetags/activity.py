from __future__ import annotations

from django import template

from loyaltyadmin.activity import words
from loyaltyadmin.activity.models import Entry

register = template.Library()


@register.filter
def action_text(entry: Entry) -> str:
    return words.action_of(entry)


@register.filter
def who_text(entry: Entry) -> str:
    return words.who_of(entry)
