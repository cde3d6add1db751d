from __future__ import annotations

import datetime as dt
import json
import uuid

import pytest
import responses
from django.utils import timezone
from responses import matchers

from loyaltyadmin.stores import operations, pacer
from loyaltyadmin.stores.models import Store, StoreManager
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.types import Tokens
from tests.stores import edge

pytestmark = pytest.mark.django_db


@pytest.fixture
def tokens():
    return Tokens(
        authorization="new-authorization",
        manager_token="new-manager-token",
        refresh_token="new-refresh-token",
        expires_in=3600,
    )


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr("loyaltyadmin.zid._session.FIRST_PAUSE_SECONDS", 0)


def test_it_saves_the_store_its_manager_and_its_tokens(zid, tokens):
    edge.tells_profile(zid)
    edge.takes_lookup_token(zid)

    store = operations.connect_store(tokens=tokens)

    store = Store.objects.get(id=store.id)
    assert (store.id, store.title, store.currency, store.language) == (
        90001,
        "متجر الورد",
        "SAR",
        "ar",
    )
    assert store.tokens == Tokens(
        authorization="new-authorization",
        manager_token="new-manager-token",
        refresh_token="new-refresh-token",
    )
    assert store.tokens_version == 1
    left = store.tokens_expire_at - timezone.now()
    assert dt.timedelta(minutes=59) < left < dt.timedelta(minutes=61)
    [manager] = store.managers.all()
    assert (manager.manager_id, manager.name, manager.email) == (9001, "Sara", "sara@example.com")


def test_it_keeps_only_the_hash_of_the_uuid_that_zid_got(zid, tokens):
    edge.tells_profile(zid)
    edge.takes_lookup_token(zid)

    store = operations.connect_store(tokens=tokens)

    [lookup_token] = edge.lookup_tokens(zid)
    assert uuid.UUID(lookup_token).version == 4
    assert store.lookup_token_sha256 == edge.sha256(lookup_token)
    assert operations.open_embedded_app(lookup_token=lookup_token) == store


def test_it_is_content_with_the_number_of_the_store(zid, tokens):
    edge.tells_profile(zid, {"user": {"store": {"id": 90001}}})
    edge.takes_lookup_token(zid)

    store = operations.connect_store(tokens=tokens)

    assert (store.title, store.currency, store.language) == ("", "", "ar")
    assert not store.managers.exists()


@pytest.mark.parametrize(
    ("odd", "kept"),
    [
        ({"currency": "SAR"}, {"currency": "SAR"}),
        ({"currency": None, "language": None, "title": None, "url": None, "uuid": None}, {}),
        ({"currency": ["SAR"], "language": 7, "title": {"ar": "متجر"}, "url": False}, {}),
        ({"currency": {"code": "A CODE OF TOO MANY LETTERS"}}, {"currency": "A CODE O"}),
        ({"title": "ت" * 1000, "uuid": "u" * 1000}, {"title": "ت" * 255, "uuid": "u" * 64}),
        ({"title": "half a pair \ud83d and \x00"}, {"title": "half a pair ? and"}),
        ({"language": {"code": "en"}}, {"language": "en"}),
        ({"language": "fr"}, {"language": "ar"}),
        ({"id": "90001"}, {"id": 90001}),
    ],
)
def test_it_is_not_stopped_by_a_decoration_of_odd_shape(zid, tokens, odd, kept):
    edge.tells_profile(zid, edge.profile(**odd))
    edge.takes_lookup_token(zid)

    store = operations.connect_store(tokens=tokens)

    assert {name: getattr(store, name) for name in kept} == kept


@pytest.mark.parametrize("manager", [{"id": None}, {"id": "x"}, {"id": 10**30}])
def test_it_leaves_out_a_manager_without_a_usable_number(zid, tokens, manager):
    answer = edge.profile()
    answer["user"] |= manager
    edge.tells_profile(zid, answer)
    edge.takes_lookup_token(zid)

    store = operations.connect_store(tokens=tokens)

    assert not store.managers.exists()


@pytest.mark.parametrize("answer", [{"user": {"store": {}}}, {"user": None}, [], {"id": 90001}])
def test_it_does_not_guess_which_store_it_is(zid, tokens, answer):
    zid.get(edge.PROFILE, json=answer)

    with pytest.raises(errors.UnexpectedPayload):
        operations.connect_store(tokens=tokens)

    assert not Store.objects.exists()


def test_it_leaves_nothing_when_zid_refuses_the_lookup_token_and_can_be_repeated(zid, tokens):
    edge.tells_profile(zid)
    edge.takes_lookup_token(zid, status=500, json={})
    with pytest.raises(errors.OutcomeUnknown):
        operations.connect_store(tokens=tokens)
    assert not Store.objects.exists()
    assert not StoreManager.objects.exists()
    zid.replace(responses.POST, edge.LOOKUP, json={})

    store = operations.connect_store(tokens=tokens)

    assert store.lookup_token_sha256 == edge.sha256(edge.lookup_tokens(zid)[-1])


def test_it_leaves_nothing_when_the_manager_cannot_be_saved(zid, tokens, monkeypatch):
    def fails(**fields):
        raise RuntimeError

    edge.tells_profile(zid)
    edge.takes_lookup_token(zid)
    monkeypatch.setattr(StoreManager.objects, "update_or_create", fails)

    with pytest.raises(RuntimeError):
        operations.connect_store(tokens=tokens)

    assert not Store.objects.exists()


def test_a_failed_repetition_changes_nothing_of_an_installed_store(zid, tokens, store):
    edge.tells_profile(zid)
    edge.takes_lookup_token(zid, status=500, json={})

    with pytest.raises(errors.OutcomeUnknown):
        operations.connect_store(tokens=tokens)

    kept = Store.objects.get(id=store.id)
    assert (kept.tokens, kept.title, kept.tokens_version) == (store.tokens, store.title, 0)


def test_installing_again_replaces_the_tokens_and_keeps_earlier_managers(zid, tokens, store):
    store.managers.create(manager_id=7, name="Omar", installed_at=timezone.now())
    Store.objects.filter(id=store.id).update(lookup_token_sha256=edge.sha256("the old one"))
    edge.tells_profile(zid)
    edge.takes_lookup_token(zid)

    again = operations.connect_store(tokens=tokens)

    assert again.id == store.id
    assert again.tokens.manager_token == "new-manager-token"
    assert again.tokens_version == 1
    assert {manager.manager_id for manager in again.managers.all()} == {7, 9001}
    with pytest.raises(operations.StoreNotFound):
        operations.open_embedded_app(lookup_token="the old one")


def test_a_store_that_had_left_is_back(zid, tokens, disconnected_store):
    edge.tells_profile(zid, edge.profile(id=disconnected_store.id))
    edge.takes_lookup_token(zid)

    operations.connect_store(tokens=tokens)

    assert Store.objects.connected().filter(id=disconnected_store.id).exists()


@pytest.mark.parametrize("is_known", [True, False])
def test_two_installations_at_once_end_with_the_token_that_zid_got_last(zid, tokens, is_known):
    def other_installation_is_saved_first(request):
        if len(edge.lookup_tokens(zid)) == 0:
            Store.objects.update_or_create(
                id=90001,
                defaults={
                    "installed_at": timezone.now(),
                    "lookup_token_sha256": edge.sha256("the other's"),
                    "tokens_version": 5,
                },
            )
        return (200, {}, json.dumps({}))

    if is_known:
        Store.objects.create(id=90001, installed_at=timezone.now())
    edge.tells_profile(zid)
    zid.add_callback(responses.POST, edge.LOOKUP, other_installation_is_saved_first)

    store = operations.connect_store(tokens=tokens)

    _overtaken, last = edge.lookup_tokens(zid)
    assert store.lookup_token_sha256 == edge.sha256(last)
    assert store.tokens_version == 6


def test_disconnecting_leaves_a_store_alone_that_was_installed_again_meanwhile(store):
    Store.objects.filter(id=store.id).update(
        installed_at=store.installed_at + dt.timedelta(seconds=1), manager_token="new"
    )

    operations.disconnect_store(store=store)

    kept = Store.objects.get(id=store.id)
    assert kept.uninstalled_at is None
    assert kept.manager_token == "new"


def test_disconnecting_forgets_every_token_and_keeps_the_rest(store):
    Store.objects.filter(id=store.id).update(lookup_token_sha256=edge.sha256("a token"))

    operations.disconnect_store(store=store)

    left = Store.objects.get(id=store.id)
    assert left.title == store.title
    assert left.tokens == Tokens(authorization="", manager_token="", refresh_token="")
    assert left.lookup_token_sha256 is None
    assert left.uninstalled_at is not None


# What happens to customers


WEBHOOKS = "https://api.zid.test/v1/managers/webhooks"


@pytest.fixture
def credentials(settings):
    settings.ZID_WEBHOOK_USERNAME = "zid"
    settings.ZID_WEBHOOK_PASSWORD = "a-secret"


def test_it_subscribes_to_customers_anew_with_the_credentials_of_today(zid, tokens, credentials):
    edge.tells_profile(zid)
    edge.takes_lookup_token(zid)
    ended = zid.delete(
        WEBHOOKS, json={}, match=[matchers.query_param_matcher({"original_id": "4242"})]
    )
    asked = zid.post(WEBHOOKS, json={})

    operations.connect_store(tokens=tokens)

    assert ended.call_count == 1
    assert [json.loads(call.request.body) for call in asked.calls] == [
        {
            "event": event,
            "target_url": "http://testserver/zid/webhooks/store?store_id=90001",
            "original_id": "4242",
            "username": "zid",
            "password": "a-secret",
        }
        for event in ("customer.create", "customer.update")
    ]


def test_no_event_is_worth_a_failed_installation(zid, tokens, credentials):
    edge.tells_profile(zid)
    edge.takes_lookup_token(zid)
    zid.delete(WEBHOOKS, status=403)

    assert operations.connect_store(tokens=tokens).id == 90001


def test_what_is_subscribed_to_is_left_alone(zid, store, credentials):
    url = operations.customer_events_url(store=store)
    zid.get(WEBHOOKS, json={"data": [{"event": "customer.create", "target_url": url}]})
    asked = zid.post(WEBHOOKS, json={})
    pace = operations.pacer_for(store=store, asks=pacer.For.HOUSEKEEPING)

    with operations.zid_client_for(store=store, language="ar", pace=pace) as client:
        operations.subscribe_to_customers(store=store, zid=client)

    assert [json.loads(call.request.body)["event"] for call in asked.calls] == ["customer.update"]
