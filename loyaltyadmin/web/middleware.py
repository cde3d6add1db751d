from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.sessions import middleware as sessions
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from loyaltyadmin.telemetry import context, discretion, metrics
from loyaltyadmin.web import doors, health, session_token, views
from loyaltyadmin.web import sessions as web_sessions
from loyaltyadmin.zid import errors

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class HealthMiddleware:
    """Answers probes before anything that could refuse them: they come by address, over http."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path not in {"/healthz", "/readyz"}:
            return self.get_response(request)
        try:
            doors.knock(request, name=request.path)
        except doors.Closed as closed:
            return views.too_many_for_a_machine(closed)
        if request.path == "/readyz":
            return health.readiness()
        return HttpResponse("ok", content_type="text/plain")


class RequestMiddleware:
    """Names the request in all that is logged meanwhile, and logs and counts how it was answered.

    A proxy may have named it already. What it sent is taken only if it can do no harm in a log.
    """

    HEADER = "X-Request-ID"
    HARMLESS = re.compile(r"[A-Za-z0-9._-]{1,64}")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(self.HEADER, "")
        request_id = given if self.HARMLESS.fullmatch(given) else secrets.token_hex(8)
        began = time.monotonic()
        with context.about(request=request_id):
            response = self.get_response(request)
            seconds = time.monotonic() - began
            metrics.REQUESTS.labels(status=f"{response.status_code // 100}xx").inc()
            metrics.REQUEST_SECONDS.observe(seconds)
            logger.info(
                "%s %s %d %d ms",
                request.method,
                discretion.address_of(request),
                response.status_code,
                round(seconds * 1000),
            )
        response.headers[self.HEADER] = request_id
        return response


class ContentSecurityPolicyMiddleware:
    """Nothing from other hosts, no inline script or style, no frame but in Zid's dashboards."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.ancestors = " ".join(["'self'", *settings.FRAME_ANCESTORS])

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault(
            "Content-Security-Policy",
            "; ".join(
                [
                    "default-src 'none'",
                    f"script-src 'nonce-{nonce}'",
                    "style-src 'self'",
                    "font-src 'self'",
                    "img-src 'self'",
                    "connect-src 'self'",
                    # The info page's editor and preview; their own policy is in info_page.views.
                    "frame-src 'self'",
                    "form-action 'self'",
                    "base-uri 'none'",
                    f"frame-ancestors {self.ancestors}",
                ]
            ),
        )
        return response


class SessionMiddleware(sessions.SessionMiddleware):
    """One session, two carriers: the header's token, or else the cookie (docs/adr/0006).

    The header wins: it belongs to the page, while all of a browser's tabs share the cookie, which
    may by now be another store's.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        token = request.headers.get(session_token.HEADER)
        if token:
            # A dead token does not fall back to the cookie: the two may be of different stores.
            request.session = self.SessionStore(session_token.read(token=token))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        if session_token.HEADER in request.headers:
            # The cookie is that of the tab that was opened last; leave it alone.
            response.cookies.pop(settings.SESSION_COOKIE_NAME, None)
        if settings.SESSION_COOKIE_NAME in response.cookies:
            response.cookies[settings.SESSION_COOKIE_NAME]["partitioned"] = True
        key = request.session.session_key
        if key and getattr(request, "maybe_store", None) is not None:
            response.headers[session_token.HEADER] = session_token.issue(session_key=key)
        # Every page is one merchant's and carries the session's token: no cache may keep any.
        add_never_cache_headers(response)
        patch_vary_headers(response, [session_token.HEADER, "HX-Request"])
        return response


class StoreMiddleware:
    """Sets the request's store, its time zone and the language from the session."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        store = web_sessions.store_of(request)
        request.maybe_store = store  # type: ignore[attr-defined]
        context.note(store=store.id if store else None)
        language = web_sessions.language_of(request)
        zone = store.time_zone if store else timezone.get_default_timezone()
        with translation.override(language), timezone.override(zone):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class DoorMiddleware:
    """Turns away who knocks too often."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> HttpResponse | None:
        match = request.resolver_match
        try:
            doors.knock(request, name=match.view_name if match else "")
        except doors.Closed as closed:
            return views.too_many_requests(request, closed)
        return None


class ZidFailureMiddleware:
    """Turns a failure of Zid that no view caught into an honest page, or a partial for htmx."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, errors.ZidError):
            return None
        logger.warning("Zid failed on %s: %s", request.path_info.split("/")[1], exception)
        return views.zid_failure(request, error=exception)
