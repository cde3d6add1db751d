from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from loyaltyadmin.activity.operations import merchant_of
from loyaltyadmin.program import operations
from loyaltyadmin.web import plots, switches
from loyaltyadmin.web.decorators import store_required
from loyaltyadmin.web.http import StoreHttpRequest
from loyaltyadmin.zid.types import Program


@require_GET
@store_required
def program(request: StoreHttpRequest) -> HttpResponse:
    program = operations.read_program(store=request.store, zid=request.zid).state
    context = {
        "program": program,
        "earned_parts": _earned_parts(program),
        "guide": operations.guide_of(store=request.store, program=program),
        "nav": "program",
    }
    return render(request, "program/program.html", context)


def _earned_parts(program: Program) -> list[plots.Part]:
    """Where the points went, as far as Zid tells. Pending ones are noted and not yet given."""
    if program.earned_points is None or program.redeemed_points is None:
        return []
    return plots.parts(
        [
            (_("Redeemed"), program.redeemed_points, "1"),
            (_("Not redeemed"), program.earned_points - program.redeemed_points, "2"),
            (_("Pending"), program.pending_points or 0, "3"),
        ]
    )


@require_POST
@store_required
def dismiss_guide(request: StoreHttpRequest) -> HttpResponse:
    operations.dismiss_guide(store=request.store)
    return HttpResponse() if request.htmx else redirect("program")


@require_POST
@store_required
def set_activation(request: StoreHttpRequest) -> HttpResponse:
    wanted = switches.wants_active(request)
    switched = switches.switch(
        change=lambda: operations.set_activation(
            store=request.store,
            zid=request.zid,
            by=merchant_of(request.session.session_key),
            active=wanted,
        ),
        read=lambda: operations.read_program(store=request.store, zid=request.zid).state.is_active,
        is_on=bool,
        wanted=wanted,
    )
    return switches.respond(
        request, template="program/_activation.html", name="is_active", switched=switched
    )
