from __future__ import annotations

import json
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from loyaltyadmin.stores import checks

UNINSTALLED = "app.market.application.uninstall"
MOST_BYTES = 64 * 1024
LARGEST_STORE_ID = 2**63 - 1


@csrf_exempt
@require_POST
def receive_app_event(request: HttpRequest) -> HttpResponse:
    """Zid's app events. Anybody can send one, so it is believed in nothing but as a hint."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        event = json.loads(request.body)
        name, store_id = event["event_name"], int(event["store_id"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    if name == UNINSTALLED and 0 < store_id <= LARGEST_STORE_ID:
        checks.request_check(store_id=store_id)
    return HttpResponse(status=HTTPStatus.ACCEPTED)
