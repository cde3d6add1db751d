from __future__ import annotations

from typing import Any

from tests import edge
from tests.edits import EditTests

METHOD = "4890974d-d474-4d08-99a4-a42b856ea71a"


class TestUpdateRedemptionMethod(EditTests):
    address = f"/redemption-methods/{METHOD}/update/"
    zid_address = f"{edge.LOYALTY}/points-redemption/update"
    typed = {"kind": "fixed_rate", "discount_value": "١٢٫٥", "points_to_redeem": "1,500"}
    wrong = {"kind": "percentage", "discount_value": "101", "points_to_redeem": "100"}
    wrong_field = "discount_value"
    zid_field = "config.discount"
    sent = {
        "ruleId": METHOD,
        "config[type]": "fixed_rate_settings",
        "config[discount]": "12.5",
        "config[points]": "1500",
        "config[currency]": "SAR",
    }
    asked = {"kind": "fixed_rate", "discount_value": "12.5", "points_to_redeem": 1500}

    @staticmethod
    def answer() -> dict[str, Any]:
        return {"status": "object"}

    @staticmethod
    def changed(program: dict[str, Any]) -> None:
        program["redemption_rules"][0]["points_to_redeem"] = 120
