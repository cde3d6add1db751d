from __future__ import annotations

import contextlib

import pytest
import redis
from django.db import InterfaceError, OperationalError
from django.test import Client

from loyaltyadmin.web import health

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict(settings):
    """A server behind https that answers to one name."""
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["loyalty.example.com"]
    return Client(headers={"Host": "10.0.0.7:8000"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_by_address_and_over_http_are_answered(strict, path):
    assert strict.get(path).status_code == 200
    refused = strict.get("/session")
    assert refused.status_code == 400
    assert "Content-Security-Policy" in refused


def test_a_process_is_alive_though_the_database_is_not(client, monkeypatch):
    monkeypatch.setattr(health, "connection", None)

    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_it_is_not_ready_without_its_database(client, monkeypatch, error):
    class Down:
        @contextlib.contextmanager
        def cursor(self):
            raise error("password=secret")
            yield

    monkeypatch.setattr(health, "connection", Down())

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.content == b"no answer from: database"


def test_it_is_not_ready_without_the_folder_of_the_messages(client, settings, tmp_path):
    settings.REDIS_URL = ""
    settings.DATA_DIR = tmp_path / "gone"

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.content == b"no answer from: broker"


def test_it_is_not_ready_without_redis(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.content == b"no answer from: broker"


@pytest.mark.services
def test_it_is_ready_when_postgresql_and_redis_answer(client, settings):
    assert redis.Redis.from_url(settings.REDIS_URL).ping()

    assert client.get("/readyz").status_code == 200
