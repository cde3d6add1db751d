from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from loyaltyadmin.stores.models import Store
from tests.conftest import make_store

pytestmark = pytest.mark.django_db

TOKENS = ("authorization", "manager_token", "refresh_token")


def in_database(store):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM stores_store WHERE id = {store.id}")  # noqa: S608
        names = [column[0] for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))


def test_the_tokens_stand_in_the_database_only_encrypted(store, settings):
    row = in_database(store)

    assert not any(getattr(store, name) in str(row.values()) for name in TOKENS)
    key = Fernet(settings.TOKEN_ENCRYPTION_KEYS[0])
    assert key.decrypt(row["manager_token"].encode()).decode() == "the-manager-token"


def test_an_update_encrypts_too(store):
    Store.objects.filter(id=store.id).update(manager_token="another-token")

    assert "another-token" not in in_database(store)["manager_token"]
    assert Store.objects.get(id=store.id).manager_token == "another-token"


def test_no_token_stays_empty(disconnected_store):
    assert [in_database(disconnected_store)[name] for name in TOKENS] == ["", "", ""]


def test_it_cannot_be_searched_by_what_it_hides():
    assert Store._meta.get_field("manager_token").get_lookup("contains") is None


def test_a_new_key_in_front_encrypts_and_the_old_one_still_decrypts(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.TOKEN_ENCRYPTION_KEYS = [old]
    store = make_store(90001, manager_token="from before")
    settings.TOKEN_ENCRYPTION_KEYS = [new, old]

    read = Store.objects.get(id=store.id)
    read.save()

    assert read.manager_token == "from before"
    settings.TOKEN_ENCRYPTION_KEYS = [new]
    assert Store.objects.get(id=store.id).manager_token == "from before"


def test_a_lost_key_makes_a_store_without_tokens_and_says_which_setting(settings, store, caplog):
    settings.TOKEN_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    read = Store.objects.get(id=store.id)

    assert read.manager_token == ""
    assert "TOKEN_ENCRYPTION_KEYS" in caplog.text
