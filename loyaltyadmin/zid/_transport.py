"""One exchange with a server, and the proof of what happened when no answer came.

A write may be sent again only if it provably never left, so everything that repeats on its own
is switched off below, and a failure to connect is told apart from every later failure.
"""

from __future__ import annotations

import http.client
import http.cookiejar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
import urllib3
from requests import adapters
from urllib3 import connection, connectionpool
from urllib3 import exceptions as urllib3_errors

_REQUEST_ID_HEADERS = ("X-Request-Id", "X-Correlation-Id", "CF-Ray")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_SECONDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. Without a ``status`` nothing did; ``never_sent`` then says if we sent."""

    status: int | None = None
    body: bytes = b""
    request_id: str | None = None
    retry_after: float | None = None
    never_sent: bool = False


class _HTTPConnection(connection.HTTPConnection):
    """A connection whose every failure to connect says so."""

    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, http.client.HTTPException, urllib3_errors.HTTPError) as error:
            raise _no_connection(self, error) from error


class _HTTPSConnection(connection.HTTPSConnection):
    """The same; urllib3 alone would report a TLS handshake that timed out as a read timeout."""

    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, http.client.HTTPException, urllib3_errors.HTTPError) as error:
            raise _no_connection(self, error) from error


def _no_connection(
    conn: connection.HTTPConnection, error: Exception
) -> urllib3_errors.ConnectTimeoutError:
    if isinstance(error, urllib3_errors.ConnectTimeoutError):
        return error
    return urllib3_errors.NewConnectionError(conn, "No connection was made")


class _HTTPPool(connectionpool.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(connectionpool.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _Adapter(adapters.HTTPAdapter):
    """An adapter that never repeats anything on its own."""

    def __init__(self) -> None:
        super().__init__(max_retries=urllib3.Retry(0, read=False, redirect=False))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


class Transport:
    """The owner of the ``requests.Session``. Not for use by two threads at once."""

    def __init__(
        self, *, timeout: tuple[float, float], session: requests.Session | None = None
    ) -> None:
        self._timeout = timeout
        self._http = session if session is not None else _new_session()
        for scheme in ("https://", "http://"):
            self._http.mount(scheme, _Adapter())

    def exchange(
        self,
        *,
        verb: str,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        json: object = None,
    ) -> Answer:
        """Send one request, once, and never raise for what the network does."""
        if verb != "GET":
            # A kept-alive connection that Zid has closed meanwhile fails after sending, which
            # proves nothing. On a fresh one, what fails before sending is known to.
            self.close()
        try:
            response = self._http.request(
                verb,
                url,
                headers=dict(headers),
                params=params,
                data=form,
                json=json,
                timeout=self._timeout,
                allow_redirects=False,  # an expired login is a redirect (NOTES.md, "Tokens")
            )
        # Only what the network raises: a worker's own interruptions must pass.
        except (requests.RequestException, urllib3_errors.HTTPError, OSError) as error:
            return Answer(never_sent=_never_sent(error))
        if response.status_code < 200:
            # The real answer may still be under way; it must not become the next call's.
            self.close()
        return _read(response)

    def close(self) -> None:
        """Close all connections; the next exchange opens a new one."""
        self._http.close()


def _new_session() -> requests.Session:
    session = requests.Session()
    # The environment is not trusted: a .netrc entry would replace our Authorization header, and
    # a proxy would see every token and answer for Zid. Who needs either hands in a session.
    session.trust_env = False
    # What else is installed must not change what is asked of Zid: urllib3 would add Brotli.
    session.headers["Accept-Encoding"] = "gzip, deflate"
    # A cookie of one login must not travel with the next one's tokens.
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    return session


def _never_sent(error: Exception) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    # requests.ConnectionError also covers connections that dropped after sending; its cause
    # tells which.
    cause = error.args[0] if error.args else None
    return isinstance(cause, urllib3_errors.MaxRetryError) and isinstance(
        cause.reason, urllib3_errors.ConnectTimeoutError | urllib3_errors.NewConnectionError
    )


def _read(response: requests.Response) -> Answer:
    headers = response.headers
    request_id = next((headers[name] for name in _REQUEST_ID_HEADERS if name in headers), "")
    retry_after = headers.get("Retry-After", "").strip()
    return Answer(
        status=response.status_code,
        body=response.content,
        request_id=request_id if _REQUEST_ID.fullmatch(request_id) else None,
        retry_after=float(retry_after) if _SECONDS.fullmatch(retry_after) else None,
    )
