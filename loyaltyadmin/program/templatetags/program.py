from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from loyaltyadmin.program import operations
from loyaltyadmin.snapshots import worth

register = template.Library()


@register.simple_tag(takes_context=True)
def after_a_switch(context: dict[str, Any]) -> dict[str, Any] | None:
    """What else a switch changes on the program's page, as far as is known: no call is made for it.

    Rules and methods of other packages are switched too, and show it by this tag.
    """
    store = context["store"]
    known = operations.known_program(store=store)
    if known is None:
        return None
    return {
        "program": known.state,
        "health": operations.health_of(store=store, program=known.state, now=timezone.now()),
        "weighed_methods": worth.weigh_each(program=known.state),
    }
