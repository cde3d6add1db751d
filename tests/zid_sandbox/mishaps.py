"""Carries the faults out: late, wrong, half or no answers, on a real socket."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
import time

import flask

from tests.zid_sandbox import access, answers
from tests.zid_sandbox.faults import Fault
from tests.zid_sandbox.world import world

# How long a hanging call waits for its client to give up before it goes on regardless.
LONGEST_WAIT_SECONDS = 300
# Zid's own paths; the sandbox's pages stay whole, or nobody could clear the faults.
STRUCK = ("/v1/", "/oauth/")


def before() -> flask.Response | None:
    """Decide what goes wrong with this call, and do the part that comes before the change."""
    flask.g.fault = None
    path = flask.request.path
    if not path.startswith(STRUCK) or not world().faults.any():
        return None
    flask.request.get_data()  # a connection that is about to break cannot be read from later
    seconds, fault = world().faults.due(
        method=flask.request.method, path=path, store_id=access.calling_store()
    )
    time.sleep(seconds)
    flask.g.fault = fault
    if fault is None or fault.after:
        return None
    if fault.apply_late:
        _die(fault)
        time.sleep(fault.seconds)
        return None
    return _strike(fault)


def after(answer: flask.Response) -> flask.Response:
    """Do the part that comes after the change was made."""
    fault: Fault | None = flask.g.get("fault")
    return _strike(fault) or answer if fault and fault.after else answer


def _strike(fault: Fault) -> flask.Response | None:
    """What the client gets; None when it gets the real answer after all."""
    if fault.kind == "status":
        return _status(fault)
    if fault.kind == "redirect_login":
        return answers.login_redirect()
    if fault.kind == "garbage":
        half = '{"status": "object", "data": {"date": "2026-1'
        return flask.make_response(half, 200, {"Content-Type": "application/json"})
    if fault.kind == "hang":
        # A hung server thread outlives its client, but not by more than it was asked to.
        time.sleep(fault.seconds)
        if fault.answers:
            return None
    drop_connection()
    return flask.make_response("", 502)


def _status(fault: Fault) -> flask.Response:
    words = {503: "unavailable", 502: "unavailable", 504: "unavailable"}
    answer = answers.error(fault.status, words.get(fault.status), fields=fault.fields)
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return answer


def _die(fault: Fault) -> None:
    """Break the connection, or wait until the client of a hanging call has broken it."""
    if fault.kind == "drop":
        drop_connection()
    elif fault.kind == "hang":
        _wait_for_the_client_to_leave()


def _socket() -> socket.socket | None:
    found = flask.request.environ.get("werkzeug.socket")
    return found if isinstance(found, socket.socket) else None


def drop_connection() -> None:
    """Cut the line without a byte of answer; the client sees a reset or an early end."""
    flask.g.is_dropped = True
    line = _socket()
    if line is None:
        return
    with contextlib.suppress(OSError):
        # Closing with a lingering time of 0 sends a reset instead of a polite goodbye.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.shutdown(socket.SHUT_RDWR)


def _wait_for_the_client_to_leave() -> None:
    line = _socket()
    if line is None:
        return
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while time.monotonic() < deadline:
        readable, _, _ = select.select([line], [], [], 0.5)
        if readable:
            try:
                if not line.recv(1, socket.MSG_PEEK):
                    break
            except OSError:
                break
            time.sleep(0.05)
    flask.g.is_dropped = True
