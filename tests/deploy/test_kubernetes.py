"""deploy/kubernetes, as far as it can be judged where no cluster is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from django.test import Client

from loyaltyadmin import settings as the_settings  # noqa: TID251  # what is not a test's own
from loyaltyadmin.celery import show_life
from tests.deploy.installation import (
    DEPLOY,
    NOBODY,
    SECRETS,
    explained,
    make_secrets,
    read_env,
    show_settings,
)

FOLDER = DEPLOY / "kubernetes"
WORKLOADS = {"Deployment", "Job"}
OURS = {"app.kubernetes.io/name": "loyaltyadmin"}
Object = dict[str, Any]


def load(name: str) -> list[Object]:
    return list(yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8")))


def merge(base: Any, patch: Any) -> Any:
    """Kustomize's strategic merge, as far as these files need it: lists go by `name`."""
    if isinstance(base, dict) and isinstance(patch, dict):
        rest = {key: merge(base.get(key), value) for key, value in patch.items()}
        return base | rest
    if isinstance(base, list) and all(isinstance(item, dict) for item in [*base, *patch]):
        by_name = {item["name"]: item for item in base}
        return [
            *(merge(by_name.get(item["name"]), item) for item in patch),
            *(item for item in base if item["name"] not in {other["name"] for other in patch}),
        ]
    return patch


def is_target(it: Object, *, target: dict[str, str]) -> bool:
    key, _, value = target["labelSelector"].partition("=")
    is_kind = re.fullmatch(target["kind"], it["kind"])
    return bool(is_kind) and it["metadata"].get("labels", {}).get(key) == value


def read_by_hand() -> list[Object]:
    [kustomization] = load("kustomization.yaml")
    objects = [it for name in kustomization["resources"] for it in load(name)]
    for change in kustomization["patches"]:
        [patch] = load(change["path"])
        objects = [
            it | {"spec": merge(it["spec"], patch["spec"])}
            if is_target(it, target=change["target"])
            else it
            for it in objects
        ]
    return objects


def read_by_kubectl() -> list[Object]:
    built = subprocess.run(["kubectl", "kustomize", FOLDER], capture_output=True, check=True)
    return [it for it in yaml.safe_load_all(built.stdout) if it["kind"] != "ConfigMap"]


# A second opinion, for whoever has it.
READERS = [read_by_hand, read_by_kubectl] if shutil.which("kubectl") else [read_by_hand]


@pytest.fixture(scope="module", params=READERS)
def objects(request: pytest.FixtureRequest) -> list[Object]:
    return list(request.param())


def of_kind(objects: list[Object], *kinds: str) -> list[Object]:
    return [it for it in objects if it["kind"] in kinds]


def named(objects: list[Object], kind: str, name: str) -> Object:
    [found] = [it for it in of_kind(objects, kind) if it["metadata"]["name"] == name]
    return found


def pods(objects: list[Object]) -> list[Object]:
    return [it["spec"]["template"] for it in of_kind(objects, *WORKLOADS)]


def containers(pod: Object) -> list[Object]:
    return [*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])]


def is_selected(pod: Object, *, labels: dict[str, str]) -> bool:
    return labels.items() <= pod["metadata"]["labels"].items()


def test_everything_is_as_kubernetes_wants_it(objects: list[Object]) -> None:
    known = [it for it in objects if not it["apiVersion"].startswith("keda.sh/")]

    for it in known:
        kubernetes_validate.validate(it, kubernetes_validate.latest_version(), strict=True)

    assert len(known) > 12


def test_selectors_select_what_they_mean(objects: list[Object]) -> None:
    for it in of_kind(objects, "Deployment"):
        labels = it["spec"]["selector"]["matchLabels"]
        assert [is_selected(pod, labels=labels) for pod in pods(objects)].count(True) == 1
        assert is_selected(it["spec"]["template"], labels=labels)
    for it in of_kind(objects, "Service"):
        assert any(is_selected(pod, labels=it["spec"]["selector"]) for pod in pods(objects))
    for it in of_kind(objects, "PodDisruptionBudget"):
        labels = it["spec"]["selector"]["matchLabels"]
        assert [is_selected(pod, labels=labels) for pod in pods(objects)].count(True) == 1
    for it in of_kind(objects, "NetworkPolicy"):
        labels = it["spec"]["podSelector"].get("matchLabels", {})
        assert any(is_selected(pod, labels=labels) for pod in pods(objects))


def test_services_and_the_ingress_lead_to_ports_that_are_there(objects: list[Object]) -> None:
    for it in of_kind(objects, "Service"):
        for port in it["spec"]["ports"]:
            served = {
                served["name"]
                for pod in pods(objects)
                if is_selected(pod, labels=it["spec"]["selector"])
                for container in containers(pod)
                for served in container.get("ports", [])
            }
            assert port["targetPort"] in served
    [ingress] = of_kind(objects, "Ingress")
    for rule in ingress["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            service = path["backend"]["service"]
            ports = named(objects, "Service", service["name"])["spec"]["ports"]
            assert service["port"]["name"] in {port["name"] for port in ports}


@pytest.mark.embedded
def test_probes_ask_at_addresses_that_answer(
    objects: list[Object], client: Client, db: None
) -> None:
    asked = {
        probe["httpGet"]["path"]
        for pod in pods(objects)
        for container in containers(pod)
        for name, probe in container.items()
        if name.endswith("Probe") and "httpGet" in probe
    }

    assert asked == {"/healthz", "/readyz"}
    for path in asked:
        assert client.get(path).status_code == 200


def test_a_workers_probe_looks_at_the_file_that_a_living_worker_touches(
    objects: list[Object], settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path

    show_life()

    [touched] = tmp_path.iterdir()
    for name in ("worker", "worker-bulk"):
        [container] = named(objects, "Deployment", name)["spec"]["template"]["spec"]["containers"]
        assert f"/data/{touched.name}" in container["livenessProbe"]["exec"]["command"][-1]
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert f"/data/{touched.name}" in compose["services"]["worker"]["healthcheck"]["test"][-1]


def test_everything_runs_as_nobody_in_a_root_that_is_read_only(objects: list[Object]) -> None:
    for pod in pods(objects):
        assert pod["spec"]["securityContext"]["runAsUser"] == NOBODY
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
        assert pod["spec"]["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["spec"]["automountServiceAccountToken"] is False
        for container in containers(pod):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["limits"]["memory"]
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
            writable = {path for path, mount in mounts.items() if not mount.get("readOnly")}
            assert writable <= {"/data", "/tmp"}  # noqa: S108  # of the container


def test_nothing_but_what_is_said_may_talk(objects: list[Object]) -> None:
    nothing = named(objects, "NetworkPolicy", "nothing")["spec"]

    assert nothing == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_every_queue_has_its_workers(objects: list[Object]) -> None:
    queues: list[str] = []
    for name in ("worker", "worker-bulk"):
        [container] = named(objects, "Deployment", name)["spec"]["template"]["spec"]["containers"]
        script, option, chosen = container["command"]
        assert (script, option) == ("deploy/worker.sh", "-Q")
        queues += chosen.split(",")

    assert sorted(queues) == sorted(the_settings.CELERY_TASK_QUEUES)


def test_the_workers_of_long_work_follow_the_length_of_its_queue(objects: list[Object]) -> None:
    [scaled] = of_kind(objects, "ScaledObject")
    [trigger] = scaled["spec"]["triggers"]
    metadata = trigger["metadata"]

    named(objects, "Deployment", scaled["spec"]["scaleTargetRef"]["name"])
    assert scaled["spec"]["minReplicaCount"] < scaled["spec"]["maxReplicaCount"]
    assert trigger["type"] == "redis"
    # KEDA takes texts only.
    assert all(isinstance(value, str) for value in metadata.values())
    assert metadata["listName"] in the_settings.CELERY_TASK_QUEUES
    host, _, port = metadata["address"].partition(":")
    service = named(objects, "Service", host.split(".")[0])
    assert int(port) == service["spec"]["ports"][0]["port"]


def test_autoscalers_scale_what_is_there_and_nobody_else_says_how_many(
    objects: list[Object],
) -> None:
    scaled = [
        it["spec"]["scaleTargetRef"]["name"]
        for it in of_kind(objects, "HorizontalPodAutoscaler", "ScaledObject")
    ]

    assert sorted(scaled) == ["web", "worker-bulk"]
    for name in scaled:
        assert "replicas" not in named(objects, "Deployment", name)["spec"]


def test_nothing_of_ours_starts_before_the_database_is_as_new_as_its_code(
    objects: list[Object],
) -> None:
    for it in of_kind(objects, "Deployment"):
        if it["metadata"].get("labels", {}).items() >= OURS.items():
            [first] = it["spec"]["template"]["spec"]["initContainers"]
            assert "manage.py migrate --check" in first["command"][-1]


def test_every_setting_is_explained_to_the_operator_and_every_secret_is_made(
    tmp_path: Path,
) -> None:
    settings = read_env(FOLDER / "settings.env")
    made = make_secrets(tmp_path)

    assert set(settings) <= explained()
    for value in settings.values():
        if value.startswith(SECRETS):
            assert (made / Path(value).name).is_file()


def test_the_app_starts_with_what_it_is_given(tmp_path: Path) -> None:
    filled = {"ZID_APP_ID": "1", "ZID_CLIENT_ID": "2"}

    [broker] = show_settings(
        read_env(FOLDER / "settings.env") | filled,
        secrets=make_secrets(tmp_path),
        data_dir=tmp_path,
        names=["REDIS_URL"],
    )

    assert broker == "redis://redis:6379/0"
