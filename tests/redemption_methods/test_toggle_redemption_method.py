from __future__ import annotations

from collections.abc import Callable
from typing import Any

from responses import matchers

from tests import edge
from tests.switches import ListedSwitchTests

METHOD = "4890974d-d474-4d08-99a4-a42b856ea71a"


class TestToggleRedemptionMethod(ListedSwitchTests):
    address = f"/redemption-methods/{METHOD}/toggle/"
    row = f"redemption-method-{METHOD}"
    name = f"method-{METHOD}"
    verb = "PUT"
    zid_address = f"{edge.LOYALTY}/points-redemption/update-status"

    @staticmethod
    def sent(*, active: bool) -> Callable[..., Any]:
        return matchers.json_params_matcher({"redemptionRuleUuid": METHOD, "status": int(active)})

    @staticmethod
    def answer(*, active: bool) -> dict[str, Any]:
        answer = edge.fixture("method_toggled")
        answer["redemption_rule"]["is_active"] = int(active)
        return answer

    @staticmethod
    def program(*, active: bool) -> dict[str, Any]:
        program = edge.fixture("program")
        program["redemption_rules"][0]["is_active"] = active
        return program
