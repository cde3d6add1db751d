from __future__ import annotations

from typing import Any

from loyaltyadmin.activity.models import Action
from tests import edge
from tests.restores import RestoreTests

METHOD = "4890974d-d474-4d08-99a4-a42b856ea71a"
HELD = {
    "kind": "percentage",
    "discount_value": "12.5",
    "points_to_redeem": 250,
    "is_active": False,
}
WIRE = {
    "rule_type": "percentage_discount_settings",
    "points_to_redeem": 250,
    "reward": {"discount_value": 12.5},
}
CONFIG = "config%5Btype%5D=percentage_discount_settings&config%5Bdiscount%5D=12.5"


class TestRestoreWhatAMethodWas(RestoreTests):
    address = "/redemption-methods/restore/"
    action = leaves = Action.UPDATE_REDEMPTION_METHOD
    subject = METHOD
    before = HELD
    shown = ["A fixed amount off A percentage off", "10 12.5", "100 250"]
    zid_address = f"{edge.LOYALTY}/points-redemption/update"
    sent = f"ruleId={METHOD}&{CONFIG}"

    @staticmethod
    def changed(program: dict[str, Any]) -> None:
        program["redemption_rules"][0]["points_to_redeem"] = 120

    @staticmethod
    def as_before(program: dict[str, Any]) -> None:
        program["redemption_rules"][0] |= WIRE


class TestRestoreWhetherAMethodWasOn(RestoreTests):
    address = "/redemption-methods/restore/"
    action = leaves = Action.TOGGLE_REDEMPTION_METHOD
    subject = METHOD
    before = HELD
    shown = ["On Off"]
    verb = "PUT"
    zid_address = f"{edge.LOYALTY}/points-redemption/update-status"
    sent = '"status": 0'

    @staticmethod
    def answer() -> dict[str, Any]:
        return {
            "redemption_rule": edge.fixture("program")["redemption_rules"][0] | {"is_active": 0}
        }

    @staticmethod
    def changed(program: dict[str, Any]) -> None:
        program["redemption_rules"][0]["is_active"] = 0

    @staticmethod
    def as_before(program: dict[str, Any]) -> None:
        program["redemption_rules"][0]["is_active"] = 0


class TestRestoreADeletedMethod(RestoreTests):
    """It is added again, unless there is one like it by now."""

    address = "/redemption-methods/restore/"
    action = Action.DELETE_REDEMPTION_METHOD
    leaves = Action.ADD_REDEMPTION_METHOD
    subject = "0d1cd6c6-6f8c-4f5b-9d6d-2a40e6a0f5f4"
    before = HELD
    shown = ["– A percentage off", "– 12.5", "– 250"]
    zid_address = f"{edge.LOYALTY}/points-redemption"
    sent = CONFIG

    @staticmethod
    def changed(program: dict[str, Any]) -> None:
        TestRestoreADeletedMethod.as_before(program)

    @staticmethod
    def as_before(program: dict[str, Any]) -> None:
        program["redemption_rules"][1] |= WIRE
