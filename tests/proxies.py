"""nginx as deploy/nginx.conf sets it up, on ports of its own, before an app on this machine.

Whoever asks has to be shown the way: the name that it serves leads elsewhere, or nowhere.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import re
import signal
import socket
import ssl
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from loyaltyadmin.web import development
from tests import services

NAME = "loyalty.example.com"
# Where Debian's nginx may write only as root.
KEPT = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@dataclass(frozen=True, kw_only=True)
class Proxy:
    port: int
    plain_port: int
    folder: Path  # of its certificate and its logs

    def connection(self, host: str = NAME, **options: Any) -> http.client.HTTPSConnection:
        """A connection to it, by HTTPS, with a certificate that has to be right."""
        trusted = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        # From Python 3.13 on a certificate has to say more of itself than ours.
        trusted.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return _Connection(host, leads_to=self.port, trusted=trusted, **options)

    def ask(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        with contextlib.closing(self.connection(timeout=30)) as connection:
            return _answer(connection, path, method=method, headers=headers)

    def ask_plainly(self, path: str, **headers: str) -> Answer:
        """The same by HTTP."""
        connection = http.client.HTTPConnection("127.0.0.1", self.plain_port, timeout=30)
        with contextlib.closing(connection):
            return _answer(connection, path, method="GET", headers={"Host": NAME, **headers})

    def way(self) -> urllib.request.HTTPSHandler:
        """For urllib: leads to it, whatever the host in an address."""
        return _Way(self)

    def logged(self) -> str:
        return "".join(file.read_text() for file in self.folder.glob("*.log"))


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    content: bytes


@contextlib.contextmanager
def in_front_of(port: int) -> Iterator[Proxy]:
    """nginx with the site that we ship, before what listens on `port`."""
    nginx = services.find_nginx()
    if nginx is None:
        raise services.NotFound("nginx")
    # /tmp rather than pytest's own folder, which the server's user may not enter.
    with tempfile.TemporaryDirectory(prefix="loyaltyadmin-nginx-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        make_certificate(folder)
        proxy = Proxy(port=services.free_port(), plain_port=services.free_port(), folder=folder)
        (folder / "site.conf").write_text(_site(proxy, app_port=port))
        kept = " ".join(f"{part}_temp_path {folder}/{part};" for part in KEPT)
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; events {{}}"
            f" http {{ {kept} include {folder}/site.conf; }}"
        )
        log = folder / "start.log"

        def answers() -> bool:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", proxy.port), timeout=1),
            ):
                return True
            return False

        with services.Server(
            url=f"https://{NAME}",
            command=[nginx, "-c", f"{folder}/nginx.conf", "-e", str(log)],
            answers=answers,
            stop=signal.SIGTERM,
            log=log,
            owner=None,
        ):
            yield proxy


def make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _site(proxy: Proxy, *, app_port: int) -> str:
    """deploy/nginx.conf with its addresses and its paths, and nothing else, put in."""
    site = (development.ROOT / "deploy/nginx.conf").read_text(encoding="utf-8")
    site = re.sub(r"listen \[::\]:.*\n", "", site)
    for shipped, here in {
        f"/etc/letsencrypt/live/{NAME}": str(proxy.folder),
        "/var/log/nginx": str(proxy.folder),
        "127.0.0.1:8000": f"127.0.0.1:{app_port}",
        "listen 80;": f"listen 127.0.0.1:{proxy.plain_port};",
        "listen 443 ssl;": f"listen 127.0.0.1:{proxy.port} ssl;",
    }.items():
        assert shipped in site, shipped
        site = site.replace(shipped, here)
    return site


def _answer(
    connection: http.client.HTTPConnection, path: str, *, method: str, headers: dict[str, str]
) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, headers=named)
    answer = connection.getresponse()
    return Answer(status=answer.status, headers=answer.headers, content=answer.read())


class _Connection(http.client.HTTPSConnection):
    def __init__(self, host: str, *, leads_to: int, trusted: ssl.SSLContext, **options: Any):
        super().__init__(host, context=trusted, **options)
        self._leads_to, self._trusted = leads_to, trusted

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self._leads_to), self.timeout)
        self.sock = self._trusted.wrap_socket(plain, server_hostname=self.host)


class _Way(urllib.request.HTTPSHandler):
    def __init__(self, proxy: Proxy) -> None:
        super().__init__()
        self._proxy = proxy

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._proxy.connection, request)
