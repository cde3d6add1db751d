from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loyaltyadmin.support import gauges
from loyaltyadmin.telemetry import exposition
from loyaltyadmin.web import doors, session_token, views
from loyaltyadmin.web.middleware import GetResponse


class MetricsMiddleware:
    """Answers `/metrics`: whoever asks comes by address and over http, as probes do.

    Without METRICS_TOKEN there is no such page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path != "/metrics" or not exposition.is_offered():
            return self.get_response(request)
        try:
            doors.knock(request, name=request.path)
        except doors.Closed as closed:
            return views.too_many_for_a_machine(closed)
        if not exposition.is_allowed(authorization=request.headers.get("Authorization", "")):
            return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
        return HttpResponse(
            exposition.text_of(gauges.DatabaseCollector()), content_type=exposition.CONTENT_TYPE
        )


class ConsoleMiddleware:
    """Keeps the staff's sessions apart from the merchants', and gives the console its own policy.

    Under `/support/` the session is named by another cookie, which browsers send there alone and
    from there alone. The merchants' carriers of a session are not even looked at.
    """

    PATH = "/support/"
    COOKIE = "loyaltyadmin_support"
    POLICY = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(self.PATH):
            return self.get_response(request)
        ours = request.COOKIES.get(self.COOKIE)
        request.COOKIES = {settings.SESSION_COOKIE_NAME: ours} if ours else {}
        request.META.pop(f"HTTP_{session_token.HEADER.upper().replace('-', '_')}", None)
        request.META["HTTP_ACCEPT_LANGUAGE"] = "en"  # the operator's language is that of the logs
        response = self.get_response(request)
        if session := response.cookies.pop(settings.SESSION_COOKIE_NAME, None):
            response.set_cookie(
                self.COOKIE,
                session.value,
                max_age=session["max-age"],
                path=self.PATH,
                secure=True,
                httponly=True,
                samesite="Strict",
            )
        response.headers["Content-Security-Policy"] = self.POLICY
        response.headers["X-Frame-Options"] = "DENY"
        return response
