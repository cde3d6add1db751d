from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loyaltyadmin.activity import restoring
from loyaltyadmin.activity.models import Action
from loyaltyadmin.activity.operations import merchant_of
from loyaltyadmin.program import operations
from loyaltyadmin.program.forms import PointsExpirationForm
from loyaltyadmin.snapshots import edits
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
        read=lambda: _read(request).is_active,
        is_on=bool,
        wanted=wanted,
    )
    return switches.respond(
        request, template="program/_activation.html", name="is_active", switched=switched
    )


@require_http_methods(["GET", "POST"])
@store_required
def set_points_expiration(request: StoreHttpRequest) -> HttpResponse:
    template, context = "program/set_points_expiration.html", {"nav": "program"}
    if request.method == "POST":
        form = PointsExpirationForm(request.POST)
        return edits.respond(
            request,
            form=form,
            change=lambda: operations.set_points_expiration(
                store=request.store,
                zid=request.zid,
                by=merchant_of(request.session.session_key),
                **form.cleaned_data,
            ),
            template=template,
            context=context,
            zid_names={"days": "days"},
            done_url=reverse("program"),
            done=_("The expiry of points is saved"),
        )
    days = _read(request).points_expiration_days
    form = PointsExpirationForm(initial={"days": days, "based_on": {"days": days}})
    return render(request, template, context | {"form": form, "days": days})


@require_http_methods(["GET", "POST"])
@store_required
def restore_activation(request: StoreHttpRequest, entry_id: int) -> HttpResponse:
    return restoring.respond(
        request,
        entry_id=entry_id,
        actions=[Action.SET_ACTIVATION],
        wanted=operations.held_before,
        read=lambda entry: {"is_active": _read(request).is_active},
        change=lambda entry, based_on: operations.restore_activation(
            store=request.store,
            zid=request.zid,
            by=merchant_of(request.session.session_key),
            entry=entry,
            based_on=based_on,
        ),
        note=_(
            "While the program is on, customers earn points and can redeem them; while it is off,"
            " they do neither."
        ),
    )


@require_http_methods(["GET", "POST"])
@store_required
def restore_points_expiration(request: StoreHttpRequest, entry_id: int) -> HttpResponse:
    return restoring.respond(
        request,
        entry_id=entry_id,
        actions=[Action.SET_POINTS_EXPIRATION],
        wanted=operations.held_before,
        read=lambda entry: {"days": _read(request).points_expiration_days},
        change=lambda entry, based_on: operations.restore_points_expiration(
            store=request.store,
            zid=request.zid,
            by=merchant_of(request.session.session_key),
            entry=entry,
            based_on=based_on,
        ),
        note=_(
            "Zid does not say whether this also changes the expiry of points that customers"
            " already have."
        ),
    )


def _read(request: StoreHttpRequest) -> Program:
    return operations.read_program(store=request.store, zid=request.zid).state
