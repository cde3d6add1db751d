from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from loyaltyadmin.support import gauges
from loyaltyadmin.telemetry import exposition
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
        if not exposition.is_allowed(authorization=request.headers.get("Authorization", "")):
            return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
        return HttpResponse(
            exposition.text_of(gauges.DatabaseCollector()), content_type=exposition.CONTENT_TYPE
        )
