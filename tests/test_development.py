"""What `make run` starts, with which settings, on which ports."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from loyaltyadmin.web import development
from loyaltyadmin.web.supervisor import Failed


@pytest.fixture
def say() -> development.Console:
    return development.Console()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        yield port


def make_plan(data_dir: Path, say: development.Console, **chosen: str) -> development.Plan:
    return development.make_plan(chosen, data_dir=data_dir, say=say)


def test_it_finds_its_stand_in_for_zid_and_is_found_by_it(
    tmp_path: Path, say: development.Console
) -> None:
    plan = make_plan(tmp_path, say)

    zid = f"http://127.0.0.1:{plan.zid_port}"
    command = development.plan_services(plan)["zid"].command
    assert plan.address == f"{zid}/"
    assert {plan.environment[name] for name in development.ZID_ADDRESSES} == {zid}
    assert plan.environment["FRAME_ANCESTORS"] == zid
    assert f"--app-url={plan.environment['PUBLIC_URL']}" in command
    assert f"--client-secret={plan.environment['ZID_CLIENT_SECRET']}" in command


def test_it_keeps_keys_that_were_made_once_where_only_their_owner_reads_them(
    tmp_path: Path, say: development.Console
) -> None:
    first = make_plan(tmp_path, say).environment
    second = make_plan(tmp_path, say).environment

    assert all(first[name] == second[name] for name in development.MADE_ONCE)
    assert Fernet(first["TOKEN_ENCRYPTION_KEYS"].encode())
    assert (tmp_path / "development.env").stat().st_mode & 0o777 == 0o600


def test_it_lets_the_developers_settings_win(tmp_path: Path, say: development.Console) -> None:
    plan = make_plan(tmp_path, say, SECRET_KEY="mine", DEBUG="0", ZID_RATE_LIMIT_PER_MINUTE="600")

    assert plan.environment["SECRET_KEY"] == "mine"
    assert plan.environment["DEBUG"] == "0"
    assert "--rate=600" in development.plan_services(plan)["zid"].command


def test_it_makes_no_secret_that_a_file_is_named_for(
    tmp_path: Path, say: development.Console
) -> None:
    plan = make_plan(tmp_path, say, SECRET_KEY_FILE="/run/secrets/key")

    assert "SECRET_KEY" not in plan.environment


def test_it_starts_no_stand_in_when_the_settings_name_a_zid(
    tmp_path: Path, say: development.Console
) -> None:
    plan = make_plan(tmp_path, say, ZID_API_URL="https://api.zid.sa")

    assert "zid" not in development.plan_services(plan)
    assert plan.address == plan.environment["PUBLIC_URL"]
    assert "ZID_OAUTH_URL" not in plan.environment


def test_it_moves_on_from_a_taken_port_and_says_so(
    tmp_path: Path,
    say: development.Console,
    taken_port: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = development.make_plan({}, data_dir=tmp_path, say=say, web_port=taken_port)

    assert plan.web_port > taken_port
    assert plan.environment["PUBLIC_URL"] == f"http://localhost:{plan.web_port}"
    assert f"Port {taken_port} is taken, so {plan.web_port} it is" in capsys.readouterr().out


def test_it_refuses_a_public_address_that_is_taken(
    tmp_path: Path, say: development.Console, taken_port: int
) -> None:
    with pytest.raises(Failed, match="which PUBLIC_URL names, is taken"):
        make_plan(tmp_path, say, PUBLIC_URL=f"http://localhost:{taken_port}")


def test_it_reads_dotenv_beneath_the_environment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DEBUG=0\nREDIS_URL=\nDATA_DIR=elsewhere\n")

    chosen = development.read_user_settings(tmp_path, {"DATA_DIR": "here"})

    assert chosen == {"DEBUG": "0", "DATA_DIR": "here"}


def test_it_gives_commands_the_settings_of_the_last_run(
    tmp_path: Path, say: development.Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*development.MADE_ONCE, "PUBLIC_URL", *development.ZID_ADDRESSES):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("DATA_DIR", "data")
    (tmp_path / "data").mkdir()
    plan = make_plan(tmp_path / "data", say)

    development.load_last_run(tmp_path)

    assert os.environ["SECRET_KEY"] == plan.environment["SECRET_KEY"]
    assert os.environ["ZID_API_URL"] == plan.environment["ZID_API_URL"]
    assert os.environ["DATA_DIR"] == "data"


def test_it_leaves_an_installation_with_keys_of_its_own_alone(
    tmp_path: Path, say: development.Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", "production")
    monkeypatch.setenv("ZID_API_URL", "")
    make_plan(tmp_path, say)

    development.load_last_run(tmp_path)

    assert os.environ["SECRET_KEY"] == "production"
    assert os.environ["ZID_API_URL"] == ""


def test_it_runs_once_for_a_data_folder(
    tmp_path: Path, say: development.Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(development, "GRACE_SECONDS", -2)

    with (
        development.only_one(tmp_path / "run.lock", say),
        pytest.raises(Failed, match="another `make run` is using"),
        development.only_one(tmp_path / "run.lock", say),
    ):
        pass


def test_it_survives_a_reader_that_goes_away() -> None:
    script = """
import sys
from loyaltyadmin.web import development
say = development.Console()
say.on_closed = lambda: print("asked to stop", file=sys.stderr)
for number in range(3):
    sys.stdin.readline()
    say("web", "line")
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr

    print(file=process.stdin, flush=True)
    first = process.stdout.readline()
    process.stdout.close()
    process.stdin.write("\n\n")
    process.stdin.close()

    with process.stderr:
        said = process.stderr.read()
    assert first == "     web | line\n"
    assert said == "asked to stop\n"
    assert process.wait() == 0
