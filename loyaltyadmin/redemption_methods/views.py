from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from loyaltyadmin.activity import restoring
from loyaltyadmin.activity.models import Action
from loyaltyadmin.activity.operations import merchant_of
from loyaltyadmin.redemption_methods import operations
from loyaltyadmin.redemption_methods.forms import (
    DeleteRedemptionMethodForm,
    RedemptionMethodForm,
    UpdateRedemptionMethodForm,
)
from loyaltyadmin.snapshots import edits
from loyaltyadmin.web import switches
from loyaltyadmin.web.decorators import store_required
from loyaltyadmin.web.http import StoreHttpRequest

ZID_NAMES = {"discount": "discount_value", "points": "points_to_redeem", "type": "kind"}


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
        context={"weighed": operations.weigh(store=request.store, method=switched.state)},
    )


@require_http_methods(["GET", "POST"])
@store_required
def add_redemption_method(request: StoreHttpRequest) -> HttpResponse:
    template = "redemption_methods/add_redemption_method.html"
    if request.method == "GET":
        return render(request, template, {"form": RedemptionMethodForm(), "nav": "program"})
    form = RedemptionMethodForm(request.POST)
    return edits.respond(
        request,
        form=form,
        change=lambda: operations.add_redemption_method(
            store=request.store,
            zid=request.zid,
            by=merchant_of(request.session.session_key),
            **form.cleaned_data,
        ),
        template=template,
        context={"nav": "program"},
        zid_names=ZID_NAMES,
        done_url=reverse("program"),
        done=_("The method is added"),
    )


@require_http_methods(["GET", "POST"])
@store_required
def update_redemption_method(request: StoreHttpRequest, method_id: UUID) -> HttpResponse:
    template = "redemption_methods/update_redemption_method.html"
    context = {"nav": "program", "method_id": method_id}
    if request.method == "POST":
        form = UpdateRedemptionMethodForm(request.POST)
        return edits.respond(
            request,
            form=form,
            change=lambda: operations.update_redemption_method(
                store=request.store,
                zid=request.zid,
                by=merchant_of(request.session.session_key),
                method_id=method_id,
                **form.cleaned_data,
            ),
            template=template,
            context=context,
            zid_names=ZID_NAMES,
            done_url=reverse("program"),
            done=_("The method is saved"),
        )
    method = operations.read_redemption_method(
        store=request.store, zid=request.zid, method_id=method_id
    )
    values = {
        "kind": method.kind,
        "discount_value": method.discount_value,
        "points_to_redeem": method.points_to_redeem,
    }
    state = operations.state_of(method)
    based_on = {name: state[name] for name in values}
    form = UpdateRedemptionMethodForm(initial=values | {"based_on": based_on})
    weighed = operations.weigh(store=request.store, method=method)
    return render(request, template, context | {"form": form, "weighed": weighed})


@require_GET
@store_required
def read_worth(request: StoreHttpRequest) -> HttpResponse:
    """What the numbers that are being typed would be worth; nothing while they are odd."""
    form = RedemptionMethodForm(request.GET)
    weighed = None
    if form.is_valid():
        weighed = operations.weigh_typed(
            store=request.store, method_id=request.GET.get("method_id", ""), **form.cleaned_data
        )
    return render(request, "redemption_methods/_typed_worth.html", {"weighed": weighed})


@require_http_methods(["GET", "POST"])
@store_required
def delete_redemption_method(request: StoreHttpRequest, method_id: UUID) -> HttpResponse:
    """Asked for by GET, it names what would be deleted."""
    template = "redemption_methods/delete_redemption_method.html"
    context = {"nav": "program", "method_id": method_id}
    if request.method == "POST":
        form = DeleteRedemptionMethodForm(request.POST)
        return edits.respond(
            request,
            form=form,
            change=lambda: operations.delete_redemption_method(
                store=request.store,
                zid=request.zid,
                by=merchant_of(request.session.session_key),
                method_id=method_id,
                **form.cleaned_data,
            ),
            template=template,
            context=context,
            zid_names={},
            done_url=reverse("program"),
            done=_("The method is deleted"),
        )
    method = operations.read_redemption_method(
        store=request.store, zid=request.zid, method_id=method_id
    )
    form = DeleteRedemptionMethodForm(initial={"based_on": operations.state_of(method)})
    return render(request, template, context | {"form": form, "method": method})


@require_http_methods(["GET", "POST"])
@store_required
def restore_redemption_method(request: StoreHttpRequest, entry_id: int) -> HttpResponse:
    return restoring.respond(
        request,
        entry_id=entry_id,
        actions=(
            Action.UPDATE_REDEMPTION_METHOD,
            Action.TOGGLE_REDEMPTION_METHOD,
            Action.DELETE_REDEMPTION_METHOD,
        ),
        wanted=operations.held_before,
        read=lambda entry: operations.holds_now(store=request.store, zid=request.zid, entry=entry),
        change=lambda entry, based_on: operations.restore_redemption_method(
            store=request.store,
            zid=request.zid,
            by=merchant_of(request.session.session_key),
            entry=entry,
            based_on=based_on,
        ),
        note=_("It applies to orders from now on. A deleted method is added again, switched on."),
    )
