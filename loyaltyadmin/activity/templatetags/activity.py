from __future__ import annotations

from django import template

from loyaltyadmin.activity import way_back as ways_back
from loyaltyadmin.activity import words
from loyaltyadmin.activity.models import Entry
from loyaltyadmin.activity.operations import State

register = template.Library()


@register.filter
def action_text(entry: Entry) -> str:
    return words.action_of(entry)


@register.filter
def who_text(entry: Entry) -> str:
    return words.who_of(entry)


@register.filter
def way_back(entry: Entry) -> str:
    """The address of the page that brings back what held before; empty where there is none."""
    return ways_back.page_of(entry)


@register.simple_tag
def differences(before: State, after: State) -> list[words.Difference]:
    return words.differences(before=before, after=after)
