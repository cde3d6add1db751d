"""deploy/nginx.conf and deploy/Caddyfile: what stands between the world and the app."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import http.server
import json
import re
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from loyaltyadmin.points_adjustments.sheet import MOST_BYTES
from tests import services
from tests.deploy.installation import DEPLOY, read_env

NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
CADDY = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
# The token that opens the app inside Zid's dashboard travels in the query.
WITH_THE_QUERY = r"\$(request|request_uri|args|query_string|http_referer|arg_\w+)\b"


def megabytes(pattern: str, text: str) -> int:
    found = re.search(pattern, text)
    assert found
    return int(found[1]) * 1000 * 1000


def test_nginx_logs_no_query_and_no_referer() -> None:
    [log] = re.findall(r"log_format loyaltyadmin (.+?);", NGINX, re.DOTALL)

    assert not re.search(WITH_THE_QUERY, log)
    assert set(re.findall(r"access_log \S+ (\w+);", NGINX)) == {"loyaltyadmin"}
    # At any lower level it tells a failed request's whole address.
    assert set(re.findall(r"error_log \S+ (\w+);", NGINX)) == {"crit"}
    assert NGINX.count("access_log ") == NGINX.count("error_log ") == NGINX.count("server {")


def test_caddy_logs_no_query_and_no_referer() -> None:
    [fields] = re.findall(r"fields \{(.+?)\}", CADDY, re.DOTALL)

    assert fields.split("\n\t\t\t\t")[1:] == [
        "request>uri delete",
        "request>headers delete\n\t\t\t",
    ]
    assert CADDY.count("log {") == 1


def test_the_largest_file_comes_through_and_little_more() -> None:
    for most in (
        megabytes(r"client_max_body_size (\d+)m;", NGINX),
        megabytes(r"max_size (\d+)MB", CADDY),
    ):
        # A form has other fields beside the file.
        assert MOST_BYTES + 1_000_000 < most < 2 * MOST_BYTES


def test_they_pass_on_to_where_the_app_listens() -> None:
    assert f"server {read_env(DEPLOY / 'env.example')['WEB_BIND']};" in NGINX
    assert "reverse_proxy web:8000 " in CADDY


def test_the_app_believes_only_what_nginx_says_of_a_request() -> None:
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in NGINX
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in NGINX
    assert "proxy_set_header Host $host;" in NGINX


def test_the_world_reaches_neither_the_support_console_nor_the_figures() -> None:
    [inside] = re.findall(r"location ~ \^/\(support/\|metrics\$\) \{(.+?)\}", NGINX, re.DOTALL)
    [caddy] = re.findall(r"@inside \{(.+?)\}", CADDY, re.DOTALL)

    assert inside.index("allow 127.0.0.1;") < inside.index("deny all;")
    assert "path /support/* /metrics" in caddy
    assert "not remote_ip private_ranges" in caddy
    assert "respond @inside 404" in CADDY


def make_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loyalty.example.com")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


class App(http.server.BaseHTTPRequestHandler):
    """Answers with what it is told about a request."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(dict(self.headers)).encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@dataclass(frozen=True, kw_only=True)
class Proxy:
    port: int
    app: http.server.ThreadingHTTPServer
    logs: Path

    def ask(self, path: str, *, method: str = "GET", **headers: str) -> tuple[int, bytes]:
        context = ssl._create_unverified_context()  # noqa: S323  # signed by nobody
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context)
        with contextlib.closing(connection):
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers={"Host": "loyalty.example.com", **names})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def logged(self) -> str:
        return "".join(file.read_text() for file in self.logs.glob("*.log"))


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    """nginx with the site that we ship, on ports of its own, before an app that is none."""
    nginx = services.find_nginx() or pytest.skip("needs nginx")
    make_certificate(tmp_path)
    ports = [services._free_port() for _ in range(2)]
    app = http.server.ThreadingHTTPServer(("127.0.0.1", 0), App)
    site = NGINX.replace("/etc/letsencrypt/live/loyalty.example.com", str(tmp_path))
    site = site.replace("/var/log/nginx", str(tmp_path)).replace(
        "127.0.0.1:8000", f"127.0.0.1:{app.server_port}"
    )
    site = re.sub(r"listen \[::\]:.*\n", "", site)
    site = site.replace("listen 80;", f"listen 127.0.0.1:{ports[0]};")
    site = site.replace("listen 443 ssl;", f"listen 127.0.0.1:{ports[1]} ssl;")
    (tmp_path / "site.conf").write_text(site)
    # Where Debian's nginx may write only as root.
    parts = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    kept = " ".join(f"{part}_temp_path {tmp_path}/{part};" for part in parts)
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; pid {tmp_path}/pid; events {{}}"
        f" http {{ {kept} include {tmp_path}/site.conf; }}"
    )
    command = [nginx, "-c", tmp_path / "nginx.conf", "-e", tmp_path / "start.log"]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    threading.Thread(target=app.serve_forever, daemon=True).start()
    process = subprocess.Popen(command)
    try:
        wait_for(ports[1])
        yield Proxy(port=ports[1], app=app, logs=tmp_path)
    finally:
        process.terminate()
        process.wait(10)
        app.shutdown()
        app.server_close()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert time.monotonic() < deadline, "nginx does not start"
        time.sleep(0.02)


@pytest.mark.services
def test_the_app_hears_from_nginx_and_not_from_the_visitor_how_the_request_came(
    proxy: Proxy,
) -> None:
    status, told = proxy.ask("/", X_Forwarded_Proto="http", X_Forwarded_For="203.0.113.9")

    headers = json.loads(told)
    assert status == 200
    assert headers["X-Forwarded-Proto"] == "https"
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["Host"] == "loyalty.example.com"


@pytest.mark.services
def test_a_body_that_is_too_large_is_refused_before_the_app_hears_of_it(proxy: Proxy) -> None:
    status, _ = proxy.ask("/", method="POST", Content_Length=str(26 * 1024 * 1024))

    assert status == 413


@pytest.mark.services
def test_no_log_of_nginx_tells_the_token_though_the_app_is_down(proxy: Proxy) -> None:
    address = "/embedded?token=5a0e9d4c"
    proxy.ask(address, Referer=f"https://loyalty.example.com{address}")
    proxy.app.shutdown()
    proxy.app.server_close()

    status, _ = proxy.ask(address)

    assert status == 502
    assert "GET /embedded 200" in proxy.logged()
    assert "GET /embedded 502" in proxy.logged()
    assert "5a0e9d4c" not in proxy.logged()
