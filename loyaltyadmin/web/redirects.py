"""Where a change that was made leads to, with a word that it was."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django_htmx.http import HttpResponseLocation, trigger_client_event

from loyaltyadmin.web.http import StoreHttpRequest


def lead_to(request: StoreHttpRequest, url: str, *, done: str) -> HttpResponse:
    """The next page; by htmx with `done` as a toast, which a plain answer has no place for."""
    if not request.htmx:
        return redirect(url)
    response = HttpResponseLocation(url, target="body", swap="innerHTML")
    return trigger_client_event(response, "toast", {"value": done})
