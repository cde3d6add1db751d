"""Cashback rules and redemption methods."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import flask

from tests.zid_sandbox import answers, bodies, rules
from tests.zid_sandbox.access import manager_required
from tests.zid_sandbox.world import world

api = flask.Blueprint("rules_api", __name__, url_prefix="/v1/managers/loyalty-program")


@api.post("/points-collection/update")
@manager_required
def update_cashback_rule(store_id: int) -> flask.Response:
    sent = bodies.fields()
    config = bodies.mapping(sent.get("config"))
    rule_id = bodies.identifier(sent.get("ruleId"))
    money, rewarded = bodies.number(config.get("money")), bodies.whole(config.get("points"))
    wrong = {} if rule_id else {"ruleId": "uuid"}
    wrong |= {} if money else {"config.money": "number"}
    wrong |= {} if rewarded else {"config.points": "whole"}
    if not (rule_id and money and rewarded):
        return answers.invalid(wrong)
    # Asked for as a number, answered as a whole one: the fraction is lost on the way.
    amount = max(1, math.floor(money))
    if not rules.update_cashback_rule(
        world().database, store_id, rule_id, amount=amount, rewarded=rewarded
    ):
        return answers.error(404)
    return answers.ok(data=_cashback_rules_saved(store_id))


@api.put("/points-collection/update-status")
@manager_required
def switch_cashback_rule(store_id: int) -> flask.Response:
    sent = bodies.fields()
    rule_id, on = bodies.identifier(sent.get("ruleId")), bodies.switch(sent.get("activate"))
    if rule_id is None or on is None:
        return answers.invalid(_wrong_switch("ruleId", rule_id, "activate", on))
    if not rules.switch_cashback_rule(world().database, store_id, rule_id, on=on):
        return answers.error(404)
    return answers.ok(activation=_cashback_rules_saved(store_id))


def _cashback_rules_saved(store_id: int) -> dict[str, Any]:
    listed = rules.cashback_rules(world().database, store_id, as_number=True)
    return {
        "status": True,
        "message": answers.sentence("saved"),
        "points_collection_methods_list": listed,
    }


def _wrong_switch(
    id_field: str, rule_id: str | None, switch_field: str, on: bool | None
) -> dict[str, str]:
    wrong = {} if rule_id else {id_field: "uuid"}
    return wrong if on is not None else wrong | {switch_field: "choice"}


@dataclasses.dataclass(frozen=True, slots=True)
class _Method:
    rule_type: str
    discount: float
    needed: int


def _method(sent: dict[str, Any]) -> tuple[_Method | None, dict[str, str]]:
    """What a form says about a redemption method, or what is wrong with it."""
    config = bodies.mapping(sent.get("config"))
    rule_type = config.get("type")
    discount, needed = bodies.number(config.get("discount")), bodies.whole(config.get("points"))
    wrong: dict[str, str] = {}
    if rule_type not in rules.RULE_TYPES:
        wrong["config.type"] = "choice"
    if discount is None:
        wrong["config.discount"] = "number"
    elif rule_type == rules.PERCENTAGE and discount > 100:
        wrong["config.discount"] = "percentage"
    if needed is None:
        wrong["config.points"] = "whole"
    if wrong or discount is None or needed is None:
        return None, wrong
    return _Method(str(rule_type), discount, needed), {}


@api.post("/points-redemption")
@manager_required
def add_redemption_method(store_id: int) -> flask.Response:
    method, wrong = _method(bodies.fields())
    if method is None:
        return answers.invalid(wrong)
    database = world().database
    rule_id = rules.add_redemption_rule(database, store_id, **dataclasses.asdict(method))
    return answers.ok(
        points_redemption={
            "status": True,
            "message": answers.sentence("saved"),
            "redemptionRule": rules.redemption_rule(database, store_id, rule_id),
        }
    )


@api.post("/points-redemption/update")
@manager_required
def update_redemption_method(store_id: int) -> flask.Response:
    sent = bodies.fields()
    rule_id = bodies.identifier(sent.get("ruleId"))
    method, wrong = _method(sent)
    if method is None or rule_id is None:
        return answers.invalid(wrong | ({} if rule_id else {"ruleId": "uuid"}))
    if not rules.update_redemption_rule(
        world().database, store_id, rule_id, **dataclasses.asdict(method)
    ):
        return answers.error(404)
    return answers.ok(points_redemption={"status": True, "message": answers.sentence("saved")})


@api.post("/points-redemption/delete")
@manager_required
def delete_redemption_method(store_id: int) -> flask.Response:
    rule_id = bodies.identifier(bodies.fields().get("ruleId"))
    if rule_id is None:
        return answers.invalid({"ruleId": "uuid"})
    if not rules.delete_redemption_rule(world().database, store_id, rule_id):
        return answers.error(404)
    return answers.ok(points_redemption={"status": True, "message": answers.sentence("deleted")})


@api.put("/points-redemption/update-status")
@manager_required
def switch_redemption_method(store_id: int) -> flask.Response:
    sent = bodies.fields()
    rule_id = bodies.identifier(sent.get("redemptionRuleUuid"))
    on = bodies.switch(sent.get("status"))
    if rule_id is None or on is None:
        return answers.invalid(_wrong_switch("redemptionRuleUuid", rule_id, "status", on))
    database = world().database
    if not rules.switch_redemption_rule(database, store_id, rule_id, on=on):
        return answers.error(404)
    return answers.ok(redemption_rule=rules.redemption_rule(database, store_id, rule_id))
