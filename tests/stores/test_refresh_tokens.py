from __future__ import annotations

import contextlib
import datetime as dt
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests
import responses
from django.db import connection
from django.utils import timezone
from responses import matchers

from loyaltyadmin.stores import operations, pacer
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.types import Tokens
from tests.conftest import HEADERS
from tests.stores import edge
from tests.zid_sandbox.config import Options
from tests.zid_sandbox.control import Sandbox
from tests.zid_sandbox.server import running

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = "https://api.zid.test/v1/managers/loyalty-program/list-data"


def never(seconds):
    pytest.fail(f"it wanted to wait {seconds} seconds")


def refresh(store, *, sleep=never):
    return operations.refresh_tokens(store_id=store.id, refused=store.tokens, sleep=sleep)


def saved(store):
    return Store.objects.get(id=store.id)


def claim(store, *, seconds):
    until = timezone.now() + dt.timedelta(seconds=seconds)
    Store.objects.filter(id=store.id).update(refresh_claimed_until=until)


def test_it_sends_zid_the_refresh_token_and_saves_all_that_comes_back(zid, store):
    form = {
        "grant_type": "refresh_token",
        "client_id": "client-id",
        "client_secret": "client-secret",
        "redirect_uri": "http://testserver/zid/callback",
        "refresh_token": "the-refresh-token",
    }
    zid.post(edge.TOKEN, json=edge.NEW_TOKENS, match=[matchers.urlencoded_params_matcher(form)])

    refresh(store)

    after = saved(store)
    assert after.tokens == Tokens(
        authorization="new-authorization",
        manager_token="new-manager-token",
        refresh_token="new-refresh-token",
    )
    assert after.tokens_version == 1
    assert after.refresh_claimed_until is None
    assert after.tokens_expire_at > timezone.now() + dt.timedelta(days=364)


@pytest.mark.parametrize("status", [403, 404])
def test_what_the_oauth_server_refuses_says_nothing_about_a_customer(zid, store, status):
    zid.post(edge.TOKEN, status=status)

    with pytest.raises(errors.Unavailable):
        refresh(store)


def test_it_keeps_what_zid_does_not_renew(zid, store):
    edge.gives_tokens(zid, authorization=None, refresh_token=None)

    refresh(store)

    assert saved(store).tokens == Tokens(
        authorization="the-authorization",
        manager_token="new-manager-token",
        refresh_token="the-refresh-token",
    )


def test_the_new_tokens_are_saved_before_they_are_used(zid, store):
    def checks_what_is_saved(request):
        assert saved(store).manager_token == "new-manager-token"
        return (404, {}, "{}")

    old, new = matchers.header_matcher(HEADERS), matchers.header_matcher(edge.NEW_HEADERS)
    zid.get(PROGRAM, status=401, match=[old])
    edge.gives_tokens(zid)
    zid.add_callback(responses.GET, PROGRAM, checks_what_is_saved, match=[new])
    pace = operations.pacer_for(store=store, asks=pacer.For.PERSON, sleep=never)

    with (
        operations.zid_client_for(store=store, language="ar", pace=pace) as client,
        pytest.raises(errors.NotFound),
    ):
        client.loyalty.read_program()

    assert len(zid.calls) == 3


def test_it_uses_newer_tokens_that_are_there_already(store):
    Store.objects.filter(id=store.id).update(manager_token="newer", tokens_version=1)

    tokens = refresh(store)

    assert tokens.manager_token == "newer"


def test_who_comes_second_waits_for_the_tokens_of_the_first(store):
    def the_first_saves_meanwhile(seconds):
        Store.objects.filter(id=store.id).update(
            manager_token="the-winners", tokens_version=1, refresh_claimed_until=None
        )

    claim(store, seconds=30)

    tokens = refresh(store, sleep=the_first_saves_meanwhile)

    assert tokens.manager_token == "the-winners"


def test_who_comes_second_takes_over_from_one_that_died(zid, store):
    edge.gives_tokens(zid)
    claim(store, seconds=-1)

    tokens = refresh(store)

    assert tokens.manager_token == "new-manager-token"


def test_who_comes_second_does_not_wait_for_ever(store, settings):
    settings.ZID_TIMEOUT_SECONDS = 0
    claim(store, seconds=30)

    with pytest.raises(errors.Unavailable):
        refresh(store, sleep=lambda seconds: None)


def test_a_refused_refresh_says_so_and_keeps_what_is_saved(zid, store):
    zid.post(edge.TOKEN, status=400, json={"error": "invalid_grant"})

    with pytest.raises(errors.TokenRejected):
        refresh(store)

    assert saved(store).tokens == store.tokens
    assert saved(store).refresh_claimed_until is None


def test_a_lost_answer_is_not_a_refusal_and_leaves_the_way_free(zid, store):
    zid.post(edge.TOKEN, body=requests.ConnectionError("dropped"))
    with pytest.raises(errors.OutcomeUnknown):
        refresh(store)
    zid.reset()
    edge.gives_tokens(zid)

    tokens = refresh(store)

    assert tokens.manager_token == "new-manager-token"


def test_a_lost_refresh_does_not_look_like_a_lost_call(zid, store):
    zid.post(
        "https://api.zid.test/v1/managers/loyalty-program/customers/adjust-customer-points",
        status=401,
    )
    zid.post(edge.TOKEN, body=requests.ConnectionError("dropped"))
    pace = operations.pacer_for(store=store, asks=pacer.For.PERSON, sleep=never)

    with (
        operations.zid_client_for(store=store, language="ar", pace=pace) as client,
        pytest.raises(errors.NotSent),
    ):
        client.loyalty.adjust_customer_points(
            customer_id=1, direction="+", points=5, reason="Thanks"
        )


@pytest.mark.parametrize("status", [200, 400])
def test_a_refresh_gives_way_to_an_installation_in_between(zid, store, status):
    def installed_meanwhile(request):
        Store.objects.filter(id=store.id).update(
            manager_token="installed", refresh_token="installed", tokens_version=1
        )
        return (status, {}, json.dumps(edge.NEW_TOKENS))

    zid.add_callback(responses.POST, edge.TOKEN, installed_meanwhile)

    tokens = refresh(store)

    assert tokens.manager_token == saved(store).manager_token == "installed"


def test_a_refresh_does_not_bring_a_store_back_that_left_meanwhile(zid, store):
    def uninstalled_meanwhile(request):
        operations.disconnect_store(store=store)
        return (200, {}, json.dumps(edge.NEW_TOKENS))

    zid.add_callback(responses.POST, edge.TOKEN, uninstalled_meanwhile)

    with pytest.raises(errors.TokenRejected):
        refresh(store)

    assert saved(store).manager_token == ""


def test_a_store_without_a_refresh_token_is_not_refreshed(disconnected_store):
    with pytest.raises(errors.TokenRejected):
        refresh(disconnected_store)


def test_a_failed_refresh_does_not_free_the_claim_of_another(zid, store):
    def claimed_by_another_meanwhile(request):
        claim(store, seconds=77)
        return (400, {}, "{}")

    zid.add_callback(responses.POST, edge.TOKEN, claimed_by_another_meanwhile)

    with pytest.raises(errors.TokenRejected):
        refresh(store)

    assert saved(store).refresh_claimed_until is not None


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_many_threads_one_refreshes_and_all_get_its_tokens(zid, store):
    all_are_there = threading.Barrier(6)
    got = []

    def answers(request):
        threading.Event().wait(0.3)  # long enough for the others to come
        return (200, {}, json.dumps(edge.NEW_TOKENS))

    def work():
        with contextlib.closing(connection):
            all_are_there.wait()
            got.append(refresh(store, sleep=threading.Event().wait).manager_token)

    zid.add_callback(responses.POST, edge.TOKEN, answers)
    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert got == ["new-manager-token"] * 6
    assert len(zid.calls) == 1
    assert saved(store).tokens_version == 1


# Each waits for a line, so that both ask at the same moment.
READ_PROFILE = """
import django
django.setup()
from loyaltyadmin.stores import operations, pacer
from loyaltyadmin.stores.models import Store
store = Store.objects.get()
pace = operations.pacer_for(store=store, asks=pacer.For.JOB)
print("ready", flush=True)
input()
with operations.zid_client_for(store=store, language="ar", pace=pace) as zid:
    print(zid.store.read_profile().store.id)
"""
INSTALL = """
import sys
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from loyaltyadmin.stores import operations
from loyaltyadmin.zid.types import Tokens
operations.connect_store(tokens=Tokens(
    authorization=sys.argv[1], manager_token=sys.argv[2], refresh_token=sys.argv[3]))
"""


def test_of_two_processes_one_refreshes_and_both_are_answered(tmp_path):
    def python(code, *arguments):
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=REPOSITORY,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    with running(Options(customers=1)) as url:
        sandbox = Sandbox(url)
        env = {
            "DJANGO_SETTINGS_MODULE": "loyaltyadmin.settings",
            "DEBUG": "1",
            "DATA_DIR": str(tmp_path),
            "DATABASE_URL": f"sqlite:///{tmp_path}/test.sqlite3",
            "ZID_API_URL": url,
            "ZID_OAUTH_URL": url,
        }
        tokens = sandbox.tokens()
        names = ("authorization", "access_token", "refresh_token")
        installed = python(INSTALL, *(tokens[name] for name in names))
        installed.communicate(timeout=60)
        assert installed.returncode == 0
        sandbox.expire_tokens()

        both = [python(READ_PROFILE), python(READ_PROFILE)]
        for process in both:
            assert process.stdout.readline() == "ready\n"
        for process in both:
            process.stdin.write("go\n")
            process.stdin.flush()
        outputs = [process.communicate(timeout=60)[0].strip() for process in both]

        assert outputs == [str(tokens["store_id"])] * 2
        refreshes = [seen for seen in sandbox.requests() if seen["path"] == "/oauth/token"]
        assert len(refreshes) == 1
