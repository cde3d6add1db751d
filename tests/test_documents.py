"""What the documents for operators and reviewers name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

ROOT = Path(__file__).resolve().parent.parent
RUNBOOK = "deploy/RUNBOOK.md"
APP_MARKET = "docs/app-market.md"
THREAT_MODEL = "docs/threat-model.md"
ALL = [RUNBOOK, APP_MARKET, THREAT_MODEL, "README.md", "docs/telling-customers.md"]
# Made by an operator, or on their machine.
NOT_HERE = re.compile(r"/|deploy/secrets|deploy/\.env|\.env$|\.venv/")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1].strip()


@pytest.mark.parametrize("name", ALL)
def test_every_file_that_a_document_names_is_there(name: str) -> None:
    named = re.findall(r"(?:deploy|docs|tests|loyaltyadmin)/[\w./-]*[\w/]", read(name))
    named += re.findall(r"\]\(([\w./-]+)\)", read(name))

    missing = {path for path in named if not NOT_HERE.match(path) and not (ROOT / path).exists()}

    assert {path for path in missing if not (ROOT / name).parent.joinpath(path).exists()} == set()


@pytest.mark.parametrize("name", ALL)
def test_every_command_that_a_document_names_is_there_and_takes_these_options(name: str) -> None:
    text = re.sub(r"\s+", " ", read(name))
    for command, rest in re.findall(r"manage\.py ([a-z_]+)([^`.;]*)", text):
        assert command in get_commands(), command
        source = get_commands()[command]
        parser = load_command_class(str(source), command).create_parser("manage.py", command)
        for option in re.findall(r"(?<= )--[a-z-]+", rest):
            assert option in parser.format_help(), f"{command} {option}"


@pytest.mark.parametrize("name", ALL)
def test_every_make_target_that_a_document_names_is_there(name: str) -> None:
    targets = re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE)

    assert set(re.findall(r"`make ([a-z-]+)`", read(name))) <= set(targets)


def test_every_service_that_the_runbook_names_is_there() -> None:
    services = set(re.findall(r"^  ([a-z]+):$", read("deploy/compose.yaml"), re.MULTILINE))
    text = re.sub(r"\\?\s+", " ", read(RUNBOOK))

    stopped = re.findall(r"compose\.yaml stop ([a-z ]+)", text)
    entered = re.findall(r"compose\.yaml (?:exec -T|run --rm) ([a-z]+)", text)

    assert {name for names in stopped for name in names.split()} | set(entered) <= services
    assert stopped


def test_the_listings_names_are_as_long_as_they_may_be() -> None:
    [row] = re.findall(r"^\| Name \| (.+?) \| (.+?) \|$", read(APP_MARKET), re.MULTILINE)

    for name in row:
        assert 3 <= len(name) <= 24
        assert not re.search("zid|زد", name, re.IGNORECASE)


@pytest.mark.parametrize("language", ["English", "Arabic"])
def test_the_listings_description_tells_no_figures_and_names_nobody(language: str) -> None:
    text = section(read(APP_MARKET), f"Description, {language}")

    assert 500 < len(text) <= 4000
    assert not re.search(r"[\d%٪٠-٩]", text)
    assert not re.search(r"\bzid\b|زد", text, re.IGNORECASE)


@pytest.mark.parametrize("language", ["English", "Arabic"])
def test_there_is_a_privacy_text(language: str) -> None:
    assert len(section(read(APP_MARKET), f"Privacy, {language}")) > 500


def test_each_permission_has_its_reason_and_there_is_no_other() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", section(read(APP_MARKET), "Permissions"), re.M)
    reasons = dict(rows[2:])

    assert set(reasons) == {
        "Account (read)",
        "Customers (read)",
        "Loyalty program (read and write)",
        "Webhooks (read and write)",
        "Subscription (read)",
    }
    for reason in reasons.values():
        assert 50 <= len(reason) <= 200, f"{len(reason)}: {reason}"


def test_every_line_of_the_checklist_and_of_the_threats_is_met_by_something() -> None:
    for name in (APP_MARKET, THREAT_MODEL):
        lines = [line for line in read(name).splitlines() if line.startswith("| ")]
        for line in lines:
            assert line.rstrip("| ").rpartition("|")[2].strip(), line
