"""deploy/compose.yaml, as far as it can be judged where no engine runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema

from tests.deploy.installation import (
    DEPLOY,
    NOBODY,
    SECRETS,
    explained,
    make_secrets,
    read_env,
    show_settings,
)

FILE = DEPLOY / "compose.yaml"
OURS = ("web", "worker", "beat", "migrate")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def test_it_is_what_the_compose_specification_allows(compose: dict[str, Any]) -> None:
    jsonschema.validate(compose, get_builtin_schema("vendor.compose-spec"))


def test_every_setting_is_explained_to_the_operator(compose: dict[str, Any]) -> None:
    for name in OURS:
        assert set(compose["services"][name]["environment"]) <= explained()


def test_every_file_it_mounts_or_builds_from_exists(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    made = make_secrets(tmp_path)
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (DEPLOY / source).is_file()
        if "build" in service:
            context = DEPLOY / service["build"]["context"]
            assert (context / service["build"]["dockerfile"]).is_file()
        for script in service.get("command", [])[:1]:
            assert not script.startswith("deploy/") or (DEPLOY.parent / script).is_file()
    for name, secret in compose["secrets"].items():
        assert secret["file"] == f"secrets/{name}"
        assert (made / name).is_file()


@pytest.mark.parametrize("name", OURS)
def test_every_secret_is_given_to_who_reads_it(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]

    read = {
        Path(value).name
        for variable, value in service["environment"].items()
        if variable.endswith("_FILE") and Path(value).parent == Path(SECRETS)
    }

    assert read == set(service["secrets"]) <= set(compose["secrets"])


def test_the_app_starts_with_what_it_is_given(compose: dict[str, Any], tmp_path: Path) -> None:
    secrets = make_secrets(tmp_path)
    # What an operator has to fill in, and no more.
    filled = {"PUBLIC_URL": "https://points.example.org", "ZID_APP_ID": "1", "ZID_CLIENT_ID": "2"}
    environment = read_env(DEPLOY / "env.example") | filled

    database, broker = show_settings(
        environment | compose["services"]["web"]["environment"],
        secrets=secrets,
        data_dir=tmp_path,
        names=["DATABASE_URL", "REDIS_URL"],
    )

    assert "@postgres:5432/" in database
    assert broker == "redis://redis:6379/0"


def test_secrets_are_made_once(tmp_path: Path) -> None:
    before = {file.name: file.read_bytes() for file in make_secrets(tmp_path).iterdir()}

    after = {file.name: file.read_bytes() for file in make_secrets(tmp_path).iterdir()}

    assert before == after
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", OURS)
def test_the_app_runs_as_nobody_and_writes_nowhere_else(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]

    assert service["user"] == f"{NOBODY}:{NOBODY}"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert [place.split(":")[0] for place in service["tmpfs"]] == ["/data", "/tmp"]  # noqa: S108
    assert "volumes" not in service


def test_only_the_proxy_can_be_reached_and_the_servers_reach_nobody(
    compose: dict[str, Any],
) -> None:
    services = compose["services"]

    assert [name for name in services if "ports" in services[name]] == ["caddy"]
    assert compose["networks"]["servers"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert services[name]["networks"] == ["servers"]


def test_nothing_starts_before_what_it_needs(compose: dict[str, Any]) -> None:
    services = compose["services"]

    for name in ("web", "worker", "beat"):
        after = services[name]["depends_on"]
        assert after["migrate"]["condition"] == "service_completed_successfully"
    for service in services.values():
        for other, how in service.get("depends_on", {}).items():
            assert how["condition"] != "service_healthy" or "healthcheck" in services[other]
