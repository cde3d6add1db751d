from __future__ import annotations

import json
import pathlib
import re
import signal
import subprocess
import sys
import time

import pytest
import requests

from tests import zid_sandbox
from tests.zid_sandbox.control import REPOSITORY, Sandbox

HERE = pathlib.Path(zid_sandbox.__file__).parent


def profile_status(sandbox: Sandbox, tokens: dict[str, str]) -> int:
    headers = {
        "Authorization": f"Bearer {tokens['authorization']}",
        "X-Manager-Token": tokens["access_token"],
    }
    url = f"{sandbox.url}/v1/managers/account/profile"
    return requests.get(url, headers=headers, timeout=5).status_code


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_tokens_that_work_at_once_and_ends_at_once(ending: signal.Signals) -> None:
    command = [sys.executable, "-m", "tests.zid_sandbox", "--port", "0", "--tokens"]
    with subprocess.Popen(
        [*command, "--customers", "5", "--stores", "3"],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        printed = [json.loads(process.stdout.readline()) for _ in range(3)]
        address = process.stdout.readline().removeprefix("Zid sandbox: ").strip()
        status = profile_status(Sandbox(address), printed[2])

        started = time.monotonic()
        process.send_signal(ending)
        ended = process.wait(timeout=5)

    assert [line["store_id"] for line in printed] == [90001, 90002, 90003]
    assert (status, ended) == (200, 0)
    assert time.monotonic() - started < 2


def test_it_keeps_tokens_and_ledger_over_a_restart(tmp_path: pathlib.Path) -> None:
    state = tmp_path / "state.sqlite3"
    with Sandbox.start(customers=5, state=state) as sandbox:
        tokens = sandbox.tokens(90001)
        headers = {
            "Authorization": f"Bearer {tokens['authorization']}",
            "X-Manager-Token": tokens["access_token"],
        }
        requests.post(
            f"{sandbox.url}/v1/managers/loyalty-program/customers/adjust-customer-points",
            data={"customerId": 1001, "direction": "+", "points": 4},
            headers=headers,
            timeout=5,
        )

    with Sandbox.start(customers=5, state=state) as sandbox:
        assert [row["points"] for row in sandbox.ledger(90001)] == [4]
        assert profile_status(sandbox, tokens) == 200


def test_its_clock_can_be_stopped() -> None:
    seen = []
    for _ in range(2):
        with Sandbox.start(customers=16, now="2026-03-15T09:30:00+00:00") as sandbox:
            tokens = sandbox.tokens(90001)
            headers = {
                "Authorization": f"Bearer {tokens['authorization']}",
                "X-Manager-Token": tokens["access_token"],
            }
            loyalty = f"{sandbox.url}/v1/managers/loyalty-program"
            requests.post(
                f"{loyalty}/customers/adjust-customer-points",
                data={"customerId": 1008, "direction": "+", "points": 4},
                headers=headers,
                timeout=5,
            )
            history = f"{loyalty}/points-history/1008"
            seen.append(requests.get(history, headers=headers, timeout=5).json()["history"])

    assert seen[0] == seen[1]
    assert seen[0][0]["date"] == "2026-03-15T09:30:00.000000Z"


def test_it_logs_no_query_strings() -> None:
    command = [sys.executable, "-m", "tests.zid_sandbox", "--port", "0", "--log"]
    with subprocess.Popen(
        [*command, "--customers", "5"], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        address = process.stdout.readline().removeprefix("Zid sandbox: ").strip()
        requests.get(f"{address}/healthz?token=secret", timeout=5)
        process.terminate()
        printed = process.stdout.read()

    assert "GET /healthz 200" in printed
    assert "secret" not in printed


def test_it_never_imports_the_project_that_it_tests() -> None:
    for module in HERE.glob("*.py"):
        assert "import loyaltyadmin" not in module.read_text(encoding="utf-8")
        assert "from loyaltyadmin" not in module.read_text(encoding="utf-8")


def test_its_style_sheet_has_only_logical_properties() -> None:
    css = (HERE / "static" / "sandbox.css").read_text(encoding="utf-8")

    assert not re.findall(r"\b(?:left|right|top|bottom)\b\s*[:;]|-(?:left|right|top|bottom)\b", css)
    assert not re.findall(r"(?<![-\w])(?:max-|min-)?(?:width|height)\s*:\s*[^)]*;", css)
