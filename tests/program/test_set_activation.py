from __future__ import annotations

from collections.abc import Callable
from typing import Any

import responses
from responses import matchers

from tests import edge
from tests.switches import SwitchTests


class TestSetActivation(SwitchTests):
    address = "/program/activation/"
    row = "activation"
    name = "activation-name"
    verb = "POST"
    zid_address = f"{edge.LOYALTY}/activation"

    @staticmethod
    def sent(*, active: bool) -> Callable[..., Any]:
        return matchers.urlencoded_params_matcher({"activate": str(int(active))})

    @staticmethod
    def answer(*, active: bool) -> dict[str, Any]:
        return {"status": "object", "loyalty_program": {"status": True, "activated": int(active)}}

    @staticmethod
    def program(*, active: bool) -> dict[str, Any]:
        return edge.fixture("program") | {"is_active": active}

    def read_again(self, zid: responses.RequestsMock, *, active: bool, status: int = 200) -> None:
        # The program's switch has an address of its own to be read at.
        address = f"{edge.LOYALTY}/loyalty-status"
        zid.get(address, status=status, json={"loyalty_status": int(active)})
