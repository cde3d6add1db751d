from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from loyaltyadmin.program import operations
from loyaltyadmin.web import switches
from loyaltyadmin.web.decorators import store_required
from loyaltyadmin.web.http import StoreHttpRequest


@require_GET
@store_required
def program(request: StoreHttpRequest) -> HttpResponse:
    program = operations.read_program(zid=request.zid)
    return render(request, "program/program.html", {"program": program, "nav": "program"})


@require_POST
@store_required
def set_activation(request: StoreHttpRequest) -> HttpResponse:
    wanted = switches.wants_active(request)
    switched = switches.switch(
        change=lambda: operations.set_activation(zid=request.zid, active=wanted),
        read=lambda: operations.read_program(zid=request.zid).is_active,
        is_on=bool,
        wanted=wanted,
    )
    return switches.respond(
        request, template="program/_activation.html", name="is_active", switched=switched
    )
