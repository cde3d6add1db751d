"""While Zid answers nobody, calls are held back, and one now and then tries again."""

from __future__ import annotations

import concurrent.futures
import threading

import pytest
import requests
import responses as responses_library

from loyaltyadmin.zid import client as zid_client
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.breaker import FAILURES, Breaker
from tests.zid import wire

MANY = 20


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def moves():
    return []


@pytest.fixture
def breaker(clock, moves):
    return Breaker(clock=clock, on_move=moves.append)


@pytest.fixture
def opened(breaker):
    open_it(breaker)
    return breaker


@pytest.fixture
def of_store(make_client, breaker):
    """A client of one store, behind the breaker of all."""
    return lambda store_id, **changes: make_client(store_id=store_id, breaker=breaker, **changes)


def open_it(breaker):
    for _ in range(FAILURES):
        fails(breaker)


def fails(breaker, *, store=None):
    with breaker.attempt(is_read=True) as attempt:
        attempt.note(is_answered=False, store=store)


def read(zid):
    return zid.loyalty.read_program()


def reads_in_vain(zid):
    with pytest.raises(errors.ZidError) as caught:
        read(zid)
    return type(caught.value)


def adjust(zid):
    return zid.loyalty.adjust_customer_points(**wire.ADJUSTMENT)


def of(store_id):
    return [responses_library.matchers.header_matcher({"Store-Id": str(store_id)})]


@pytest.mark.parametrize(
    "silence",
    [
        {"body": requests.ReadTimeout("slow")},
        {"body": requests.ConnectionError("dropped")},
        {"status": 502},
        {"status": 503},
        {"status": 504},
        {"status": 521},
    ],
)
def test_when_two_stores_get_no_answer_nobody_is_kept_waiting_any_more(
    of_store, responses, silence, moves
):
    sent = responses.get(wire.PROGRAM, **silence)

    first, second = reads_in_vain(of_store(1)), reads_in_vain(of_store(2))

    assert (first, second) == (errors.Unavailable, errors.HeldBack)
    assert sent.call_count == FAILURES
    with pytest.raises(errors.HeldBack):
        adjust(of_store(3))
    assert len(responses.calls) == FAILURES
    assert moves == [True]


def test_one_store_that_is_never_answered_holds_nobody_back(of_store, responses, fixture_json):
    responses.get(wire.PROGRAM, body=requests.ReadTimeout("slow"), match=of(1))
    responses.get(wire.PROGRAM, json=fixture_json("program"), match=of(2))

    assert [reads_in_vain(of_store(1)) for _ in range(4)] == [errors.Unavailable] * 4
    assert read(of_store(2)).is_active


def test_where_no_connection_is_made_it_is_no_matter_of_one_store(of_store, responses):
    sent = responses.get(wire.PROGRAM, body=requests.ConnectTimeout("nobody there"))

    assert [reads_in_vain(of_store(1)) for _ in range(3)] == [
        errors.NotSent,
        errors.HeldBack,
        errors.HeldBack,
    ]
    assert sent.call_count == FAILURES


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 422, 429, 500])
def test_whatever_zid_answers_is_an_answer(of_store, responses, status):
    responses.get(wire.PROGRAM, status=status)

    for number in range(2 * FAILURES):
        assert reads_in_vain(of_store(number)) is not errors.HeldBack


def test_an_answer_in_between_begins_the_count_anew(of_store, responses, fixture_json, breaker):
    responses.get(wire.PROGRAM, json=fixture_json("program"))
    for store in range(FAILURES - 1):
        fails(breaker, store=store)

    read(of_store(1))
    for store in range(FAILURES - 1):
        fails(breaker, store=store)

    assert breaker.lets_through(is_read=False)


def test_nothing_waits_for_a_place_below_the_limit_to_be_held_back_then(of_store, opened, pacer):
    assert reads_in_vain(of_store(1)) is errors.HeldBack
    assert pacer.waits == 0


def test_what_waited_for_a_place_when_it_opened_is_held_back(of_store, responses, breaker):
    class Patient:
        def wait(self):
            open_it(breaker)

    with pytest.raises(errors.HeldBack):
        adjust(of_store(1, pacer=Patient()))

    assert len(responses.calls) == 0


def test_after_five_seconds_a_read_tries_and_its_answer_lets_all_go_on(
    of_store, opened, responses, fixture_json, clock, moves
):
    responses.get(wire.PROGRAM, json=fixture_json("program"))
    responses.post(wire.ADJUST, json=fixture_json("adjusted"))
    clock.now += 4.9
    assert reads_in_vain(of_store(1)) is errors.HeldBack

    clock.now += 0.1
    read(of_store(1))

    adjust(of_store(2))
    assert moves == [True, False]


def test_a_try_that_fails_is_the_only_one_for_five_more_seconds(of_store, opened, responses, clock):
    sent = responses.get(wire.PROGRAM, status=503)

    for seconds, tries in ((5, 1), (4.9, 1), (0.1, 2)):
        clock.now += seconds
        assert reads_in_vain(of_store(1)) is errors.HeldBack
        assert sent.call_count == tries


def test_a_change_tries_only_when_nobody_has_read_for_fifteen_seconds(
    of_store, opened, responses, fixture_json, clock
):
    responses.post(wire.ADJUST, json=fixture_json("adjusted"))
    clock.now += 14.9
    with pytest.raises(errors.HeldBack):
        adjust(of_store(1))
    with pytest.raises(errors.HeldBack):
        of_store(1).insist_on_answers()

    clock.now += 0.1
    of_store(1).insist_on_answers()

    assert adjust(of_store(1)).points == 25
    assert opened.lets_through(is_read=False)


def test_a_change_that_tries_and_gets_no_answer_is_as_unknown_as_any(
    of_store, opened, responses, clock
):
    sent = responses.post(wire.ADJUST, body=requests.ReadTimeout("slow"))
    clock.now += 15

    with pytest.raises(errors.OutcomeUnknown):
        adjust(of_store(1))

    assert sent.call_count == 1
    assert not opened.lets_through(is_read=True)


def test_a_change_that_made_no_connection_is_not_sent_again_once_it_is_open(
    of_store, breaker, responses
):
    for _ in range(FAILURES - 1):
        fails(breaker)
    sent = responses.post(wire.ADJUST, body=requests.ConnectTimeout("nobody there"))

    with pytest.raises(errors.HeldBack):
        adjust(of_store(1))

    assert sent.call_count == 1


def test_of_many_threads_at_once_one_tries(opened, clock):
    clock.now += 5
    together, others_are_done = threading.Barrier(MANY), threading.Event()

    def call():
        together.wait(timeout=5)
        with opened.attempt(is_read=True) as attempt:
            if attempt is None:
                return False
            others_are_done.wait(timeout=5)  # Zid takes its time
            attempt.note(is_answered=True, store=1)
            return True

    with concurrent.futures.ThreadPoolExecutor(MANY) as pool:
        calls = [pool.submit(call) for _ in range(MANY)]
        ended = concurrent.futures.as_completed(calls, timeout=5)
        assert [next(ended).result() for _ in range(MANY - 1)] == [False] * (MANY - 1)
        others_are_done.set()
        assert next(ended).result()

    assert opened.lets_through(is_read=False)


def test_many_threads_call_at_the_same_time(breaker):
    all_inside = threading.Barrier(MANY)

    def call():
        with breaker.attempt(is_read=False) as attempt:
            all_inside.wait(timeout=5)
            attempt.note(is_answered=False, store=threading.get_ident())

    with concurrent.futures.ThreadPoolExecutor(MANY) as pool:
        for done in [pool.submit(call) for _ in range(MANY)]:
            done.result()

    assert not breaker.lets_through(is_read=True)


def test_an_answer_to_what_was_sent_before_it_opened_does_not_close_it(breaker):
    with breaker.attempt(is_read=True) as early:
        open_it(breaker)
        early.note(is_answered=True, store=1)

    assert not breaker.lets_through(is_read=True)


def test_what_hung_since_before_it_closed_does_not_open_it_again(breaker, clock):
    attempts = [breaker.attempt(is_read=True) for _ in range(2 * FAILURES)]
    hanging = [attempt.__enter__() for attempt in attempts]
    open_it(breaker)
    clock.now += 5
    with breaker.attempt(is_read=True) as attempt:
        attempt.note(is_answered=True, store=1)

    for block, attempt in zip(attempts, hanging, strict=True):
        attempt.note(is_answered=False, store=None)
        block.__exit__(None, None, None)

    assert breaker.lets_through(is_read=False)


def test_a_try_that_was_interrupted_leaves_its_place_to_the_next(opened, clock):
    clock.now += 5

    with pytest.raises(KeyboardInterrupt), opened.attempt(is_read=True):
        raise KeyboardInterrupt

    assert opened.lets_through(is_read=True)


def test_a_try_that_never_ends_leaves_its_place_after_a_minute(opened, clock):
    clock.now += 5
    with opened.attempt(is_read=True) as endless:
        clock.now += 59.9
        assert not opened.lets_through(is_read=True)
        clock.now += 0.1

        with opened.attempt(is_read=True) as attempt:
            attempt.note(is_answered=True, store=1)

        assert opened.lets_through(is_read=False)
        endless.note(is_answered=False, store=None)

    assert opened.lets_through(is_read=False)


def test_a_renewal_of_tokens_is_held_back_too(opened, tokens):
    with pytest.raises(errors.HeldBack):
        zid_client.refresh_tokens(
            oauth_url="https://oauth.zid.example",
            client_id="app",
            client_secret="app-secret",
            redirect_uri="https://app.example/zid/callback",
            tokens=tokens,
            timeout=1,
            breaker=opened,
        )


def test_a_client_that_is_given_none_has_one_of_its_own(make_client, responses):
    responses.get(wire.PROGRAM, body=requests.ConnectTimeout("nobody there"))
    reads_in_vain(make_client())

    assert reads_in_vain(make_client()) is errors.NotSent
