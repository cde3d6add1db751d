"""The dashboard and the alerts ask for what the app has: a wrong name would show nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from loyaltyadmin.support.gauges import DatabaseCollector
from loyaltyadmin.telemetry import metrics
from tests.conftest import make_store
from tests.support.test_metrics import NOW

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"
ENDINGS = {
    "counter": ["_total"],
    "histogram": ["_bucket", "_count", "_sum"],
    "summary": ["_count", "_sum"],
    "gauge": [""],
}
ADDED_BY_PROMETHEUS = {"le"}


def of_the_dashboard() -> list[str]:
    board = json.loads((DEPLOY / "grafana/loyaltyadmin.json").read_text(encoding="utf-8"))
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


def of_the_alerts() -> list[str]:
    [group] = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text("utf-8"))["groups"]
    return [rule["expr"] for rule in group["rules"]]


EXPRESSIONS = [*of_the_dashboard(), *of_the_alerts()]


@pytest.fixture
def exported(db) -> set[str]:
    make_store(90001, tokens_expire_at=NOW)
    families = [*metrics.REGISTRY.collect(), *DatabaseCollector().collect()]
    return {family.name + ending for family in families for ending in ENDINGS[family.type]}


def test_every_name_that_is_asked_for_is_exported(exported):
    asked = {name for it in EXPRESSIONS for name in re.findall(r"\bloyaltyadmin_\w+", it)}

    assert asked - exported == set()


def test_everything_that_is_exported_is_shown_or_alerts(exported):
    asked = {name for it in EXPRESSIONS for name in re.findall(r"\bloyaltyadmin_\w+", it)}
    families = {re.sub("_(total|bucket|count|sum)$", "", name) for name in exported}

    assert {name for name in families if not any(it.startswith(name) for it in asked)} == set()


def test_every_label_that_is_asked_for_exists():
    known = {
        name for it in metrics.REGISTRY._collector_to_names for name in it._labelnames
    } | ADDED_BY_PROMETHEUS
    asked = {
        name.strip()
        for it in EXPRESSIONS
        for names in re.findall(r"by \(([^)]+)\)", it)
        for name in names.split(",")
    } | {name for it in EXPRESSIONS for name in re.findall(r'(\w+)\s*[!=]~?"', it)}

    assert asked - known == set()


def test_every_alert_says_what_to_do():
    [group] = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text("utf-8"))["groups"]

    for rule in group["rules"]:
        assert rule["annotations"].keys() == {"summary", "description"}, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_every_panel_has_its_place():
    board = json.loads((DEPLOY / "grafana/loyaltyadmin.json").read_text(encoding="utf-8"))
    places = [panel["gridPos"] for panel in board["panels"]]

    taken = [
        (x, y)
        for it in places
        for x in range(it["x"], it["x"] + it["w"])
        for y in range(it["y"], it["y"] + it["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24
