from __future__ import annotations

from typing import Any

from loyaltyadmin.activity.models import Action
from tests import edge
from tests.restores import RestoreTests

RULE = "efc450a4-3f09-4544-bcdd-80ddcbde23c8"
HELD = {"points_rewarded": 3, "amount_to_spend": "50", "is_active": True}


def answer_of(name: str, **fields: object) -> dict[str, Any]:
    rule = edge.fixture("program")["cashback_rules"][0] | fields
    return {name: {"points_collection_methods_list": [rule]}}


class TestRestoreWhatARuleGave(RestoreTests):
    address = "/cashback-rules/restore/"
    action = leaves = Action.UPDATE_CASHBACK_RULE
    subject = RULE
    before = HELD
    shown = ["5 3", "100 50"]
    zid_address = f"{edge.LOYALTY}/points-collection/update"
    sent = "config%5Bmoney%5D=50&config%5Bpoints%5D=3"

    @staticmethod
    def answer() -> dict[str, Any]:
        return answer_of("data", points_rewarded=3, amount_to_spend=50)

    @staticmethod
    def changed(program: dict[str, Any]) -> None:
        program["cashback_rules"][0]["points_rewarded"] = 8

    @staticmethod
    def as_before(program: dict[str, Any]) -> None:
        program["cashback_rules"][0] |= {"points_rewarded": 3, "amount_to_spend": 50}


class TestRestoreWhetherARuleWasOn(RestoreTests):
    address = "/cashback-rules/restore/"
    action = leaves = Action.TOGGLE_CASHBACK_RULE
    subject = RULE
    before = HELD | {"is_active": False}
    shown = ["On Off"]
    verb = "PUT"
    zid_address = f"{edge.LOYALTY}/points-collection/update-status"
    sent = '"activate": 0'

    @staticmethod
    def answer() -> dict[str, Any]:
        return answer_of("activation", is_active=0)

    @staticmethod
    def changed(program: dict[str, Any]) -> None:
        program["cashback_rules"][0]["is_active"] = 0

    @staticmethod
    def as_before(program: dict[str, Any]) -> None:
        program["cashback_rules"][0]["is_active"] = 0
