"""A second opinion: Zid's own client, which read a contract of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from zid import ZidClient
from zid.exceptions import ZidAuthenticationError, ZidValidationError
from zid.http import RetryConfig

from tests.zid_sandbox_tests.conftest import Manager


@pytest.fixture
def sdk(manager: Manager) -> Iterator[ZidClient]:
    client = ZidClient(
        authorization=manager.tokens["authorization"],
        store_token=manager.tokens["access_token"],
        store_id=90001,
        base_url=manager.sandbox.url,
        retry=RetryConfig(max_retries=0),
    )
    yield client
    client.close()


def test_it_reads_the_program(sdk: ZidClient) -> None:
    program = sdk.loyalty.get_program()

    assert sdk.loyalty.get_status() is True
    assert program.is_active is True
    assert program.expiration_period == 365
    assert [rule.external_id for rule in program.cashback_rules or []] == [None, "pos"]
    assert len(program.redemption_rules or []) == 3


def test_it_reads_the_info_page(sdk: ZidClient) -> None:
    assert sdk.loyalty.get_info().title_en == "Our loyalty program"


def test_it_adjusts_points_and_finds_them_in_the_history(sdk: ZidClient, manager: Manager) -> None:
    moved = sdk.loyalty.adjust_customer_points(
        customer_id=1001, direction="+", points=40, reason="هدية العيد"
    )

    summary = sdk.loyalty.get_customer_summary(customer_id=1001)
    newest = sdk.loyalty.get_customer_history(customer_id=1001)[0]
    assert (moved.points, moved.direction) == (40, "+")
    assert summary.available_points == 40
    assert (newest.reason, newest.point_status_code) == ("هدية العيد", "active")
    assert len(manager.sandbox.ledger(90001)) == 1


def test_it_changes_rules_and_methods(sdk: ZidClient) -> None:
    rule = (sdk.loyalty.get_program().cashback_rules or [])[0]

    sdk.loyalty.update_cashback_rule(rule_id=rule.id, money=50, points=3)
    added = sdk.loyalty.create_redemption_rule(
        rule_type="percentage_discount_settings", discount=12.5, points=250
    )
    sdk.loyalty.delete_redemption_rule(rule_id=added.id)
    sdk.loyalty.set_points_expiration(days=90)
    sdk.loyalty.activate(active=False)

    program = sdk.loyalty.get_program()
    changed = (program.cashback_rules or [])[0]
    assert (changed.amount_to_spend, changed.points_rewarded) == (50, 3)
    assert added.reward is not None
    assert added.reward.discount_value == 12.5
    assert (program.expiration_period, program.is_active) == (90, False)
    assert len(program.redemption_rules or []) == 3


def test_it_understands_the_field_messages(sdk: ZidClient, manager: Manager) -> None:
    manager.sandbox.settings(error_shape="text")

    with pytest.raises(ZidValidationError) as caught:
        sdk.loyalty.adjust_customer_points(customer_id=1001, direction="-", points=1)

    assert list(caught.value.errors) == ["points"]


def test_it_takes_a_redirect_to_the_login_page_for_what_it_is(
    sdk: ZidClient, manager: Manager
) -> None:
    manager.sandbox.settings(unauthorized_redirects=True)
    manager.sandbox.expire_tokens(90001)

    with pytest.raises(ZidAuthenticationError):
        sdk.loyalty.get_status()
