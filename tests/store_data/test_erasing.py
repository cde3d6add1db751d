"""After its time nothing is left of a store, in no table and no file; before it, everything is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import responses
import time_machine
from django.conf import settings as django_settings
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action, Attempt, Entry
from loyaltyadmin.customers import directory
from loyaltyadmin.customers.models import Customer
from loyaltyadmin.info_page.models import Draft
from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.notices.models import Fate, Message, OptOut, Outbox, Recipient
from loyaltyadmin.points_adjustments import turns, uploads
from loyaltyadmin.points_adjustments.models import (
    BulkAdjustment,
    LeftOut,
    Line,
    Safeguards,
    Turn,
    Unwritten,
)
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.presets.models import Preset
from loyaltyadmin.recurring_adjustments.models import Gift, Run
from loyaltyadmin.snapshots.models import Snapshot
from loyaltyadmin.store_data import erasing, tables, tasks
from loyaltyadmin.stores import operations as stores
from loyaltyadmin.stores.models import RateBucket, Store
from loyaltyadmin.support.models import FailedSignIn
from loyaltyadmin.zid.types import Tokens
from tests.conftest import client_of
from tests.customers.conftest import know
from tests.notices.conftest import ask, finished_job
from tests.points_adjustments.conftest import make_job, make_line
from tests.recurring_adjustments.conftest import make_recurring
from tests.segments.conftest import make_segment
from tests.stores import edge

DAY = dt.timedelta(days=1)
# What is the store's or of its people, wherever it stands.
TRACES = ["نورة", "noura", "0500000077", "966500000077", "77001122", "متجر الورد", "هدية سرية"]
CUSTOMER = 77001122
NEW_TOKENS = Tokens(
    authorization="new-authorization",
    manager_token="new-manager-token",
    refresh_token="new-refresh-token",
)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def fill(store: Store) -> None:
    """Put rows of the store into every table that there is."""
    now = timezone.now()
    Store.objects.filter(id=store.id).update(title="متجر الورد", url="https://noura.zid.store/")
    store.managers.create(manager_id=7, name="نورة", email="noura@example.com", installed_at=now)
    client_of(store)
    RateBucket.objects.create(store=store)
    Turn.objects.create(store=store)
    Safeguards.objects.create(store=store)
    Draft.objects.create(store=store, title_ar="متجر الورد", based_on={}, kept_at=now)
    Snapshot.objects.create(store=store, part="program", state={"a": "متجر الورد"}, read_at=now)
    Preset.objects.create(store=store, position=1, action="add", points=5, reason="هدية سرية")
    uploads.keep_upload(
        store=store, content="نورة,77001122".encode(), file_name="noura.csv", reason="هدية سرية"
    )
    know(store, CUSTOMER, name="نورة", email="noura@example.com", mobile="966500000077")
    directory.hint(store_id=store.id, customer_ids=[CUSTOMER])
    job = finished_job(store, customers=3)
    Line.objects.filter(job=job).update(customer_id=CUSTOMER, reason="هدية سرية")
    line = job.lines.order_by("position")[0]
    undo = make_job(store, customers=1, confirmed=False)
    BulkAdjustment.objects.filter(id=undo.id).update(undoes=job, file_name="noura.csv")
    undo.lines.update(undoes=line, customer_id=CUSTOMER)
    make_line(store, retries=line, customer_id=CUSTOMER, status=LineStatus.SKIPPED, ended_at=now)
    LeftOut.objects.create(job=job, position=9, code="no_customer", customer="0500000077")
    Unwritten.objects.create(job=undo, lines=[["نورة"]], rows_count=1)
    notice = ask(job)
    recipient = Recipient.objects.create(
        store_id=store.id, channel=Channel.EMAIL, fingerprint="f" * 64, token=f"{store.id:>022}"
    )
    Message.objects.create(
        notice=notice, line=line, recipient=recipient, fate=Fate.SENT, claimed_at=now, ended_at=now
    )
    it = make_recurring(store, segment_id=make_segment(store, "نورة").id, audience="segment")
    Run.objects.create(recurring_adjustment=it, due_at=now, made_at=now, outcome="started", job=job)
    Gift.objects.create(store=store, occasion="b", customer_id=CUSTOMER, given_at=now)
    activity.record(
        store=store, by=activity.OPERATOR, action=Action.SET_PRESETS, after={"reason": "هدية سرية"}
    )
    Entry.objects.create(
        store=store, at=now, who="merchant", action=Action.SET_ACTIVATION, outcome="done",
        restores=Entry.objects.filter(store=store).latest("id"),
    )  # fmt: skip
    Attempt.objects.create(
        store=store, at=now, who="merchant", action=Action.SET_ACTIVATION, after={"a": "نورة"}
    )


def counts(store: Store) -> dict[type[Model], int]:
    return {it.model: it.rows_of(store.id).count() for it in tables.tables_of_stores()}


def all_that_is_written() -> str:
    """Every row of every table, sessions decoded, and every file of the data folder."""
    written = []
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            # A table's name cannot be a parameter, and this one comes from the models.
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")  # noqa: S608
            written += [str(row) for row in cursor.fetchall()]
    for file in Path(django_settings.DATA_DIR).rglob("*"):
        if file.is_file():
            written.append(file.read_bytes().decode("utf-8", "replace"))
    return "\n".join(written)


def leaves(store: Store, *, days_ago: float) -> None:
    """The store removed the app, and its attempts are closed since."""
    stores.disconnect_store(store=Store.objects.get(id=store.id))
    turns.sweep()
    Attempt.objects.filter(store=store).delete()
    Store.objects.filter(id=store.id).update(uninstalled_at=timezone.now() - DAY * days_ago)


def erase() -> None:
    erasing.erase_due(is_stopping=lambda: False)


def test_every_table_is_of_a_store_or_known_to_be_of_none() -> None:
    assert set(tables.tables_of_no_store()) == {OptOut, Outbox, FailedSignIn}


def test_nothing_is_left_of_a_store_whose_time_has_come(store: Store, other_store: Store) -> None:
    fill(store)
    fill(other_store)
    Store.objects.filter(id=other_store.id).update(title="The other")
    filled, of_the_other = counts(store), counts(other_store)
    assert all(filled.values()), filled  # a new table has to be filled here

    leaves(store, days_ago=30.1)
    erase()

    assert not any(counts(store).values())
    assert counts(other_store) == of_the_other
    assert client_of(other_store).get("/quick-choices/").status_code == 200


def test_no_trace_is_left_in_any_table_or_file(store: Store) -> None:
    fill(store)
    session = client_of(store).session.session_key
    written = all_that_is_written()
    assert not [trace for trace in TRACES if trace not in written]

    leaves(store, days_ago=30.1)
    erase()

    written = all_that_is_written()
    assert not [trace for trace in [*TRACES, str(store.id), session] if trace in written]


def test_who_asked_not_to_be_written_to_stays_a_hash(store: Store) -> None:
    values = {"store_id": store.id, "channel": Channel.EMAIL}
    Recipient.objects.create(
        **values, fingerprint="a" * 64, token="a" * 22, opted_out_at=timezone.now()
    )
    Recipient.objects.create(**values, fingerprint="b" * 64, token="b" * 22)
    Recipient.objects.create(
        **values, fingerprint="c" * 64, token="c" * 22, bounced_at=timezone.now()
    )

    leaves(store, days_ago=30.1)
    erase()

    assert [it.fingerprint for it in Recipient.objects.all()] == ["a" * 64]


def test_the_operator_says_how_long_it_is_kept(store: Store, settings: Any) -> None:
    settings.ERASE_AFTER_DAYS = 60
    leaves(store, days_ago=59)
    erase()
    kept = Store.objects.filter(id=store.id).exists()

    settings.ERASE_AFTER_DAYS = 58
    erase()

    assert (kept, Store.objects.filter(id=store.id).exists()) == (True, False)


def test_a_store_that_has_the_app_is_never_erased(store: Store) -> None:
    Store.objects.filter(id=store.id).update(erasure_due_at=timezone.now() - DAY)

    erase()

    assert Store.objects.filter(id=store.id).exists()


def test_a_store_that_comes_back_in_time_finds_everything_again(
    store: Store, zid: responses.RequestsMock
) -> None:
    fill(store)
    before = counts(store)
    leaves(store, days_ago=29)
    before[Attempt] = 0
    edge.tells_profile(zid)
    edge.takes_lookup_token(zid)

    erase()
    stores.connect_store(tokens=NEW_TOKENS)

    after = counts(store)
    changed = {model: (before[model], after[model]) for model in before if model is not Store}
    del changed[type(store.managers.get(manager_id=7))]  # whoever installed it is one more
    assert all(was == now for was, now in changed.values()), changed


def test_it_waits_until_nothing_of_the_store_is_under_way(store: Store) -> None:
    job = make_job(store)
    stores.disconnect_store(store=store)
    Store.objects.filter(id=store.id).update(uninstalled_at=timezone.now() - DAY * 31)
    BulkAdjustment.objects.filter(id=job.id).update(
        status=JobStatus.RUNNING, started_at=timezone.now()
    )
    erase()
    while_it_ran = Store.objects.filter(id=store.id).exists()

    turns.sweep()
    accounted_for = set(job.lines.values_list("status", flat=True))
    erase()

    assert (while_it_ran, accounted_for) == (True, {LineStatus.SKIPPED})
    assert not Store.objects.filter(id=store.id).exists()


def test_what_a_worker_left_half_done_the_next_one_ends(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    leaves(store, days_ago=31)
    monkeypatch.setattr(erasing, "AT_ONCE", 1)

    erasing.erase_due(is_stopping=lambda: True)
    half = counts(store)
    for _ in range(100):
        erasing.erase_due(is_stopping=lambda: True)

    assert sum(half.values()) > 0
    assert not Store.objects.filter(id=store.id).exists()


def test_the_app_is_installed_again_only_when_all_is_gone(
    store: Store, zid: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    leaves(store, days_ago=31)
    monkeypatch.setattr(erasing, "AT_ONCE", 1)
    erasing.erase_due(is_stopping=lambda: True)
    monkeypatch.undo()
    edge.tells_profile(zid)
    with pytest.raises(stores.errors.Unavailable):
        stores.connect_store(tokens=NEW_TOKENS)

    erase()
    edge.takes_lookup_token(zid)
    stores.connect_store(tokens=NEW_TOKENS)

    assert not Customer.objects.filter(store=store).exists()
    assert Store.objects.get(id=store.id).uninstalled_at is None


def test_an_installation_at_the_last_moment_keeps_everything(store: Store) -> None:
    leaves(store, days_ago=31)
    as_read = Store.objects.get(id=store.id)
    Store.objects.filter(id=store.id).update(
        uninstalled_at=None, tokens_version=as_read.tokens_version + 1
    )

    assert not erasing._begin(as_read)


def test_what_is_deleted_is_overwritten_on_the_disk(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL gives the room of deleted rows free by its own vacuum")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete")
        assert cursor.fetchone() == (1,)


# The merchant's own wish


def test_on_its_day_the_app_leaves_the_store_and_takes_its_part_back_from_zid(
    store: Store, zid: responses.RequestsMock, clock: time_machine.Traveller
) -> None:
    know(store, CUSTOMER)
    Store.objects.filter(id=store.id).update(erasure_due_at=timezone.now())
    revoked = zid.delete(edge.LOOKUP, json={})
    unsubscribed = zid.delete("https://api.zid.test/v1/managers/webhooks", json={})

    tasks.erase_data()
    left = Store.objects.get(id=store.id)
    clock.shift(erasing.SETTLED_AFTER)
    tasks.erase_data()

    assert (revoked.call_count, unsubscribed.call_count) == (1, 1)
    assert left.uninstalled_at is not None
    assert not left.tokens.manager_token
    assert not Store.objects.filter(id=store.id).exists()


def test_it_leaves_also_while_zid_is_down(
    store: Store, zid: responses.RequestsMock, no_waiting: None
) -> None:
    Store.objects.filter(id=store.id).update(erasure_due_at=timezone.now())
    zid.delete(edge.LOOKUP, status=503)
    zid.delete("https://api.zid.test/v1/managers/webhooks", status=503)

    tasks.erase_data()

    assert Store.objects.get(id=store.id).uninstalled_at is not None


def test_whoever_installs_the_app_again_takes_the_wish_back(
    store: Store, zid: responses.RequestsMock
) -> None:
    Store.objects.filter(id=store.id).update(erasure_due_at=timezone.now())
    leaves(store, days_ago=0)
    edge.tells_profile(zid)
    edge.takes_lookup_token(zid)

    stores.connect_store(tokens=NEW_TOKENS)

    assert Store.objects.get(id=store.id).erasure_due_at is None
