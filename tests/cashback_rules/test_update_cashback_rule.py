from __future__ import annotations

from typing import Any

import responses
from django.test import Client

from tests import edge
from tests.edits import EditTests
from tests.pages import Page

RULE = "efc450a4-3f09-4544-bcdd-80ddcbde23c8"


class TestUpdateCashbackRule(EditTests):
    address = f"/cashback-rules/{RULE}/update/"
    zid_address = f"{edge.LOYALTY}/points-collection/update"
    typed = {"points_rewarded": "١٢", "amount_to_spend": "99.5"}
    wrong = {"points_rewarded": "12", "amount_to_spend": "1,5"}
    wrong_field = "amount_to_spend"
    zid_field = "config.money"
    sent = {"ruleId": RULE, "config[money]": "99.5", "config[points]": "12"}
    asked = {"points_rewarded": 12, "amount_to_spend": "99.5"}

    @staticmethod
    def answer() -> dict[str, Any]:
        answer = edge.fixture("rule_updated")
        rules = answer["data"]["points_collection_methods_list"]
        (rule,) = [rule for rule in rules if rule["id"] == RULE]
        rule |= {"points_rewarded": 12, "amount_to_spend": 99.5}
        return answer

    @staticmethod
    def changed(program: dict[str, Any]) -> None:
        program["cashback_rules"][0]["points_rewarded"] = 7


def test_it_shows_an_example_of_what_is_typed_without_asking_zid(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    merchant.get(f"/cashback-rules/{RULE}/update/")

    response = merchant.get(
        "/cashback-rules/example/", {"points_rewarded": "١", "amount_to_spend": "1"}
    )

    text = Page(response).one(id="example").text
    assert "gives 250 points" in text
    assert "10% back" in text  # 100 points take 10 off
    assert len(zid.calls) == 1


def test_it_warns_of_a_rule_that_gives_back_more_than_customers_spend(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    merchant.get(f"/cashback-rules/{RULE}/update/")

    response = merchant.get(
        "/cashback-rules/example/", {"points_rewarded": "11", "amount_to_spend": "1"}
    )

    assert "more than customers spend" in Page(response).one(id="example").text


def test_it_shows_no_example_while_the_numbers_make_no_sense(
    merchant: Client, zid: responses.RequestsMock
) -> None:
    response = merchant.get(
        "/cashback-rules/example/", {"points_rewarded": "", "amount_to_spend": "x"}
    )

    assert response.status_code == 200
    assert Page(response).one(id="example").text == ""


def test_it_says_that_there_is_no_such_rule(merchant: Client, zid: responses.RequestsMock) -> None:
    zid.get(edge.PROGRAM, json=edge.fixture("program"))

    response = merchant.get("/cashback-rules/00000000-0000-4000-8000-000000000000/update/")

    assert response.status_code == 404
