"""What `make test` does about programs that are not here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import run

HERE = run.Tool(name="Here", package="here", is_here=lambda: True)
GONE = run.Tool(name="Gone", package="gone-server", is_here=lambda: False)


@pytest.fixture(autouse=True)
def nobody_in_particular(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.delenv("CI", raising=False)


def group(*tools: run.Tool, code: int = 0) -> run.Group:
    return run.Group(
        name="some",
        what="some tests",
        commands=[[sys.executable, "-c", f"raise SystemExit({code})"]],
        tools=tools,
    )


def test_it_passes_when_every_group_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.run([group(HERE)], measure_coverage=False) == 0
    assert capsys.readouterr().out.endswith("Passed\n")


def test_it_fails_when_a_group_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.run([group(code=1), group()], measure_coverage=False) == 1
    assert "FAILED: some" in capsys.readouterr().out


def test_it_says_what_it_leaves_out_and_how_to_get_it(capsys: pytest.CaptureFixture[str]) -> None:
    code = run.run([group(HERE, GONE, code=1)], measure_coverage=False)

    said = capsys.readouterr().out
    assert code == 0
    assert "LEFT OUT: some (some tests), for want of Gone." in said
    assert "apt-get install --no-install-recommends gone-server\n" in said


def test_it_leaves_nothing_out_on_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")

    assert run.run([group(GONE)], measure_coverage=False) == 1


def test_it_installs_what_is_missing_as_root_on_debian(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "run", lambda command, **options: commands.append(command))

    still_missing = run.provide({"gone-server": GONE, "here": HERE})

    assert [command[1] for command in commands] == ["update", "install"]
    assert commands[1][-1] == "gone-server"
    assert still_missing == {"gone-server": GONE}


def test_it_keeps_the_developers_settings_from_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://production")
    monkeypatch.setenv("ZID_CLIENT_SECRET", "real")

    environment = run.environment()

    assert not {"DATABASE_URL", "ZID_CLIENT_SECRET"} & set(environment)
    assert environment["DEBUG"] == "1"
    assert environment["PATH"]


def test_it_knows_every_group_by_name() -> None:
    makefile = (Path(run.ROOT) / "Makefile").read_text()

    for name in ("lint", "types", "arch"):
        assert f"\n{name}:" in makefile
        assert name in {group.name for group in run.GROUPS}
