from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loyaltyadmin.activity import restoring
from loyaltyadmin.activity.models import Action
from loyaltyadmin.activity.operations import State, merchant_of
from loyaltyadmin.program import operations
from loyaltyadmin.program.forms import PointsExpirationForm
from loyaltyadmin.snapshots import edits, worth
from loyaltyadmin.snapshots.operations import Known
from loyaltyadmin.web import plots, switches, views
from loyaltyadmin.web.decorators import store_required, whatever_is_paid
from loyaltyadmin.web.http import StoreHttpRequest
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.types import Program


@require_GET
@store_required
def program(request: StoreHttpRequest) -> HttpResponse:
    """The program: for htmx from what is known, and `read-program` brings the fresh copy.

    A plain request has nothing that could bring it, so it waits for Zid, as the first visit does.
    """
    comes_by_htmx = request.htmx or request.htmx.history_restore_request
    known = operations.known_program(store=request.store)
    if known and comes_by_htmx:
        return _render(request, "program/program.html", known, is_fresh_on_its_way=True)
    try:
        read = operations.read_program(store=request.store, zid=request.zid)
    except (errors.TokenRejected, errors.ScopeMissing):
        raise
    except errors.ZidError as error:
        last = operations.last_program(store=request.store)
        if last is None:
            raise
        return _render(request, "program/program.html", last, failure=views.describe(error))
    return _render(request, "program/program.html", read)


@require_GET
@store_required
def read_program(request: StoreHttpRequest) -> HttpResponse:
    """The fresh copy of a page that was painted from what was known."""
    read = operations.read_program(store=request.store, zid=request.zid)
    return _render(request, "program/_program.html", read)


def _render(
    request: StoreHttpRequest,
    template: str,
    known: Known[Program],
    *,
    is_fresh_on_its_way: bool = False,
    failure: tuple[str, str, int] | None = None,
) -> HttpResponse:
    program = known.state
    context = {
        **_health(request, program),
        "read_at": known.read_at,
        "lacks_change": known.lacks_change,
        "is_fresh_on_its_way": is_fresh_on_its_way,
        "failure": failure,
        "earned_parts": _earned_parts(program),
        "weighed_methods": worth.weigh_each(program=program),
        "nav": "program",
    }
    return render(request, template, context)


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
@whatever_is_paid
def dismiss_guide(request: StoreHttpRequest) -> HttpResponse:
    operations.dismiss_guide(store=request.store)
    if not request.htmx:
        return redirect("program")
    known = operations.known_program(store=request.store)
    context = _health(request, known.state) if known else {}
    return render(request, "program/_health.html", context)


def _health(request: StoreHttpRequest, program: Program) -> dict[str, object]:
    health = operations.health_of(store=request.store, program=program, now=timezone.now())
    return {"program": program, "health": health}


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
            done=lambda answered: _said_about(form.cleaned_data["days"], answered),
        )
    days = _read(request).points_expiration_days
    form = PointsExpirationForm(initial={"days": days, "based_on": {"days": days}})
    return render(request, template, context | {"form": form, "days": days})


def _said_about(days: int, answered: int | None) -> str:
    """Zid's docs waver on the unit of what it answers: another number is shown as it is."""
    if answered in (None, days):
        return _("The expiry of points is saved")
    return _("The expiry of points is saved. Zid answered with another number: %(answered)d") % {
        "answered": answered
    }


@require_http_methods(["GET", "POST"])
@store_required
def restore_activation(request: StoreHttpRequest, entry_id: int) -> HttpResponse:
    return _restore(
        request,
        entry_id=entry_id,
        action=Action.SET_ACTIVATION,
        state_of=lambda program: {"is_active": program.is_active},
        restore=operations.restore_activation,
        note=_(
            "While the program is on, customers earn points and can redeem them; while it is off,"
            " they do neither."
        ),
    )


@require_http_methods(["GET", "POST"])
@store_required
def restore_points_expiration(request: StoreHttpRequest, entry_id: int) -> HttpResponse:
    return _restore(
        request,
        entry_id=entry_id,
        action=Action.SET_POINTS_EXPIRATION,
        state_of=lambda program: {"days": program.points_expiration_days},
        restore=operations.restore_points_expiration,
        note=_(
            "Zid does not say whether this also changes the expiry of points that customers"
            " already have."
        ),
    )


def _restore(
    request: StoreHttpRequest,
    *,
    entry_id: int,
    action: Action,
    state_of: Callable[[Program], State],
    restore: Callable[..., object],
    note: str,
) -> HttpResponse:
    """Bring back a setting that a store has one of: nothing but the store says which."""
    return restoring.respond(
        request,
        entry_id=entry_id,
        actions=[action],
        wanted=operations.held_before,
        read=lambda entry: state_of(_read(request)),
        change=lambda entry, based_on: restore(
            store=request.store,
            zid=request.zid,
            by=merchant_of(request.session.session_key),
            entry=entry,
            based_on=based_on,
        ),
        note=note,
    )


def _read(request: StoreHttpRequest) -> Program:
    return operations.read_program(store=request.store, zid=request.zid).state
