"""Two answers at the same time leave what both of them put into the session."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.base import UpdateError

from loyaltyadmin.web.session_store import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> str:
    session = SessionStore()
    session.update({"store_id": 90001, "language": "ar", "old": 1})
    session.create()
    return str(session.session_key)


def read(key: str) -> SessionStore:
    """As a request does when it begins."""
    session = SessionStore(key)
    session.get("language")
    return session


def test_what_another_saved_meanwhile_stays(key: str) -> None:
    slow, quick = read(key), read(key)
    quick["language"] = "en"
    del quick["old"]
    quick.save()

    slow["searches"] = {"a": "نورة"}
    slow.save()

    kept = {"store_id": 90001, "language": "en", "searches": {"a": "نورة"}}
    assert dict(SessionStore(key).items()) == kept
    assert dict(slow.items()) == kept


def test_a_change_inside_a_value_is_saved_and_what_was_taken_out_is_gone(key: str) -> None:
    first = read(key)
    first["searches"] = {"a": "نورة"}
    first.save()
    first["searches"]["b"] = "سارة"
    del first["old"]
    first.save()

    kept = {"store_id": 90001, "language": "ar", "searches": {"a": "نورة", "b": "سارة"}}
    assert dict(SessionStore(key).items()) == kept


def test_a_session_that_ended_meanwhile_is_not_begun_again(key: str) -> None:
    slow = read(key)
    read(key).delete()

    slow["language"] = "en"
    with pytest.raises(UpdateError):
        slow.save()

    assert not SessionStore(key).exists(key)
