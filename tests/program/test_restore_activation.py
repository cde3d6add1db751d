from __future__ import annotations

from typing import Any

from loyaltyadmin.activity.models import Action
from tests import edge
from tests.restores import RestoreTests


class TestRestoreActivation(RestoreTests):
    address = "/program/activation/restore/"
    action = leaves = Action.SET_ACTIVATION
    before = {"is_active": False}
    shown = ["On Off"]
    zid_address = f"{edge.LOYALTY}/activation"
    sent = "activate=0"

    @staticmethod
    def answer() -> dict[str, Any]:
        return {"loyalty_program": {"activated": 0}}

    @staticmethod
    def changed(program: dict[str, Any]) -> None:
        program["is_active"] = False

    @staticmethod
    def as_before(program: dict[str, Any]) -> None:
        program["is_active"] = False
