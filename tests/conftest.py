"""The cast: a store and its merchant, a stranger with another store, a store that left."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
import responses
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from loyaltyadmin.celery import app as celery_app
from loyaltyadmin.points_adjustments import holding, turns
from loyaltyadmin.stores import breakers, pacer
from loyaltyadmin.stores.models import Store
from loyaltyadmin.web import doors, sessions
from tests import leaks

HEADERS = {"Authorization": "Bearer the-authorization", "X-Manager-Token": "the-manager-token"}
EAR = leaks.Ear()


def make_store(store_id: int, **fields: object) -> Store:
    values: dict[str, object] = {
        "title": f"متجر {store_id}",
        "currency": "SAR",
        "installed_at": timezone.now(),
        "authorization": "the-authorization",
        "manager_token": "the-manager-token",
        "refresh_token": "the-refresh-token",
        **fields,
    }
    return Store.objects.create(id=store_id, **values)


def client_of(store: Store, *, language: str = "en", **options: object) -> Client:
    """A browser in which the merchant of `store` has opened the app."""
    client = Client(**options)
    session = client.session
    session[sessions.STORE_KEY] = store.id
    session[sessions.LANGUAGE_KEY] = language
    session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session.session_key
    return client


@pytest.fixture
def store(db: None) -> Store:
    return make_store(90001)


@pytest.fixture
def merchant(store: Store) -> Client:
    return client_of(store)


@pytest.fixture
def other_store(db: None) -> Store:
    return make_store(90002, authorization="other", manager_token="other", refresh_token="other")


@pytest.fixture
def stranger(other_store: Store) -> Client:
    """The merchant of another store."""
    return client_of(other_store)


@pytest.fixture
def disconnected_store(db: None) -> Store:
    return make_store(
        90003,
        authorization="",
        manager_token="",
        refresh_token="",
        uninstalled_at=timezone.now(),
    )


@pytest.fixture
def zid() -> Iterator[responses.RequestsMock]:
    """Zid, at the HTTP edge. What a test expects to be called has to be called."""
    with responses.RequestsMock() as edge:
        yield edge


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zid's client repeats a failed read at once."""
    monkeypatch.setattr("loyaltyadmin.zid._session.FIRST_PAUSE_SECONDS", 0)


@pytest.fixture
def two_can_write() -> None:
    """In a file or on a server whoever writes waits for who does so at the moment."""
    if connection.vendor == "sqlite":
        pytest.skip("in memory it does not wait for whoever else writes")


@pytest.fixture(autouse=True)
def _nothing_personal_is_logged() -> Iterator[None]:
    leaks.listen(EAR)
    EAR.heard.clear()
    yield
    assert EAR.heard == []


@pytest.fixture(autouse=True)
def _messages_stay_in_memory() -> Iterator[None]:
    """Celery messages go nowhere: a wake-up call that is lost loses nothing."""
    before = celery_app.conf.broker_url
    celery_app.conf.broker_url = "memory://"
    yield
    celery_app.conf.broker_url = before


def empty_buckets() -> None:
    """Give every store its whole burst again; the database's buckets go with the test's rows."""
    if django_settings.REDIS_URL:
        with redis.Redis.from_url(django_settings.REDIS_URL) as server:
            server.flushdb()


@pytest.fixture(autouse=True)
def _activity_may_go(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test with real commits is cleaned up by deleting rows; the activity lets only the rows of
    stores that have left be deleted.
    """
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    Store.objects.update(
        uninstalled_at=timezone.now(),
        authorization="",
        manager_token="",
        refresh_token="",
        lookup_token_sha256=None,
    )


@pytest.fixture(autouse=True)
def _nothing_left_over() -> Iterator[None]:
    pacer.bucket.cache_clear()
    breakers.forget_all()
    doors.limiter.cache_clear()
    empty_buckets()
    cache.clear()
    holding.STORES_THAT_WAIT.forget()
    turns.STORES_WITH_MORE.forget()
    yield
    pacer.bucket.cache_clear()
    breakers.forget_all()
