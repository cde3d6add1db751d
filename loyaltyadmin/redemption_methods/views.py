from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from loyaltyadmin.activity.operations import merchant_of
from loyaltyadmin.redemption_methods import operations
from loyaltyadmin.web import switches
from loyaltyadmin.web.decorators import store_required
from loyaltyadmin.web.http import StoreHttpRequest


@require_POST
@store_required
def toggle_redemption_method(request: StoreHttpRequest, method_id: UUID) -> HttpResponse:
    wanted = switches.wants_active(request)
    switched = switches.switch(
        change=lambda: operations.toggle_redemption_method(
            store=request.store,
            zid=request.zid,
            by=merchant_of(request.session.session_key),
            method_id=method_id,
            active=wanted,
        ),
        read=lambda: operations.read_redemption_method(
            store=request.store, zid=request.zid, method_id=method_id
        ),
        is_on=lambda method: method.is_active,
        wanted=wanted,
    )
    return switches.respond(
        request,
        template="redemption_methods/_redemption_method.html",
        name="method",
        switched=switched,
    )
