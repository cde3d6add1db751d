"""Zid's events of customers. They carry the credentials that they were subscribed with."""

from __future__ import annotations

import base64
import hmac
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from loyaltyadmin.customers import operations
from loyaltyadmin.stores import events
from loyaltyadmin.zid import errors, types

LARGEST_ID = 2**63 - 1


@csrf_exempt
@require_POST
def receive_store_event(request: HttpRequest) -> HttpResponse:
    if not _has_credentials(request):
        return HttpResponse(
            status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": 'Basic realm="events"'}
        )
    try:
        event = events.event_of(request)
        customer = types.Customer.from_payload(event, endpoint="an event of a customer")
    except events.Refused as refused:
        return HttpResponse(status=refused.status)
    except errors.UnexpectedPayload:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    store_id = str(request.GET.get("store_id") or event.get("store_id") or "")
    if not (store_id.isdecimal() and 0 < int(store_id[:20]) <= LARGEST_ID and customer.id > 0):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    operations.note_customer_event(store_id=int(store_id), customer=customer)
    return HttpResponse(status=HTTPStatus.ACCEPTED)


def _has_credentials(request: HttpRequest) -> bool:
    if not settings.ZID_WEBHOOK_USERNAME:
        return False
    pair = f"{settings.ZID_WEBHOOK_USERNAME}:{settings.ZID_WEBHOOK_PASSWORD}"
    wanted = base64.b64encode(pair.encode())
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    is_same = hmac.compare_digest(sent.strip().encode("utf-8", "replace"), wanted)
    return is_same and scheme.lower() == "basic"
