"""Switches show what Zid answered, not what was hoped (used by program, rules and methods)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Generic, TypeVar

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from loyaltyadmin.web import views
from loyaltyadmin.web.http import StoreHttpRequest
from loyaltyadmin.zid import errors

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched(Generic[T]):
    """What holds at Zid after an attempt to switch, and, if that failed, why."""

    state: T
    problem: str = ""


def wants_active(request: HttpRequest) -> bool:
    """Raises: BadRequest for anything but 1 and 0; a garbled form must not switch anything off."""
    active = request.POST.get("active")
    if active not in {"0", "1"}:
        raise BadRequest("active is neither 1 nor 0")
    return active == "1"


def switch(
    *, change: Callable[[], T], read: Callable[[], T], is_on: Callable[[T], bool], wanted: bool
) -> Switched[T]:
    """Try `change`; when Zid refuses it or its answer is lost, `read` what holds instead.

    A lost access to Zid, and a state that cannot be read either, are raised: there is then no
    state to show, and the switch on the page stays as it is.
    """
    try:
        state = change()
    except (errors.TokenRejected, errors.ScopeMissing, errors.NotFound):
        raise
    except errors.ZidError as error:
        try:
            state = read()
        except errors.ZidError:
            raise error from None
        if is_on(state) == wanted:
            return Switched(state=state)  # the answer was lost, the change was not
        title, advice, _status = views.describe(error)
        if isinstance(error, errors.OutcomeUnknown):
            advice = _(
                "Zid still shows the old setting. Load the page again in a moment to be sure."
            )
        return Switched(state=state, problem=f"{title}. {advice}")
    if is_on(state) != wanted:
        return Switched(state=state, problem=_("Zid accepted the change but did not make it."))
    return Switched(state=state)


def respond(
    request: StoreHttpRequest,
    *,
    template: str,
    name: str,
    switched: Switched[T],
    context: dict[str, object] | None = None,
) -> HttpResponse:
    """Render the switch's row, with `name` for its state, and what else it changes on the page.

    Without htmx, lead to the page it stands on.
    """
    if not request.htmx:
        if switched.problem:
            context = {"title": switched.problem, "back_url": reverse("program")}
            return render(request, "web/zid_failure.html", context, status=HTTPStatus.BAD_GATEWAY)
        return redirect("program")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if switched.problem else HTTPStatus.OK
    row = {name: switched.state, "problem": switched.problem} | (context or {})
    response = render(request, template, row, status=status)
    response.write(render_to_string("program/_switched.html", request=request))
    if not switched.problem:
        is_on = getattr(switched.state, "is_active", switched.state)
        done = _("Switched on") if is_on else _("Switched off")
        trigger_client_event(response, "toast", {"value": done})
    return response
