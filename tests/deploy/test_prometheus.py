"""deploy/prometheus/prometheus.yml leads to where the app tells its figures, however installed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.installation import DEPLOY, make_secrets, read_env

Job = dict[str, Any]


@pytest.fixture(scope="module")
def jobs() -> dict[str, Job]:
    file = DEPLOY / "prometheus/prometheus.yml"
    said = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {job["job_name"]: job for job in said["scrape_configs"]}


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def test_every_job_brings_the_token_that_was_made(jobs: dict[str, Job], tmp_path: Path) -> None:
    made = make_secrets(tmp_path)

    for job in jobs.values():
        brought = Path(job["authorization"]["credentials_file"]).name
        assert brought == "metrics_token"
        assert len((made / brought).read_text()) >= 20
        assert job["metrics_path"] == "/metrics"


def test_on_one_machine_it_asks_where_the_web_server_listens(jobs: dict[str, Job]) -> None:
    [asked] = jobs["loyaltyadmin"]["static_configs"]

    assert asked["targets"] == [read_env(DEPLOY / "env.example")["WEB_BIND"]]


def test_with_compose_it_asks_services_on_their_network_at_their_ports(
    jobs: dict[str, Job],
) -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))

    asked = {
        name: it["port"]
        for it in jobs["loyaltyadmin-compose"]["dns_sd_configs"]
        for name in it["names"]
    }

    for name, setting in {"web": "WEB_BIND", "worker": "WORKER_METRICS_BIND"}.items():
        service = compose["services"][name]
        assert asked.pop(name) == port_of(service["environment"][setting])
        assert "METRICS_TOKEN_FILE" in service["environment"]
        assert "servers" in service["networks"]
    assert not asked


def test_with_kubernetes_it_asks_ports_that_are_served_and_let_through(
    jobs: dict[str, Job],
) -> None:
    folder = DEPLOY / "kubernetes"
    settings = read_env(folder / "settings.env")
    files = ("web.yaml", "worker.yaml", "network.yaml")
    objects = [it for name in files for it in yaml.safe_load_all((folder / name).read_text())]
    [rule, _] = jobs["loyaltyadmin-kubernetes"]["relabel_configs"]
    served = {
        port["name"]: port["containerPort"]
        for it in objects
        if it["kind"] == "Deployment"
        for container in it["spec"]["template"]["spec"]["containers"]
        for port in container["ports"]
    }
    [way_in] = [
        it["spec"]["ingress"][0]
        for it in objects
        if it["kind"] == "NetworkPolicy" and it["metadata"]["name"] == "metrics"
    ]

    asked = {number for name, number in served.items() if re.fullmatch(rule["regex"], name)}

    assert asked == {port_of(settings[it]) for it in ("WEB_BIND", "WORKER_METRICS_BIND")}
    assert asked == {port["port"] for port in way_in["ports"]}
    assert "METRICS_TOKEN_FILE" in settings
