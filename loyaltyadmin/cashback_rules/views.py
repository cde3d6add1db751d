from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from loyaltyadmin.activity.operations import merchant_of
from loyaltyadmin.cashback_rules import operations
from loyaltyadmin.web import switches
from loyaltyadmin.web.decorators import store_required
from loyaltyadmin.web.http import StoreHttpRequest


@require_POST
@store_required
def toggle_cashback_rule(request: StoreHttpRequest, rule_id: UUID) -> HttpResponse:
    wanted = switches.wants_active(request)
    switched = switches.switch(
        change=lambda: operations.toggle_cashback_rule(
            store=request.store,
            zid=request.zid,
            by=merchant_of(request.session.session_key),
            rule_id=rule_id,
            active=wanted,
        ),
        read=lambda: operations.read_cashback_rule(
            store=request.store, zid=request.zid, rule_id=rule_id
        ),
        is_on=lambda rule: rule.is_active,
        wanted=wanted,
    )
    return switches.respond(
        request, template="cashback_rules/_cashback_rule.html", name="rule", switched=switched
    )
