from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from loyaltyadmin.activity import operations
from loyaltyadmin.activity.models import Action, Entry
from loyaltyadmin.stores.models import Store


@pytest.fixture
def entry(store: Store) -> Entry:
    operations.record(
        store=store, by=operations.OPERATOR, action=Action.SET_ACTIVATION, after={"is_active": True}
    )
    return Entry.objects.get()


def test_the_database_changes_no_entry(entry: Entry) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.update(outcome=Entry.Outcome.REFUSED)

    assert Entry.objects.get().outcome == Entry.Outcome.DONE


def test_the_database_deletes_no_entry_of_a_store_that_has_the_app(entry: Entry) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.all().delete()

    assert Entry.objects.count() == 1


def test_the_entries_of_a_store_that_left_go_with_it(entry: Entry, store: Store) -> None:
    Store.objects.filter(id=store.id).update(
        uninstalled_at=timezone.now(), authorization="", manager_token="", refresh_token=""
    )

    store.delete()

    assert not Entry.objects.exists()
