"""What only a real socket shows: drops, silence, and connections kept alive."""

from __future__ import annotations

import contextlib
import json
import socket

import pytest

from loyaltyadmin.zid import errors
from tests.zid import server, wire


@pytest.fixture
def adjusted(fixture_json):
    return server.answer(json.dumps(fixture_json("adjusted")).encode())


@pytest.fixture
def program(fixture_json):
    return server.answer(json.dumps(fixture_json("program")).encode())


@pytest.fixture
def connect(make_client):
    return lambda at, **changes: make_client(api_url=at.url, timeout=(1.0, 0.3), **changes)


def adjust(zid):
    return zid.loyalty.adjust_customer_points(**wire.ADJUSTMENT)


def adjustments(at):
    return [request for request in at.requests if request.startswith(b"POST")]


@pytest.mark.parametrize(
    "script",
    [
        [None],
        [5.0],
        [b"HTTP/1.1 200 OK\r\nContent-Le"],
        [b"nonsense\r\n\r\n"],
        [server.answer(b'{"data": ', length=500), None],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"],
        [server.answer(b"oops", status="502 Bad Gateway")],
        [b"HTTP/1.1 103 Early Hints\r\n\r\n"],
    ],
    ids=["drop", "silence", "half a head", "no http", "cut", "cut chunk", "502", "103"],
)
def test_it_sends_an_adjustment_once_whatever_becomes_of_the_answer(connect, script, adjusted):
    with server.ScriptedServer(script, [adjusted], [adjusted]) as at:
        zid = connect(at)

        with pytest.raises(errors.OutcomeUnknown):
            adjust(zid)

        zid.close()
    assert len(adjustments(at)) == 1


def test_it_opens_a_fresh_connection_for_each_adjustment(connect, program, adjusted):
    # The server would drop a second request on either connection.
    with server.ScriptedServer([program, None], [adjusted, None], [adjusted]) as at:
        zid = connect(at)
        zid.loyalty.read_program()

        entries = [adjust(zid), adjust(zid)]

        zid.close()
    assert [entry.points for entry in entries] == [25, 25]
    assert (at.connections, len(adjustments(at))) == (3, 2)


def test_it_keeps_a_connection_alive_for_reads(connect, program):
    with server.ScriptedServer([program, program]) as at:
        zid = connect(at)

        zid.loyalty.read_program()
        zid.loyalty.read_program()

        zid.close()
    assert (at.connections, len(at.requests)) == (1, 2)


def test_it_reads_again_when_a_kept_connection_was_dropped(connect, program):
    with server.ScriptedServer([program, None], [program]) as at:
        zid = connect(at)
        zid.loyalty.read_program()

        again = zid.loyalty.read_program()

        zid.close()
    assert again.is_active
    assert len(at.requests) == 3


def test_it_does_not_take_a_late_answer_for_the_next_calls(connect, fixture_json):
    early = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    late = fixture_json("points_history")
    with server.ScriptedServer(
        [early, server.answer(json.dumps(late).encode())],
        [server.answer(b'{"history": []}')],
    ) as at:
        zid = connect(at)
        with pytest.raises(errors.Unavailable):
            zid.loyalty.read_points_history(customer_id=1)

        history = zid.loyalty.read_points_history(customer_id=2)

        zid.close()
    assert history == ()


def test_it_knows_that_a_refused_connection_sent_nothing(make_client, naps):
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"

    with pytest.raises(errors.NotSent) as caught:
        adjust(make_client(api_url=url))

    assert len(naps) == 2
    assert (caught.value.__context__, caught.value.__cause__) == (None, None)


def test_it_knows_that_an_unknown_name_got_nothing(make_client, monkeypatch):
    def no_such_name(*_args, **_kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)

    with pytest.raises(errors.NotSent):
        adjust(make_client(api_url="http://nowhere.example"))


@pytest.mark.parametrize("script", [[b"no tls here"], [5.0], [None]], ids=["plain", "mute", "drop"])
def test_it_knows_that_a_failed_tls_handshake_sent_nothing(make_client, script):
    class Greeting(server.ScriptedServer):
        def _read(self, conn):
            with contextlib.suppress(OSError):  # the client may hang up first
                conn.recv(1)
            return b""

    with Greeting(script, script, script) as at:
        zid = make_client(api_url=at.url.replace("http:", "https:"), timeout=(0.2, 0.2))

        with pytest.raises(errors.NotSent):
            adjust(zid)


def test_it_says_that_a_read_was_not_sent_when_nobody_listens(make_client):
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"

    with pytest.raises(errors.NotSent):
        make_client(api_url=url).loyalty.read_program()
