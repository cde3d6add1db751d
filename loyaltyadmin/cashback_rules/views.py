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
from loyaltyadmin.cashback_rules import operations
from loyaltyadmin.cashback_rules.forms import UpdateCashbackRuleForm
from loyaltyadmin.snapshots import edits
from loyaltyadmin.web import switches
from loyaltyadmin.web.decorators import store_required
from loyaltyadmin.web.http import StoreHttpRequest

TEMPLATE = "cashback_rules/update_cashback_rule.html"


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


@require_http_methods(["GET", "POST"])
@store_required
def update_cashback_rule(request: StoreHttpRequest, rule_id: UUID) -> HttpResponse:
    context = {"nav": "program", "rule_id": rule_id}
    if request.method == "POST":
        form = UpdateCashbackRuleForm(request.POST)
        return edits.respond(
            request,
            form=form,
            change=lambda: operations.update_cashback_rule(
                store=request.store,
                zid=request.zid,
                by=merchant_of(request.session.session_key),
                rule_id=rule_id,
                **form.cleaned_data,
            ),
            template=TEMPLATE,
            context=context,
            zid_names={"money": "amount_to_spend", "points": "points_rewarded"},
            done_url=reverse("program"),
            done=_("The rule is saved"),
        )
    rule = operations.read_cashback_rule(store=request.store, zid=request.zid, rule_id=rule_id)
    values = {"points_rewarded": rule.points_rewarded, "amount_to_spend": rule.amount_to_spend}
    state = operations.state_of(rule)
    form = UpdateCashbackRuleForm(
        initial=values | {"based_on": {name: state[name] for name in values}}
    )
    example = operations.example_of(
        store=request.store,
        points_rewarded=rule.points_rewarded,
        amount_to_spend=rule.amount_to_spend,
    )
    return render(request, TEMPLATE, context | {"form": form, "rule": rule, "example": example})


@require_GET
@store_required
def read_example(request: StoreHttpRequest) -> HttpResponse:
    """What the numbers that are being typed would bring a shopper; nothing while they are odd."""
    form = UpdateCashbackRuleForm(request.GET)
    form.is_valid()
    points, amount = (
        form.cleaned_data.get(name) for name in ("points_rewarded", "amount_to_spend")
    )
    example = None
    if points and amount:
        example = operations.example_of(
            store=request.store, points_rewarded=points, amount_to_spend=amount
        )
    return render(request, "cashback_rules/_example.html", {"example": example})


@require_http_methods(["GET", "POST"])
@store_required
def restore_cashback_rule(request: StoreHttpRequest, entry_id: int) -> HttpResponse:
    return restoring.respond(
        request,
        entry_id=entry_id,
        actions=(Action.UPDATE_CASHBACK_RULE, Action.TOGGLE_CASHBACK_RULE),
        wanted=operations.held_before,
        read=lambda entry: operations.state_of(
            operations.read_cashback_rule(
                store=request.store, zid=request.zid, rule_id=UUID(entry.subject)
            )
        ),
        change=lambda entry, based_on: operations.restore_cashback_rule(
            store=request.store,
            zid=request.zid,
            by=merchant_of(request.session.session_key),
            entry=entry,
            based_on=based_on,
        ),
        note=_("It applies to purchases from now on."),
    )
