from __future__ import annotations

from typing import Any

from django import template
from django.template import RequestContext

from loyaltyadmin.info_page import markup, operations

register = template.Library()


@register.inclusion_tag("info_page/_card.html", takes_context=True)
def info_page_card(context: RequestContext) -> dict[str, Any]:
    """The info page on the program's page, as Zid last told of it: no call is made for it."""
    known = operations.known_info_page(store=context["store"])
    contents = (
        {it: getattr(known.state, f"content_{it}") for it in operations.LANGUAGES} if known else {}
    )
    return {
        "known": known,
        "written": [it for it, content in contents.items() if not markup.is_empty(content)],
    }


@register.filter
def plain_text(source: str | None) -> str:
    return markup.text_of(source or "")
