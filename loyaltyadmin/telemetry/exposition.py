"""The metrics as text, for who knows METRICS_TOKEN: on the web server's `/metrics`, where
`support.middleware` adds the database's, and on a worker's own port."""

from __future__ import annotations

import logging
import secrets
import socketserver
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from wsgiref import simple_server

from django.conf import settings
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from loyaltyadmin.telemetry import metrics

logger = logging.getLogger(__name__)

CONTENT_TYPE = CONTENT_TYPE_LATEST


def is_offered() -> bool:
    """This will tell whether anybody may ask at all."""
    return bool(settings.METRICS_TOKEN)


def is_allowed(*, authorization: str) -> bool:
    """This will tell whether the value of a header proves the token; never while there is none."""
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    return is_offered() and secrets.compare_digest(authorization.encode(), wanted.encode())


def text_of(*others: Collector) -> bytes:
    """This will give the metrics of the processes, and of `others`."""
    registry = CollectorRegistry()
    for collector in (*metrics.collectors(), *others):
        registry.register(collector)
    return generate_latest(registry)


def serve(*, host: str, port: int) -> simple_server.WSGIServer | None:
    """This will answer on a port of this process's own, in a thread, until the process ends.

    A port that cannot be had is no reason not to work: it is logged, and None is given.
    """
    try:
        server = simple_server.make_server(
            host, port, _answer, server_class=_Server, handler_class=_Handler
        )
    except OSError as error:
        logger.error("no metrics on port %d: %s", port, error)
        return None
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


def _answer(
    environ: dict[str, str], start: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    if environ.get("PATH_INFO") != "/metrics":
        status, body = HTTPStatus.NOT_FOUND, b""
    elif not is_allowed(authorization=environ.get("HTTP_AUTHORIZATION", "")):
        status, body = HTTPStatus.UNAUTHORIZED, b""
    else:
        status, body = HTTPStatus.OK, text_of()
    start(f"{status.value} {status.phrase}", [("Content-Type", CONTENT_TYPE)])
    return [body]


class _Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    daemon_threads = True


class _Handler(simple_server.WSGIRequestHandler):
    timeout = 10  # seconds that a connection may say nothing

    def log_message(self, format: str, *args: object) -> None:
        """Prometheus asks every quarter of a minute: that says nothing."""
