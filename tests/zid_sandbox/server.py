"""The server: a thread for each connection, and connections that stay open."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from tests.zid_sandbox.app import create_app
from tests.zid_sandbox.config import Options
from tests.zid_sandbox.world import World


class Handler(WSGIRequestHandler):
    # Clients pool connections to Zid; HTTP/1.0 would give each call a new one.
    protocol_version = "HTTP/1.1"
    # Headers and body are two writes: without this the second waits for an acknowledgement.
    disable_nagle_algorithm = True
    # An idle connection must not hold its thread for ever.
    timeout = 300
    logs = False

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """One line for each request, without the query string: it may hold a code or a token."""
        if self.logs:
            path = getattr(self, "path", "-").partition("?")[0]
            print(f"{self.command} {path} {code}", flush=True)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing: werkzeug's own lines quote whole request lines."""


class LoggingHandler(Handler):
    logs = True


def build(
    options: Options, *, host: str = "127.0.0.1", port: int = 0, logs: bool = False
) -> tuple[BaseWSGIServer, flask.Flask]:
    """A server that listens already but does not answer yet."""
    app = create_app(World(options))
    handler = LoggingHandler if logs else Handler
    return make_server(host, port, app, threaded=True, request_handler=handler), app


@contextlib.contextmanager
def running(options: Options) -> Iterator[str]:
    """Serve from this process for as long as the block lasts; gives the address."""
    server, app = build(options)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        world: World = app.extensions["zid_sandbox"]
        world.database.close()
