"""Everything that has to pass: `make test` runs all of it, `make lint` and the like a part.

    python -m tests.run                 everything
    python -m tests.run lint types      only these groups
    python -m tests.run --list

What needs a program from outside Python is given that program: found on this machine or, as root
on Debian, installed. A group whose programs cannot be had is left out, and said so at the end;
on CI (CI=true) that is a failure.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests import services

ROOT = Path(__file__).resolve().parent.parent
COVERAGE_FLOOR = 93  # per cent; the one place where it is set
PYTHON = sys.executable
IN_TWO = ["-n", "2", "--dist", "worksteal"]
BY_LANGUAGE = ["-n", "2", "--dist", "loadgroup"]
COVERED = ["--cov", "--cov-append", "--cov-report="]
# A test that hangs ends the run, and shows where it hangs.
LIMITED = ["-o", "faulthandler_timeout=1500", "-o", "faulthandler_exit_on_timeout=true"]
CATALOGUE = "loyaltyadmin/locale/ar/LC_MESSAGES/django.po"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tool:
    name: str
    package: str  # Debian's
    is_here: Callable[[], bool]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Group:
    name: str
    what: str
    commands: Sequence[Sequence[str]]
    tools: Sequence[Tool] = ()
    extras: Sequence[Tool] = ()  # without them a few of its tests are skipped
    has_subject: Callable[[], bool] = lambda: True


CHROMIUM = Tool(
    name="Chromium", package="chromium", is_here=lambda: services.find_chromium() is not None
)
POSTGRESQL = Tool(
    name="PostgreSQL",
    package="postgresql",
    is_here=lambda: services.find_postgresql() is not None,
)
REDIS = Tool(
    name="Redis", package="redis-server", is_here=lambda: services.find_redis() is not None
)
NGINX = Tool(name="nginx", package="nginx", is_here=lambda: services.find_nginx() is not None)
SYSTEMD = Tool(
    name="systemd-analyze",
    package="systemd",
    is_here=lambda: shutil.which("systemd-analyze") is not None,
)
GETTEXT = Tool(
    name="gettext", package="gettext", is_here=lambda: shutil.which("msgfmt") is not None
)


def has_contracts() -> bool:
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return (ROOT / ".importlinter").exists() or "[tool.importlinter]" in pyproject


def pytest(marks: str, *options: str) -> list[str]:
    return [PYTHON, "-m", "pytest", "-m", f"{marks} and not live", *LIMITED, *options]


GROUPS = [
    Group(
        name="lint",
        what="ruff: rules and format",
        commands=[
            [PYTHON, "-m", "ruff", "check", "."],
            [PYTHON, "-m", "ruff", "format", "--check", "."],
        ],
    ),
    Group(name="types", what="mypy", commands=[[PYTHON, "-m", "mypy"]]),
    Group(
        name="arch",
        what="import-linter: who may import whom",
        commands=[[f"{sys.prefix}/bin/lint-imports", "--no-logo"]],
        has_subject=has_contracts,
    ),
    Group(
        name="templates",
        what="djlint",
        commands=[[PYTHON, "-m", "djlint", "templates", "--lint", "--quiet"]],
        has_subject=lambda: any(ROOT.glob("templates/**/*.html")),
    ),
    Group(
        name="migrations",
        what="every model has its migration, and none keeps a large table locked",
        commands=[
            [PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"],
            [PYTHON, "-m", "tests.migration_locks"],
        ],
        tools=[POSTGRESQL],
    ),
    Group(
        name="catalogue",
        what="the Arabic catalogue is well formed",
        commands=[["msgfmt", "--check", "--output-file", os.devnull, CATALOGUE]],
        tools=[GETTEXT],
        has_subject=lambda: (ROOT / CATALOGUE).exists(),
    ),
    Group(
        name="tests",
        what="tests on SQLite, without Redis",
        commands=[pytest("not browser and not services", *IN_TWO, *COVERED)],
        extras=[SYSTEMD],
    ),
    Group(
        name="services",
        what="what keeps rows, and some more, on PostgreSQL and Redis",
        commands=[
            [
                PYTHON,
                "-m",
                "tests.services",
                "--",
                *pytest("not browser and not embedded", *IN_TWO, "-p", "tests.on_servers"),
            ],
        ],
        tools=[POSTGRESQL, REDIS],
        extras=[NGINX],
    ),
    Group(
        name="browser",
        what="tests that drive a browser",
        commands=[pytest("browser and not gallery", *IN_TWO, *COVERED, "tests/browser")],
        tools=[CHROMIUM],
    ),
    Group(
        name="gallery",
        what="every state of every page: for everybody, and as accepted",
        # A process for each language. Nothing of the app runs in them, so nothing is covered.
        commands=[pytest("gallery", *BY_LANGUAGE, "tests/browser")],
        tools=[CHROMIUM],
    ),
]
# What pytest says when it found no test: no failure, the group waits for its first.
NOTHING_COLLECTED = 5


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.run")
    names = [group.name for group in GROUPS]
    parser.add_argument("groups", nargs="*", metavar="group", help=f"of {', '.join(names)}")
    parser.add_argument("--list", action="store_true", help="say what each group is")
    wanted = parser.parse_args(arguments)
    if unknown := set(wanted.groups) - set(names):
        parser.error(f"no such group: {', '.join(sorted(unknown))}")
    if wanted.list:
        for group in GROUPS:
            print(f"{group.name:<11} {group.what}")
        return 0
    chosen = [group for group in GROUPS if not wanted.groups or group.name in wanted.groups]
    return run(chosen, measure_coverage=not wanted.groups)


def run(groups: Sequence[Group], *, measure_coverage: bool) -> int:
    """Run the groups; the exit code is 1 when one failed, or was left out on CI."""
    os.chdir(ROOT)
    wanted = [tool for group in groups for tool in (*group.tools, *group.extras)]
    missing = provide({tool.package: tool for tool in wanted})
    failed: list[str] = []
    left_out: list[Group] = []
    if measure_coverage:
        subprocess.run([PYTHON, "-m", "coverage", "erase"], check=True)
    for group in groups:
        if not group.has_subject():
            headline(f"{group.name}: nothing to look at yet")
        elif any(tool.package in missing for tool in group.tools):
            left_out.append(group)
        elif not passes(group):
            failed.append(group.name)
    if measure_coverage and not coverage_suffices():
        failed.append("coverage")
    return report(failed, left_out, missing)


def passes(group: Group) -> bool:
    headline(f"{group.name}: {group.what}")
    began = time.monotonic()
    codes = []
    for command in group.commands:
        done = subprocess.run(command, env=environment(), check=False)
        is_empty = "pytest" in command and done.returncode == NOTHING_COLLECTED
        codes.append(0 if is_empty else done.returncode)
    print(f"    {time.monotonic() - began:.1f} s", flush=True)
    return not any(codes)


def environment() -> dict[str, str]:
    """What the tests find must not depend on the developer's own settings."""
    example = (ROOT / "deploy/env.example").read_text(encoding="utf-8")
    settings = re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    kept = {name: value for name, value in os.environ.items() if name not in settings}
    # Every tool that loads the settings needs DEBUG: they refuse to go without secrets otherwise.
    return {**kept, "DEBUG": "1"}


def provide(tools: dict[str, Tool]) -> dict[str, Tool]:
    """Install what is missing, where that can be done; the answer is what is missing still."""
    missing = {package: tool for package, tool in tools.items() if not tool.is_here()}
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        headline(f"Installing {', '.join(missing)}")
        # With this runlevel no package starts the server that it brings: the tests start their own.
        apt = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *missing],
        ):
            subprocess.run(command, env=apt, stdout=subprocess.DEVNULL, check=False)
    return {package: tool for package, tool in missing.items() if not tool.is_here()}


def coverage_suffices() -> bool:
    headline("coverage")
    command = ["report", "--skip-covered", "--skip-empty", f"--fail-under={COVERAGE_FLOOR}"]
    return subprocess.run([PYTHON, "-m", "coverage", *command], check=False).returncode == 0


def report(failed: Sequence[str], left_out: Sequence[Group], missing: dict[str, Tool]) -> int:
    headline("Result")
    for group in left_out:
        tools = [tool for tool in group.tools if tool.package in missing]
        names = " and ".join(tool.name for tool in tools)
        packages = " ".join(tool.package for tool in tools)
        print(f"LEFT OUT: {group.name} ({group.what}), for want of {names}.")
        print(f"    To get it: apt-get install --no-install-recommends {packages}")
        print("    or put it on the PATH in any other way, and run this again.")
    if failed:
        print(f"FAILED: {', '.join(failed)}")
        return 1
    if missing and os.environ.get("CI", "").lower() in {"1", "true"}:
        print("FAILED: on CI nothing may be left out")
        return 1
    print("Passed" + (", but for what was left out" if left_out else ""))
    return 0


def headline(text: str) -> None:
    print(f"\n==> {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
