from __future__ import annotations

from tests.zid_sandbox_tests.conftest import Manager


def statuses(manager: Manager, calls: int) -> list[int]:
    return [manager.loyalty("GET", "loyalty-status").status_code for _ in range(calls)]


def test_it_lets_a_burst_through_and_then_refuses(manager: Manager) -> None:
    manager.sandbox.settings(rate=1, burst=5)

    assert statuses(manager, 7) == [200] * 5 + [429] * 2


def test_it_says_when_to_come_back_only_every_other_time(manager: Manager) -> None:
    manager.sandbox.settings(rate=60, burst=0)

    waits = [manager.loyalty("GET", "loyalty-status").headers.get("Retry-After") for _ in range(4)]

    assert waits == ["1", None, "1", None]


def test_it_drains_all_the_time(manager: Manager) -> None:
    manager.sandbox.settings(rate=60_000, burst=1)

    assert 200 in statuses(manager, 3)[1:]


def test_stores_do_not_share_a_bucket(manager: Manager) -> None:
    manager.sandbox.settings(rate=1, burst=1)
    statuses(manager, 2)
    other = manager.sandbox.tokens(90002)
    headers = {
        "Authorization": f"Bearer {other['authorization']}",
        "X-Manager-Token": other["access_token"],
    }

    answer = manager.loyalty("GET", "loyalty-status", headers=headers)

    assert answer.status_code == 200


def test_a_rate_of_zero_is_no_limit(manager: Manager) -> None:
    manager.sandbox.settings(rate=0, burst=1)

    assert set(statuses(manager, 20)) == {200}


def test_it_counts_calls_and_refusals(manager: Manager) -> None:
    manager.sandbox.settings(rate=1, burst=3)
    statuses(manager, 5)

    stats = manager.sandbox.stats(timestamps=True)

    assert (stats["calls"], stats["too_many"]) == (5, 2)
    assert len(stats["stores"]["90001"]["timestamps"]) == 3
    assert stats["stores"]["90001"]["share_of_limit"] > 0.9
