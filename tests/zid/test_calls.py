"""The law of every call: what is sent again, what is not, and what each status means."""

from __future__ import annotations

import pytest
import requests

from loyaltyadmin.zid import errors
from tests.zid import wire


def adjust(zid):
    return zid.loyalty.adjust_customer_points(**wire.ADJUSTMENT)


def read(zid):
    return zid.loyalty.read_program()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, errors.Rejected),
        (401, errors.TokenRejected),
        (302, errors.TokenRejected),
        (307, errors.TokenRejected),
        (403, errors.ScopeMissing),
        (404, errors.NotFound),
        (422, errors.Rejected),
        (103, errors.OutcomeUnknown),
        (201, errors.OutcomeUnknown),
        (202, errors.OutcomeUnknown),
        (204, errors.OutcomeUnknown),
        (405, errors.OutcomeUnknown),
        (408, errors.OutcomeUnknown),
        (409, errors.OutcomeUnknown),
        (499, errors.OutcomeUnknown),
        (500, errors.OutcomeUnknown),
        (502, errors.OutcomeUnknown),
        (503, errors.OutcomeUnknown),
        (504, errors.OutcomeUnknown),
        (520, errors.OutcomeUnknown),
    ],
)
def test_it_sends_an_adjustment_once_and_says_what_the_status_means(
    zid, responses, fixture_json, status, error
):
    # Some statuses carry no body, and a stub that gave them one would be cut off.
    body = {} if status in (103, 204) else {"json": fixture_json("adjusted")}
    sent = responses.post(wire.ADJUST, status=status, **body)

    with pytest.raises(error) as caught:
        adjust(zid)

    assert type(caught.value) is error
    assert caught.value.status == status
    assert sent.call_count == 1


@pytest.mark.parametrize(
    ("status", "error", "tries"),
    [
        (400, errors.Rejected, 1),
        (401, errors.TokenRejected, 1),
        (302, errors.TokenRejected, 1),
        (403, errors.ScopeMissing, 1),
        (404, errors.NotFound, 1),
        (204, errors.Unavailable, 1),
        (409, errors.Unavailable, 1),
        (422, errors.Rejected, 1),
        (429, errors.RateLimited, 3),
        (500, errors.Unavailable, 3),
        (503, errors.Unavailable, 3),
    ],
)
def test_it_repeats_a_read_only_where_that_may_help(zid, responses, status, error, tries):
    sent = responses.get(wire.PROGRAM, status=status)

    with pytest.raises(error) as caught:
        read(zid)

    assert type(caught.value) is error
    assert sent.call_count == tries


def test_it_gets_a_read_through_after_two_failures(zid, responses, fixture_json, naps, pacer):
    responses.get(wire.PROGRAM, status=502)
    responses.get(wire.PROGRAM, body=requests.ConnectionError("dropped"))
    responses.get(wire.PROGRAM, json=fixture_json("program"))

    program = read(zid)

    assert program.is_active
    assert pacer.waits == 3
    assert [0.5 <= naps[0] <= 1, 1 <= naps[1] <= 2, len(naps)] == [True, True, 2]


@pytest.mark.parametrize(
    "failure",
    [
        requests.ReadTimeout("slow"),
        requests.ConnectionError("dropped"),
        requests.exceptions.ChunkedEncodingError("cut"),
        requests.exceptions.ContentDecodingError("gzip"),
        requests.exceptions.SSLError("late"),
        requests.exceptions.ProxyError("proxy"),
        ConnectionResetError("reset"),
    ],
)
def test_it_never_repeats_an_adjustment_whose_answer_was_lost(zid, responses, failure, naps):
    sent = responses.post(wire.ADJUST, body=failure)

    with pytest.raises(errors.OutcomeUnknown) as caught:
        adjust(zid)

    assert sent.call_count == 1
    assert caught.value.status is None
    assert naps == []


def test_it_says_that_a_read_is_unavailable_when_nothing_answers(zid, responses):
    sent = responses.get(wire.PROGRAM, body=requests.ReadTimeout("slow"))

    with pytest.raises(errors.Unavailable):
        read(zid)

    assert sent.call_count == 3


def test_it_sends_an_adjustment_again_when_no_connection_was_made(
    zid, responses, fixture_json, pacer
):
    responses.post(wire.ADJUST, body=requests.ConnectTimeout("nobody there"))
    responses.post(wire.ADJUST, json=fixture_json("adjusted"))

    entry = adjust(zid)

    assert entry.points == 25
    assert pacer.waits == 2


def test_it_gives_up_on_connecting_after_three_tries(zid, responses):
    sent = responses.post(wire.ADJUST, body=requests.ConnectTimeout("nobody there"))

    with pytest.raises(errors.NotSent):
        adjust(zid)

    assert sent.call_count == 3


def test_a_lost_answer_after_a_failed_connection_is_still_unknown(zid, responses):
    responses.post(wire.ADJUST, body=requests.ConnectTimeout("nobody there"))
    responses.post(wire.ADJUST, body=requests.ReadTimeout("slow"))

    with pytest.raises(errors.OutcomeUnknown):
        adjust(zid)


@pytest.mark.parametrize(("asked", "slept"), [("0", 0), ("3", 3), ("10", 10), (" 2.5 ", 2.5)])
def test_it_waits_as_long_as_zid_asks_and_sends_the_refused_adjustment_again(
    zid, responses, fixture_json, naps, pacer, asked, slept
):
    responses.post(wire.ADJUST, status=429, headers={"Retry-After": asked})
    responses.post(wire.ADJUST, json=fixture_json("adjusted"))

    entry = adjust(zid)

    assert entry.points == 25
    assert naps == [slept]
    assert pacer.refusals == [slept]
    assert pacer.waits == 2


def test_it_does_not_wait_longer_than_its_patience(zid, responses, naps, pacer):
    sent = responses.post(wire.ADJUST, status=429, headers={"Retry-After": "11"})

    with pytest.raises(errors.RateLimited) as caught:
        adjust(zid)

    assert caught.value.retry_after == 11
    assert (sent.call_count, naps, pacer.refusals) == (1, [], [11])


@pytest.mark.parametrize("header", [{}, {"Retry-After": "soon"}, {"Retry-After": "-1"}])
def test_it_backs_off_by_itself_when_a_429_names_no_wait(zid, responses, naps, pacer, header):
    sent = responses.post(wire.ADJUST, status=429, headers=header)

    with pytest.raises(errors.RateLimited) as caught:
        adjust(zid)

    assert caught.value.retry_after is None
    assert sent.call_count == 3
    assert pacer.refusals == [None, None, None]
    assert [0.5 <= naps[0] <= 1, 1 <= naps[1] <= 2, len(naps)] == [True, True, 2]


def test_it_sends_nothing_when_the_pacer_refuses(make_client, responses):
    class Impatient:
        def wait(self):
            raise errors.RateLimited(endpoint="our own limit", retry_after=60)

        def refused(self, *, retry_after):
            raise AssertionError

    with pytest.raises(errors.RateLimited):
        adjust(make_client(pacer=Impatient()))


def test_it_passes_on_an_interruption_that_is_not_the_networks(zid, responses):
    class InterruptionError(Exception):
        pass

    responses.post(wire.ADJUST, body=InterruptionError())

    with pytest.raises(InterruptionError):
        adjust(zid)


@pytest.mark.parametrize("refusal", [{"status": 401}, {"status": 302}])
def test_it_refreshes_once_and_sends_the_refused_call_again(
    make_client, responses, fixture_json, tokens, new_tokens, pacer, refusal
):
    given = []

    def refresh(refused):
        given.append(refused)
        return new_tokens

    responses.post(wire.ADJUST, **refusal)
    responses.post(wire.ADJUST, json=fixture_json("adjusted"))

    entry = adjust(make_client(refresh=refresh))

    assert entry.points == 25
    assert given == [tokens]
    assert pacer.waits == 2
    headers = responses.calls[1].request.headers
    assert headers["Authorization"] == "Bearer app-secret-2"
    assert headers["X-Manager-Token"] == "store-secret-2"


def test_it_keeps_the_new_tokens_for_the_next_call(
    make_client, responses, fixture_json, new_tokens
):
    zid = make_client(refresh=lambda _refused: new_tokens)
    responses.get(wire.PROGRAM, status=401)
    responses.get(wire.PROGRAM, json=fixture_json("program"))

    read(zid)
    read(zid)

    assert responses.calls[2].request.headers["X-Manager-Token"] == "store-secret-2"


def test_it_gives_up_after_the_second_401(make_client, responses, new_tokens):
    given = []
    zid = make_client(refresh=lambda refused: given.append(refused) or new_tokens)
    sent = responses.post(wire.ADJUST, status=401)

    with pytest.raises(errors.TokenRejected):
        adjust(zid)

    assert sent.call_count == 2
    assert len(given) == 1


@pytest.mark.parametrize("lost", [errors.OutcomeUnknown, errors.Unavailable])
def test_a_lost_refresh_does_not_look_like_a_lost_adjustment(make_client, responses, lost):
    def refresh(_refused):
        raise lost(endpoint="POST /oauth/token")

    sent = responses.post(wire.ADJUST, status=401)

    with pytest.raises(errors.NotSent) as caught:
        adjust(make_client(refresh=refresh))

    assert sent.call_count == 1
    assert caught.value.__context__ is None


def test_it_passes_on_that_the_refresh_was_rejected(make_client, responses):
    def refresh(_refused):
        raise errors.TokenRejected(endpoint="POST /oauth/token", status=400)

    responses.post(wire.ADJUST, status=401)

    with pytest.raises(errors.TokenRejected):
        adjust(make_client(refresh=refresh))


@pytest.mark.parametrize("body", [b"", b"<html>login</html>", b"null", b"{"])
def test_a_read_whose_body_is_no_json_is_unexpected(zid, responses, body):
    sent = responses.get(wire.PROGRAM, body=body)

    with pytest.raises(errors.UnexpectedPayload) as caught:
        read(zid)

    assert caught.value.problem == "body is not JSON"
    assert sent.call_count == 1


def test_it_never_follows_a_redirect(zid, responses):
    responses.get(wire.PROGRAM, status=302, headers={"Location": "https://evil.example/login"})

    with pytest.raises(errors.TokenRejected):
        read(zid)

    assert len(responses.calls) == 1


def test_it_sends_back_no_cookie(zid, responses, fixture_json):
    responses.get(
        wire.PROGRAM, json=fixture_json("program"), headers={"Set-Cookie": "login=1; Path=/"}
    )

    read(zid)
    read(zid)

    assert "Cookie" not in responses.calls[1].request.headers


def test_it_does_not_let_the_environment_replace_the_tokens(
    make_client, responses, fixture_json, monkeypatch, tmp_path
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.zid.example login me password other")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    responses.get(wire.PROGRAM, json=fixture_json("program"), match=wire.reading())

    assert read(make_client()).is_active
    assert responses.calls[0].request.req_kwargs["proxies"] == {}


def test_it_asks_in_the_managers_language_and_names_no_store_it_does_not_know(
    make_client, responses, fixture_json
):
    responses.get(wire.PROGRAM, json=fixture_json("program"))

    read(make_client(language="en", store_id=None))

    headers = responses.calls[0].request.headers
    assert headers["Accept-Language"] == "en"
    assert "Store-Id" not in headers


def test_it_uses_explicit_timeouts(make_client, responses, fixture_json):
    responses.get(wire.PROGRAM, json=fixture_json("program"))

    read(make_client(timeout=(2.0, 5.0)))
    read(make_client(timeout=7))

    assert [call.request.req_kwargs["timeout"] for call in responses.calls] == [(2.0, 5.0), (7, 7)]
