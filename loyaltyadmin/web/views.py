from __future__ import annotations

import logging
from http import HTTPStatus
from typing import cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseLocation, reswap, retarget

from loyaltyadmin.stores import operations
from loyaltyadmin.web import doors, sessions
from loyaltyadmin.web.context import both_languages
from loyaltyadmin.web.http import AppRequest
from loyaltyadmin.zid import errors

logger = logging.getLogger(__name__)


@require_GET
def open_embedded_app(request: HttpRequest) -> HttpResponse:
    """Zid's Application URL: open a session for the store whose dashboard sent the token.

    Answers with a page that first of all takes the token out of the frame's address, and then
    loads the app with the session's own token; a redirect would need a cookie to be kept.
    """
    language = "en" if request.GET.get("language") == "en" else "ar"
    try:
        store = operations.open_embedded_app(lookup_token=request.GET.get("token", ""))
    except operations.StoreNotFound:
        with translation.override(language):
            response = open_from_dashboard(request)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response
    sessions.start(request, store=store, language=language)
    with translation.override(language):
        response = render(request, "web/open_embedded_app.html", {"start_url": reverse("program")})
    # The page's own address still holds the token while its stylesheets load.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_GET
def keep_session(request: HttpRequest) -> HttpResponse:
    """A page that stands open renews its token by asking for this."""
    if cast("AppRequest", request).maybe_store is None:
        return open_from_dashboard(request)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    sessions.set_language(request, language=request.POST.get("language", ""))
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = reverse("program")
    if cast("AppRequest", request).htmx:
        # The whole document changes direction, so the whole document is loaded again; `lang` and
        # `dir` are taken from the answer by app.js.
        return HttpResponseLocation(target, target="body", swap="innerHTML")
    return HttpResponseRedirect(target)


@require_POST
def set_shortcuts(request: HttpRequest) -> HttpResponse:
    """Switch the keys on or off that do something without Ctrl (WCAG 2.1.4)."""
    if cast("AppRequest", request).maybe_store is None:
        return open_from_dashboard(request)
    sessions.set_shortcuts(request, active=request.POST.get("active") == "1")
    if cast("AppRequest", request).htmx:
        return render(request, "web/_shortcuts_setting.html")
    return HttpResponseRedirect(reverse("program"))


def open_from_dashboard(request: HttpRequest) -> HttpResponse:
    """There is no sign-in: say where the way in is."""
    response = render(
        request,
        "web/open_from_dashboard.html",
        {"dashboard_url": settings.ZID_DASHBOARD_URL},
        status=403,
    )
    return _whole_page(request, response)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Nearly always a page from before the session's end, so the remedy is the same."""
    return open_from_dashboard(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Not Django's own: that one looks for the session, and a wrong Host is refused before there
    # is one.
    if isinstance(exception, RequestDataTooBig):
        too_large = render(
            request, "web/too_large.html", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        )
        return _whole_page(request, too_large)
    return _whole_page(request, render(request, "web/page_not_found.html", status=400))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _whole_page(request, render(request, "web/page_not_found.html", status=404))


def too_many_requests(request: HttpRequest, closed: doors.Closed) -> HttpResponse:
    """Nobody knows yet which language they read, so a page says it in both."""
    if not request.accepts("text/html") or not request.headers.get("Accept"):
        return too_many_for_a_machine(closed)
    response = render(
        request,
        "web/too_many_requests.html",
        {"languages": both_languages()},
        status=HTTPStatus.TOO_MANY_REQUESTS,
    )
    response.headers["Retry-After"] = str(closed.retry_after)
    return _whole_page(request, response)


def too_many_for_a_machine(closed: doors.Closed) -> HttpResponse:
    return JsonResponse(
        {"error": "too_many_requests", "retry_after": closed.retry_after},
        status=HTTPStatus.TOO_MANY_REQUESTS,
        headers={"Retry-After": str(closed.retry_after)},
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return _whole_page(
        request,
        render(request, "web/server_error.html", {"retry_url": _retry_url(request)}, status=500),
    )


def zid_failure(request: HttpRequest, *, error: errors.ZidError) -> HttpResponse:
    """Say honestly what went wrong at Zid: a whole page, or the page's alert for htmx."""
    title, advice, status = describe(error)
    helps = isinstance(error, errors.TokenRejected | errors.ScopeMissing)  # not trying again
    return _failure(request, title=title, advice=advice, status=status, leads_to_zid=helps)


def reading_only(request: HttpRequest) -> HttpResponse:
    """Say that a change was not made because of what the store pays (stores.subscriptions)."""
    return _failure(
        request,
        title=_("The store's subscription allows no changes"),
        advice=_(
            "Nothing was changed; everything can still be read. Renew the subscription in the App "
            "Market of Zid's dashboard."
        ),
        status=HTTPStatus.FORBIDDEN,
        leads_to_zid=True,
    )


def _failure(
    request: HttpRequest, *, title: str, advice: str, status: int, leads_to_zid: bool
) -> HttpResponse:
    context = {"title": title, "advice": advice, "retry_url": _retry_url(request)}
    if leads_to_zid:
        context["dashboard_url"] = settings.ZID_DASHBOARD_URL
    if _is_for_a_part(request):
        response = render(request, "web/_zid_failure.html", context, status=status)
        # Not reswap(): its types know no modifiers.
        response.headers["HX-Reswap"] = "innerHTML show:top"
        return retarget(response, "#page-alert")
    return _whole_page(request, render(request, "web/zid_failure.html", context, status=status))


def describe(error: errors.ZidError) -> tuple[str, str, int]:
    """A title and an advice for the merchant, and the HTTP status that says the same."""
    match error:
        case errors.TokenRejected():
            return (
                _("Zid no longer accepts this app's access to your store"),
                _("Activate the app again in the App Market of Zid's dashboard. Nothing is lost."),
                HTTPStatus.FORBIDDEN,
            )
        case errors.ScopeMissing():
            return (
                _("Zid does not allow the app to do this"),
                _("A permission is missing. Activate the app again from Zid's App Market."),
                HTTPStatus.FORBIDDEN,
            )
        case errors.RateLimited():
            return (
                _("Zid allows only so many requests a minute"),
                _("The limit is used up. Nothing was changed. Try again in a minute."),
                HTTPStatus.SERVICE_UNAVAILABLE,
            )
        case errors.CrowdedOut():
            return (
                _("Zid is slow to answer"),
                _("Many are waiting for it already. Nothing was changed. Try again in a moment."),
                HTTPStatus.SERVICE_UNAVAILABLE,
            )
        case errors.NotFound():
            return (
                _("Zid does not know this record"),
                _("It may have been deleted meanwhile."),
                HTTPStatus.NOT_FOUND,
            )
        case errors.Rejected():
            return (
                _("Zid did not accept the change"),
                error.words or _("Zid gave no reason."),
                HTTPStatus.UNPROCESSABLE_ENTITY,
            )
        case errors.OutcomeUnknown():
            return (
                _("Zid's answer was lost"),
                _("Perhaps the change was made. Load the page again to see what holds."),
                HTTPStatus.BAD_GATEWAY,
            )
        case errors.UnexpectedPayload():
            return (
                _("Zid answered something the app does not understand"),
                _("Nothing was changed. Try again later; if it goes on, write to our support."),
                HTTPStatus.BAD_GATEWAY,
            )
    return (
        _("Zid is not answering"),
        _("Nothing was changed. Try again in a moment."),
        HTTPStatus.BAD_GATEWAY,
    )


def _is_for_a_part(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of a page that is there, and so has a place for alerts.

    What fills the whole body, as the first page after opening does, names no element's id.
    """
    htmx = cast("AppRequest", request).htmx
    return bool(htmx and not htmx.boosted and htmx.target)


def _retry_url(request: HttpRequest) -> str:
    if request.method != "GET":
        return ""
    if _is_for_a_part(request):  # a part's own address shows no page
        return cast("AppRequest", request).htmx.current_url_abs_path or ""
    return request.get_full_path()


def _whole_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let htmx put a whole page where a part of one was asked for."""
    if getattr(request, "htmx", False):
        return retarget(reswap(response, "innerHTML"), "body")
    return response
