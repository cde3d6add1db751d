from __future__ import annotations

import time

import pytest
import requests

from tests.zid_sandbox.control import RefusedError, Sandbox
from tests.zid_sandbox_tests.conftest import Manager

PATH = "adjust-customer-points"


def applied(manager: Manager) -> int:
    return len(manager.sandbox.ledger(90001))


@pytest.mark.parametrize(("kind", "changes"), [("drop_before", 0), ("drop_after", 1)])
def test_it_breaks_the_connection(manager: Manager, kind: str, changes: int) -> None:
    manager.sandbox.fault(path=PATH, kind=kind, count=1)

    with pytest.raises(requests.ConnectionError):
        manager.adjust()

    assert applied(manager) == changes
    assert manager.adjust().status_code == 200


@pytest.mark.parametrize("status", [401, 422, 429, 500, 503])
@pytest.mark.parametrize("after", [False, True])
def test_it_answers_another_status(manager: Manager, status: int, after: bool) -> None:
    manager.sandbox.fault(path=PATH, kind="status", status=status, after=after)

    answer = manager.adjust()

    assert answer.status_code == status
    assert "Retry-After" not in answer.headers
    assert applied(manager) == int(after)


@pytest.mark.parametrize("after", [False, True])
def test_it_answers_half_a_document(manager: Manager, after: bool) -> None:
    manager.sandbox.fault(path=PATH, kind="garbage", after=after)

    answer = manager.adjust()

    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert applied(manager) == int(after)


def test_it_redirects_to_a_login_page(manager: Manager) -> None:
    manager.sandbox.fault(path="^/v1", kind="redirect_login")

    answer = manager.adjust()

    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")


def test_it_is_late(manager: Manager) -> None:
    manager.sandbox.fault(path=PATH, kind="latency", seconds=0.3)

    started = time.monotonic()
    answer = manager.adjust()

    assert answer.status_code == 200
    assert time.monotonic() - started >= 0.3


def test_it_hangs_until_the_client_gives_up(manager: Manager) -> None:
    manager.sandbox.fault(path=PATH, kind="hang", seconds=1)

    with pytest.raises(requests.ReadTimeout):
        manager.adjust(timeout=0.2)

    assert applied(manager) == 0


@pytest.mark.parametrize("kind", ["hang", "drop"])
def test_it_applies_the_change_after_the_connection_died(manager: Manager, kind: str) -> None:
    manager.sandbox.fault(path=PATH, kind=kind, apply_late=True, seconds=0.4)

    with pytest.raises((requests.ConnectionError, requests.ReadTimeout)):
        manager.adjust(timeout=0.2)

    assert applied(manager) == 0
    deadline = time.monotonic() + 5
    while applied(manager) == 0 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert applied(manager) == 1


def test_it_loses_the_same_answers_for_the_same_seed(manager: Manager) -> None:
    runs = []
    for _ in range(2):
        manager.sandbox.clear_faults()
        manager.sandbox.fault(path=PATH, kind="status", status=503, probability=0.3, seed=7)
        runs.append([manager.adjust().status_code for _ in range(20)])

    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 503}


def test_it_strikes_only_the_store_that_was_named(manager: Manager) -> None:
    manager.sandbox.fault(path=PATH, kind="status", status=500, store_id=90002)

    assert manager.adjust().status_code == 200


def test_it_is_well_again_once_the_faults_are_cleared(manager: Manager) -> None:
    manager.sandbox.fault(path="", kind="status", status=500)
    manager.sandbox.clear_faults()

    assert manager.adjust().status_code == 200


def test_it_says_what_is_wrong_with_a_wish(sandbox: Sandbox) -> None:
    with pytest.raises(RefusedError, match="kind is one of"):
        sandbox.fault(path=PATH, kind="earthquake")

    with pytest.raises(RefusedError, match="There is no setting"):
        sandbox.settings(rates=5)
