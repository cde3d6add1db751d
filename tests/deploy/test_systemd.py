"""deploy/systemd: the units of a single machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.installation import DEPLOY, ROOT

FOLDER = DEPLOY / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
# Where the app is on such a machine.
HOME = "/opt/loyaltyadmin"
# `systemd-analyze security` counts what a unit could do from 0 to 100.
MOST_EXPOSED = 25


def read(path: Path) -> list[tuple[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
    return [(name, value) for name, _, value in pairs]


def values(path: Path, name: str) -> list[str]:
    return [value for key, value in read(path) if key == name]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The units as they would be if the app were installed where it is now."""
    folder = tmp_path / "units"
    shutil.copytree(FOLDER, folder)
    for file in folder.rglob("*.*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            moved = text.replace(f"{HOME}/.venv/bin", f"{sys.prefix}/bin").replace(HOME, str(ROOT))
            file.write_text(moved, encoding="utf-8")
    return folder


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_starts_what_is_there(unit: Path) -> None:
    [start] = values(unit, "ExecStart")
    program, *arguments = start.split()

    assert program.startswith(f"{HOME}/.venv/bin/")
    assert Path(sys.prefix, "bin", Path(program).name).is_file()
    for argument in arguments:
        if argument.endswith(".py"):
            assert (ROOT / argument).is_file()


def test_the_target_wants_what_is_there() -> None:
    wanted = " ".join(values(FOLDER / "loyaltyadmin.target", "Wants")).split()

    assert len(wanted) == 3
    for name in wanted:
        assert (FOLDER / name).is_file()
        assert values(FOLDER / name, "PartOf") == ["loyaltyadmin.target"]
        assert values(FOLDER / name, "Requires") == ["loyaltyadmin-migrate.service"]
        assert "loyaltyadmin-migrate.service" in values(FOLDER / name, "After")[0].split()


def test_a_process_is_given_the_time_that_it_takes_to_end() -> None:
    gunicorn = (DEPLOY / "gunicorn.conf.py").read_text(encoding="utf-8")

    assert "graceful_timeout = 30" in gunicorn
    assert int(values(FOLDER / "loyaltyadmin-web.service", "TimeoutStopSec")[0]) > 30
    assert values(FOLDER / "loyaltyadmin-worker.service", "TimeoutStopSec") == ["60"]


def test_units_may_write_to_one_folder_and_are_nobody() -> None:
    hardening = FOLDER / "loyaltyadmin-.service.d/hardening.conf"

    assert values(hardening, "User") == ["loyaltyadmin"]
    assert values(hardening, "ProtectSystem") == ["strict"]
    assert values(hardening, "StateDirectory") == ["loyaltyadmin"]
    assert values(hardening, "NoNewPrivileges") == ["yes"]
    assert values(hardening, "CapabilityBoundingSet") == [""]
    assert all(unit.name.startswith("loyaltyadmin-") for unit in UNITS)
    assert not any(values(unit, "User") or values(unit, "ReadWritePaths") for unit in UNITS)


def test_systemd_itself_takes_them(here: Path) -> None:
    analyze = shutil.which("systemd-analyze") or pytest.skip("needs systemd-analyze")

    done = subprocess.run(
        [analyze, "verify", "--man=no", *here.glob("*.service"), *here.glob("*.target")],
        capture_output=True,
        text=True,
        env={"SYSTEMD_UNIT_PATH": f"{here}:", "SYSTEMD_LOG_LEVEL": "warning"},
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "loyaltyadmin" not in done.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_systemd_finds_little_that_they_could_do(here: Path, unit: Path) -> None:
    analyze = shutil.which("systemd-analyze") or pytest.skip("needs systemd-analyze")

    done = subprocess.run(
        [analyze, "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", here / unit.name],
        capture_output=True,
        text=True,
        env={"SYSTEMD_UNIT_PATH": f"{here}:", "SYSTEMD_PAGER": ""},
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
