from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from loyaltyadmin.stores import checks, events

UNINSTALLED = "app.market.application.uninstall"
OF_SUBSCRIPTIONS = "app.market.subscription."
LARGEST_STORE_ID = 2**63 - 1


@csrf_exempt
@require_POST
def receive_app_event(request: HttpRequest) -> HttpResponse:
    """Zid's app events. Anybody can send one, so it is believed in nothing but as a hint."""
    try:
        event = events.event_of(request)
        name, store_id = event["event_name"], int(str(event["store_id"]))
    except events.Refused as refused:
        return HttpResponse(status=refused.status)
    except (ValueError, KeyError):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    is_hint = name == UNINSTALLED or str(name).startswith(OF_SUBSCRIPTIONS)
    if is_hint and 0 < store_id <= LARGEST_STORE_ID:
        checks.request_check(store_id=store_id)
    return HttpResponse(status=HTTPStatus.ACCEPTED)
