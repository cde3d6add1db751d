"""The components that stand around other markup: `{% card title=… %}…{% endcard %}`.

Each has one template, `templates/_components/<name>.html`, and one stylesheet of the same name.
What needs nothing inside is included: `{% include "_components/pagination.html" %}`. An icon, a
chip and a button stand in every line of a list, and are written here: by a template of its own,
each took three times as long.
"""

from __future__ import annotations

import functools
import re
from typing import Any, NamedTuple

from django import template
from django.forms import BoundField, Form
from django.forms.utils import flatatt
from django.template import Context, Engine
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi

register = template.Library()

LATIN = re.compile(r"([A-Za-z](?:[\w.:/-]*\w)?)")
# Icons that point along the line of reading, and so are mirrored in Arabic.
DIRECTED = {"chevron-right", "arrow-left", "undo-2", "redo-2"}


class Look(NamedTuple):
    kind: str
    icon: str


ALERTS = {
    "error": Look("error", icon="circle-x"),
    "warning": Look("warning", icon="triangle-alert"),
    "info": Look("info", icon="info"),
    "success": Look("success", icon="circle-check"),
}
# What a state looks like; the word for it stands beside the icon.
STATES = {
    "writing": Look("info", icon="loader-circle"),
    "draft": Look("neutral", icon="file-pen-line"),
    "queued": Look("info", icon="clock"),
    "running": Look("info", icon="loader-circle"),
    "paused": Look("warning", icon="pause"),
    "cancelling": Look("warning", icon="loader-circle"),
    "cancelled": Look("neutral", icon="ban"),
    "finished": Look("success", icon="check"),
    "pending": Look("neutral", icon="clock"),
    "claimed": Look("info", icon="loader-circle"),
    "unknown": Look("warning", icon="search"),
    "unsettled": Look("warning", icon="circle-question-mark"),
    "applied": Look("success", icon="check"),
    "rejected": Look("error", icon="x"),
    "skipped": Look("neutral", icon="ban"),
    "undone": Look("neutral", icon="undo-2"),
}


def _filled(context: Context, name: str, **values: Any) -> SafeString:
    engine = Engine.get_default()
    filled = engine.get_template(name).render(context.new(values))
    return mark_safe(filled.strip())  # noqa: S308  (a template of ours has escaped it)


def _trimmed(content: str) -> SafeString:
    """A block's content, as escaped as it was."""
    return mark_safe(content.strip())  # noqa: S308


def _attributes(given: dict[str, Any]) -> SafeString:
    """HTML attributes from a tag's keywords: `data_dialog=` is `data-dialog`; False is none."""
    if not given:
        return SafeString()
    return flatatt({name.replace("_", "-"): value for name, value in given.items()})


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of the sprite. It says nothing by itself: the words stand beside it."""
    return _svg(name, extra)


@functools.cache
def _svg(name: str, extra: str = "") -> SafeString:
    flip = " zid-icon--flip" if name in DIRECTED else ""
    more = f" {extra}" if extra else ""
    return format_html(
        '<svg class="zid-icon{}{}" aria-hidden="true" focusable="false">'
        '<use href="#icon-{}"/></svg>',
        flip,
        more,
        name,
    )


@register.filter
def isolated(text: str) -> SafeString:
    """A sentence in which names in Latin letters, of columns say, keep their place in Arabic."""
    if not get_language_bidi():
        return format_html("{}", text)
    parts = LATIN.split(str(text))
    return format_html_join("", "{}{}", ((_name_in(part), "") for part in parts))


def _name_in(part: str) -> str:
    return format_html('<bdi dir="ltr">{}</bdi>', part) if LATIN.fullmatch(part) else part


@register.filter
def control(field: BoundField) -> SafeString:
    """A form field's own element, as the stylesheet knows it."""
    return field.as_widget(attrs={"class": "zid-input__field"})


@register.simple_block_tag
def button(
    content: str,
    *,
    kind: str = "secondary",
    variant: str = "contained",
    size: str = "md",
    icon: str = "",
    href: str = "",
    type: str = "submit",
    **attributes: Any,
) -> SafeString:
    """A button that submits its form, or with `href` a link that looks like one.

    `kind` is primary, secondary or error, `variant` contained or text, `size` md or sm.
    """
    return format_html(
        '<a href="{}" class="zid-button zid-button--{} zid-button--{} zid-button--{}"{}>'
        "{}<span>{}</span></a>"
        if href
        else '<button type="{}" class="zid-button zid-button--{} zid-button--{} zid-button--{}"{}>'
        "{}<span>{}</span></button>",
        href or type,
        variant,
        kind,
        size,
        _attributes(attributes),
        _svg(icon) if icon else "",
        _trimmed(content),
    )


@register.simple_block_tag(takes_context=True)
def card(context: Context, content: str, *, title: str = "", **values: Any) -> SafeString:
    """A part of a page under its own heading; `title_id` names the heading, `id` the card."""
    known = {
        name: values.pop(name, "")
        for name in ("title_id", "subtitle", "icon", "extra", "status", "status_id", "status_text")
    }
    return _filled(
        context,
        "_components/card.html",
        content=content,
        title=title,
        attributes=_attributes(values),
        **known,
    )


@register.simple_block_tag(takes_context=True)
def alert(
    context: Context, content: str, *, kind: str = "error", title: str = "", **attributes: Any
) -> SafeString:
    return _filled(
        context,
        "_components/alert.html",
        content=content,
        kind=kind,
        title=title,
        icon=ALERTS[kind].icon,
        attributes=_attributes(attributes),
    )


@register.simple_block_tag
def chip(
    content: str,
    *,
    state: str = "",
    kind: str = "neutral",
    icon: str = "",
    **attributes: Any,
) -> SafeString:
    """A state of a line or of a bulk adjustment, or any short fact.

    `state` gives it the look of that state, and stands in data-state for who looks for it.
    """
    kind, icon = STATES.get(state, Look(kind, icon))
    if state:
        attributes["data_state"] = state
    return format_html(
        '<span class="zid-chip zid-chip--{}"{}>{}{}</span>',
        kind,
        _attributes(attributes),
        _svg(icon) if icon else "",
        _trimmed(content),
    )


@register.simple_block_tag(takes_context=True)
def stat(
    context: Context, content: str, *, label: str, icon: str = "", is_main: bool = False
) -> SafeString:
    """One number of a `dl.zid-stats`, under its name."""
    return _filled(
        context,
        "_components/stat.html",
        content=_trimmed(content),
        label=label,
        icon=icon,
        is_main=is_main,
    )


@register.simple_block_tag(takes_context=True)
def step(context: Context, content: str, *, number: int, title: str, done: bool) -> SafeString:
    """One step of an `ol.zid-stepper`."""
    return _filled(
        context,
        "_components/stepper.html",
        content=content,
        number=number,
        title=title,
        done=done,
    )


@register.simple_block_tag(takes_context=True)
def dialog(context: Context, content: str, *, id: str, title: str, **attributes: Any) -> SafeString:
    """A native dialog, closed; `data-dialog="<id>"` on a button opens it (static/js/dialog.js)."""
    return _filled(
        context,
        "_components/dialog.html",
        content=content,
        id=id,
        title=title,
        attributes=_attributes(attributes),
    )


@register.simple_block_tag(takes_context=True)
def table(context: Context, content: str, *, label: str) -> SafeString:
    """A table's head and body; on a phone each line is a small card."""
    return _filled(context, "_components/table.html", content=content, label=label)


@register.simple_block_tag(takes_context=True)
def empty(
    context: Context,
    content: str,
    *,
    title: str,
    icon: str = "inbox",
    kind: str = "neutral",
    level: str = "p",
) -> SafeString:
    """What stands where nothing is yet, and how it gets there; `level="h1"` for a whole page."""
    return _filled(
        context,
        "_components/empty.html",
        content=content,
        title=title,
        icon=icon,
        kind=kind,
        level=level,
    )


@register.simple_block_tag(takes_context=True)
def save_bar(
    context: Context, content: str, *, label: str, icon: str = "pencil", **attributes: Any
) -> SafeString:
    """The buttons of a form, in sight while something in it is unsaved, or ticked."""
    return _filled(
        context,
        "_components/save_bar.html",
        content=content,
        label=label,
        icon=icon,
        attributes=_attributes(attributes),
    )


@register.simple_block_tag(takes_context=True)
def edit(
    context: Context,
    content: str,
    *,
    form: Form,
    action: str,
    back_url: str,
    label: str,
    kind: str = "primary",
    icon: str = "check",
    has_bar: bool = False,
) -> SafeString:
    """A form that changes a setting: its fields inside, what is wrong above, the buttons below.

    With `has_bar` they are in a bar that is in sight while something is unsaved.
    """
    return _filled(
        context,
        "_components/edit.html",
        content=content,
        form=form,
        action=action,
        back_url=back_url,
        label=label,
        kind=kind,
        icon=icon,
        has_bar=has_bar,
    )


@register.simple_block_tag(takes_context=True)
def conflict(
    context: Context, content: str, *, back_url: str, discard_form: str = ""
) -> SafeString:
    """What somebody else made of a setting while a form stood open.

    `discard_form` is the id of the form that gives up what is kept of the merchant's own work.
    """
    return _filled(
        context,
        "_components/conflict.html",
        content=_trimmed(content),
        back_url=back_url,
        discard_form=discard_form,
    )
