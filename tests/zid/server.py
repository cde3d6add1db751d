"""A server on the loopback that plays one script per connection: for what no stub can show."""

from __future__ import annotations

import contextlib
import socket
import threading


class ScriptedServer:
    """Each connection takes the next script: a list of answers, one per request.

    An answer is bytes to send, or None to drop the connection after the request was read, or a
    number of seconds to say nothing for. What remains of a script when the client hangs up is
    forgotten.
    """

    def __init__(self, *scripts):
        self._scripts = list(scripts)
        self.requests = []
        self.connections = 0
        self._done = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self._thread = threading.Thread(target=self._serve)

    @property
    def url(self):
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_details):
        self._done.set()
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while not self._done.is_set() and self._scripts:
            try:
                conn, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.connections += 1
            with conn:
                self._play(conn, self._scripts.pop(0))

    def _play(self, conn, script):
        conn.settimeout(0.05)
        for answer in script:
            request = self._read(conn)
            if request is None:
                return
            self.requests.append(request)
            if answer is None:
                return
            if isinstance(answer, bytes):
                with contextlib.suppress(OSError):
                    conn.sendall(answer)
            else:
                self._done.wait(answer)

    def _read(self, conn):
        received = b""
        while not self._done.is_set():
            try:
                chunk = conn.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return None
            if not chunk:
                return None
            received += chunk
            head, separator, body = received.partition(b"\r\n\r\n")
            if separator and len(body) >= _length(head):
                return received
        return None


def _length(head):
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def answer(body, *, status="200 OK", length=None):
    """Return an answer that keeps the connection open; `length` may lie."""
    length = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n".encode() + body
