from __future__ import annotations

import pytest

from tests.zid_sandbox_tests.conftest import Manager

ADJUST = "customers/adjust-customer-points"


@pytest.mark.parametrize("encoding", ["data", "json", "files"])
def test_it_takes_an_adjustment_in_each_of_zids_encodings(manager: Manager, encoding: str) -> None:
    sent = {"customerId": "1001", "direction": "+", "points": "7", "reason": "هدية + شكر"}
    parts = {name: (None, value) for name, value in sent.items()}

    answer = manager.loyalty("POST", ADJUST, **{encoding: parts if encoding == "files" else sent})

    assert answer.status_code == 200
    assert answer.json()["data"]["reason"] == "هدية + شكر"
    assert manager.sandbox.balances(90001)[1001] == 7


def test_it_applies_the_same_call_twice_when_it_is_sent_twice(manager: Manager) -> None:
    manager.adjust(points=5, reason="same")
    manager.adjust(points=5, reason="same")

    ledger = manager.sandbox.ledger(90001)
    assert [(row["customer_id"], row["points"], row["reason"]) for row in ledger] == [
        (1001, 5, "same"),
        (1001, 5, "same"),
    ]


def test_it_refuses_to_take_more_than_there_is(manager: Manager) -> None:
    manager.adjust(points=5)

    answer = manager.adjust(points=6, direction="-")

    assert answer.status_code == 422
    assert manager.sandbox.balances(90001)[1001] == 5


def test_it_can_let_a_balance_go_below_zero(manager: Manager) -> None:
    manager.sandbox.settings(refuse_negative=False)

    answer = manager.adjust(points=6, direction="-")

    assert answer.status_code == 200
    assert manager.sandbox.balances(90001)[1001] == -6


@pytest.mark.parametrize("points", ["0", "-1", "1.5", "ten", ""])
def test_it_moves_nothing_but_whole_points(manager: Manager, points: str) -> None:
    answer = manager.loyalty(
        "POST", ADJUST, data={"customerId": 1001, "direction": "+", "points": points}
    )

    assert answer.status_code == 422
    assert manager.sandbox.ledger(90001) == []


def test_it_never_moves_points_of_another_store(manager: Manager) -> None:
    answer = manager.adjust(customer_id=500001)

    assert answer.status_code == 404
    assert manager.sandbox.ledger(90002) == []


def test_it_derives_the_totals_from_the_ledger(manager: Manager) -> None:
    before = manager.loyalty("GET", "list-data").json()

    manager.adjust(points=50)
    manager.adjust(points=20, direction="-")

    after = manager.loyalty("GET", "list-data").json()
    grown = {
        name: after[name] - before[name]
        for name in before
        if name.startswith("total_") and after[name] != before[name]
    }
    assert grown == {
        "total_earned_points": 50,
        "total_redemed_points": 20,
        "total_customers_with_points": 1,
    }
    balances = manager.sandbox.balances(90001)
    assert sum(balances.values()) == after["total_earned_points"] - after["total_redemed_points"]


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_shows_the_newest_movement_first(manager: Manager, slash: str) -> None:
    manager.adjust(reason="first")
    manager.adjust(reason="second")

    history = manager.loyalty("GET", f"points-history/1001{slash}").json()["history"]

    assert [entry["reason"] for entry in history] == ["second", "first"]


def test_it_can_cut_long_reasons_short(manager: Manager) -> None:
    manager.sandbox.settings(reason_limit=4)

    manager.adjust(reason="too long")

    assert manager.sandbox.ledger(90001)[0]["reason"] == "too "


def test_it_pages_through_all_customers_in_order(manager: Manager) -> None:
    pages = [
        manager.call(
            "GET", "/v1/managers/store/customers", params={"page": page, "per_page": 15}
        ).json()["customers"]
        for page in (1, 2, 3, 4)
    ]

    numbers = [customer["id"] for page in pages for customer in page]
    assert [len(page) for page in pages] == [15, 15, 10, 0]
    assert numbers == list(range(1001, 1041))


def test_it_orders_customers_by_points(manager: Manager) -> None:
    manager.adjust(customer_id=1003, points=100_000)

    listed = manager.call(
        "GET", "/v1/managers/store/customers", params={"order_by": "points", "sort_by": "desc"}
    ).json()["customers"]

    assert listed[0]["id"] == 1003
    assert listed[0]["points"] == 100_000


def test_it_speaks_the_language_that_was_asked_for(manager: Manager) -> None:
    manager.sandbox.settings(error_shape="text")
    manager.session.headers["Accept-Language"] = "ar"

    assert manager.adjust(customer_id=7).json()["message"] == "العميل غير موجود."


def test_it_wants_the_stores_number_outside_of_managers(manager: Manager) -> None:
    answer = manager.call(
        "GET", "/v1/market/app/subscription?app_id=4242", headers={"Store-Id": None}
    )

    assert answer.status_code == 401
    assert answer.json() == {"detail": "No such user"}


def test_it_makes_the_same_people_again(manager: Manager) -> None:
    path = "/v1/managers/store/customers"
    before = [row["name"] for row in manager.call("GET", path).json()["customers"]]
    manager.sandbox.reset()
    tokens = manager.sandbox.tokens(90001)
    headers = {
        "Authorization": f"Bearer {tokens['authorization']}",
        "X-Manager-Token": tokens["access_token"],
    }

    after = manager.call("GET", path, headers=headers).json()["customers"]

    assert [row["name"] for row in after] == before
