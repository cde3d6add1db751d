from __future__ import annotations

from typing import Any

import pytest

from tests.zid_sandbox_tests.conftest import Manager


def subscription_of(manager: Manager) -> dict[str, Any]:
    answer = manager.call("GET", "/v1/market/app/subscription?app_id=4242")
    found: dict[str, Any] = answer.json()["subscription"]
    return found


def test_a_store_pays_unless_it_is_said_otherwise(manager: Manager) -> None:
    assert subscription_of(manager)["status"] == "active"


@pytest.mark.parametrize("status", ["warning", "suspended", "expired", "refunded", "dormant"])
def test_it_says_what_it_was_told_to(manager: Manager, status: str) -> None:
    manager.sandbox.subscription(90001, status=status)

    assert subscription_of(manager)["status"] == status


def test_a_reset_forgets_it(manager: Manager) -> None:
    manager.sandbox.subscription(90001, status="expired")
    manager.sandbox.reset()
    tokens = manager.sandbox.tokens(90001)
    manager.session.headers.update(
        {
            "Authorization": f"Bearer {tokens['authorization']}",
            "X-Manager-Token": tokens["access_token"],
        }
    )

    assert subscription_of(manager)["status"] == "active"
