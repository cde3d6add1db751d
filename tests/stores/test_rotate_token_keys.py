"""`manage.py rotate_token_keys`, while everything runs."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db.models import QuerySet

from loyaltyadmin.stores import rotation
from loyaltyadmin.stores.models import Store
from loyaltyadmin.stores.rotation import Outcome
from tests.conftest import make_store

pytestmark = pytest.mark.django_db

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def old_store(settings: Any) -> Store:
    """A store whose tokens were saved before the new key was put in front."""
    settings.TOKEN_ENCRYPTION_KEYS = [OLD]
    store = make_store(90001)
    settings.TOKEN_ENCRYPTION_KEYS = [NEW, OLD]
    return store


def tokens_under(key: str, settings: Any) -> tuple[str, str, str]:
    settings.TOKEN_ENCRYPTION_KEYS = [key]
    store = Store.objects.get()
    return store.authorization, store.manager_token, store.refresh_token


def test_afterwards_the_old_key_is_needed_no_more(old_store: Store, settings: Any) -> None:
    call_command("rotate_token_keys")

    assert tokens_under(NEW, settings) == (
        "the-authorization",
        "the-manager-token",
        "the-refresh-token",
    )


def test_it_does_nothing_the_second_time(old_store: Store) -> None:
    first = rotation.rotate(store_id=old_store.id)
    second = rotation.rotate(store_id=old_store.id)

    assert (first, second) == (Outcome.ROTATED, Outcome.AS_IT_WAS)


def test_a_refresh_in_between_is_not_overwritten(
    old_store: Store, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = QuerySet.update
    others = iter([{"manager_token": "newer", "tokens_version": 1}])

    def is_overtaken(rows: QuerySet[Store], **fields: Any) -> int:
        if other := next(others, None):
            update(Store.objects.all(), **other)
        return update(rows, **fields)

    monkeypatch.setattr(QuerySet, "update", is_overtaken)

    outcome = rotation.rotate(store_id=old_store.id)

    assert outcome is Outcome.ROTATED
    assert tokens_under(NEW, settings) == ("the-authorization", "newer", "the-refresh-token")


def test_a_store_without_tokens_is_left_alone(disconnected_store: Store) -> None:
    assert rotation.rotate(store_id=disconnected_store.id) is Outcome.NONE


def test_what_no_key_can_read_is_kept_as_it_is_and_said(old_store: Store, settings: Any) -> None:
    settings.TOKEN_ENCRYPTION_KEYS = [NEW]

    with pytest.raises(CommandError):
        call_command("rotate_token_keys")

    assert tokens_under(OLD, settings)[1] == "the-manager-token"
