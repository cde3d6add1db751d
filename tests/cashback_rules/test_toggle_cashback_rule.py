from __future__ import annotations

from collections.abc import Callable
from typing import Any

from responses import matchers

from tests import edge
from tests.switches import ListedSwitchTests

RULE = "efc450a4-3f09-4544-bcdd-80ddcbde23c8"


class TestToggleCashbackRule(ListedSwitchTests):
    address = f"/cashback-rules/{RULE}/toggle/"
    row = f"cashback-rule-{RULE}"
    name = f"rule-{RULE}"
    verb = "PUT"
    zid_address = f"{edge.LOYALTY}/points-collection/update-status"

    @staticmethod
    def sent(*, active: bool) -> Callable[..., Any]:
        return matchers.json_params_matcher({"ruleId": RULE, "activate": int(active)})

    @staticmethod
    def answer(*, active: bool) -> dict[str, Any]:
        answer = edge.fixture("rule_toggled")
        answer["activation"]["points_collection_methods_list"][0]["is_active"] = int(active)
        return answer

    @staticmethod
    def program(*, active: bool) -> dict[str, Any]:
        program = edge.fixture("program")
        program["cashback_rules"][0]["is_active"] = active
        return program
