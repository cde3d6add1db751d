from __future__ import annotations

from typing import Any

from tests import edge
from tests.edits import EditTests


class TestSetPointsExpiration(EditTests):
    address = "/program/points-expiration/"
    zid_address = f"{edge.LOYALTY}/points-expiration"
    typed = {"days": "٣٦٥"}
    wrong = {"days": "0"}
    wrong_field = "days"
    zid_field = "days"
    sent = {"days": "365"}
    asked = {"days": 365, "answered": 365}

    @staticmethod
    def answer() -> dict[str, Any]:
        return {"status": "string", "points_expiry_period": 365}

    @staticmethod
    def changed(program: dict[str, Any]) -> None:
        program["expiration_peroid"] = 17
