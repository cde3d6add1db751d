"""A process has one breaker for each of Zid's hosts."""

from __future__ import annotations

import contextlib
import runpy
from pathlib import Path

import pytest
import requests

from loyaltyadmin.stores import breakers, operations, pacer
from loyaltyadmin.zid import errors
from tests import edge
from tests.stores import edge as store_edge
from tests.telemetry.numbers import counting

WEB_SERVER = Path(__file__).resolve().parents[2] / "deploy/gunicorn.conf.py"


def hold_back(url=edge.API):
    breaker = breakers.breaker_of(url)
    while breaker.lets_through(is_read=False):
        with breaker.attempt(is_read=False) as attempt:
            attempt.note(is_answered=False, store=None)
    return breaker


def test_all_addresses_of_a_host_have_the_same():
    api = breakers.breaker_of(edge.API)

    assert breakers.breaker_of(f"{edge.API}/v1") is api
    assert breakers.breaker_of(store_edge.TOKEN) is not api


def test_calls_of_all_stores_are_held_back_and_counted(zid, store, other_store):
    hold_back()

    for one in (store, other_store):
        pace = operations.pacer_for(store=one, asks=pacer.For.PERSON)
        endpoint = "GET /v1/managers/loyalty-program/list-data"
        with (
            operations.zid_client_for(store=one, language="ar", pace=pace) as client,
            counting(
                "loyaltyadmin_zid_calls_total", endpoint=endpoint, outcome="held_back"
            ) as held,
            pytest.raises(errors.HeldBack),
        ):
            client.loyalty.read_program()
        assert held.more == 1


def test_tokens_are_renewed_while_calls_are_held_back(zid, store):
    hold_back()
    store_edge.gives_tokens(zid)

    tokens = operations.refresh_tokens(store_id=store.id, refused=store.tokens)

    assert tokens.manager_token == "new-manager-token"


def test_while_no_token_can_be_renewed_a_refused_call_counts_as_not_sent(zid, store, no_waiting):
    hold_back(store_edge.TOKEN)
    zid.get(edge.PROGRAM, status=401, json={})
    pace = operations.pacer_for(store=store, asks=pacer.For.PERSON)

    with (
        operations.zid_client_for(store=store, language="ar", pace=pace) as client,
        pytest.raises(errors.NotSent),
    ):
        client.loyalty.read_program()

    store.refresh_from_db()
    assert (store.refresh_claimed_until, store.refresh_refused_at) == (None, None)


def test_it_is_counted_when_one_opens():
    with counting("loyaltyadmin_zid_breaker_moves_total", host="api.zid.test", to="open") as opened:
        hold_back()

    assert opened.more == 1


def test_none_is_open_when_a_test_begins(zid, store, no_waiting):
    """Whatever the tests above did."""
    zid.get(edge.PROGRAM, body=requests.ReadTimeout())
    pace = operations.pacer_for(store=store, asks=pacer.For.PERSON)

    with (
        operations.zid_client_for(store=store, language="ar", pace=pace) as client,
        pytest.raises(errors.Unavailable),
    ):
        client.loyalty.read_program()


def test_when_enough_wait_for_zid_a_page_says_so_or_shows_what_is_known(zid, merchant):
    zid.get(edge.PROGRAM, json=edge.fixture("program"))
    merchant.get("/program/")
    breakers.limit_room(places=1)

    with breakers.room().place():
        known, unknown = merchant.get("/program/"), merchant.get("/customers/1001/")

    assert (known.status_code, unknown.status_code) == (200, 503)
    for page in (known, unknown):
        assert "Zid is slow to answer" in page.content.decode()
    assert len(zid.calls) == 1


def test_the_web_server_keeps_a_quarter_of_its_threads_for_other_pages(monkeypatch):
    monkeypatch.setenv("WEB_THREADS", "4")

    runpy.run_path(str(WEB_SERVER))["post_worker_init"](None)

    with contextlib.ExitStack() as waiting:
        found = [waiting.enter_context(breakers.room().place()) for _ in range(4)]
    assert found == [True, True, True, False]
