from __future__ import annotations

from typing import Any

from django import template

from loyaltyadmin.presets import operations
from loyaltyadmin.presets.models import Preset

register = template.Library()


@register.simple_tag(takes_context=True)
def presets_of_store(context: dict[str, Any]) -> list[Preset]:
    return list(operations.list_presets(store=context["store"]))
