"""deploy/nginx.conf and deploy/Caddyfile: what stands between the world and the app."""

from __future__ import annotations

import http.server
import json
import re
import threading
from collections.abc import Iterator

import pytest

from loyaltyadmin.points_adjustments.sheet import MOST_BYTES
from tests import proxies, services
from tests.deploy.installation import DEPLOY, read_env
from tests.proxies import Proxy

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


class App(http.server.BaseHTTPRequestHandler):
    """Answers with what it is told about a request."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(dict(self.headers)).encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def app() -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), App)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxy(app: http.server.ThreadingHTTPServer) -> Iterator[Proxy]:
    if services.find_nginx() is None:
        pytest.skip("needs nginx")
    with proxies.in_front_of(app.server_port) as proxy:
        yield proxy


@pytest.mark.services
def test_the_app_hears_from_nginx_and_not_from_the_visitor_how_the_request_came(
    proxy: Proxy,
) -> None:
    answer = proxy.ask("/", X_Forwarded_Proto="http", X_Forwarded_For="203.0.113.9")

    headers = json.loads(answer.content)
    assert answer.status == 200
    assert headers["X-Forwarded-Proto"] == "https"
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["Host"] == "loyalty.example.com"


@pytest.mark.services
def test_plain_http_leads_to_the_apps_own_name_whatever_the_visitor_called_it(
    proxy: Proxy,
) -> None:
    for host in ("loyalty.example.com", "evil.example"):
        answer = proxy.ask_plainly("/program/?page=2", Host=host)

        assert answer.status == 301
        assert answer.headers["Location"] == "https://loyalty.example.com/program/?page=2"


@pytest.mark.services
def test_a_body_that_is_too_large_is_refused_before_the_app_hears_of_it(proxy: Proxy) -> None:
    answer = proxy.ask("/", method="POST", Content_Length=str(26 * 1024 * 1024))

    assert answer.status == 413


@pytest.mark.services
def test_no_log_of_nginx_tells_the_token_though_the_app_is_down(
    proxy: Proxy, app: http.server.ThreadingHTTPServer
) -> None:
    address = "/embedded?token=5a0e9d4c"
    proxy.ask(address, Referer=f"https://loyalty.example.com{address}")
    app.shutdown()
    app.server_close()

    answer = proxy.ask(address)

    assert answer.status == 502
    assert "GET /embedded 200" in proxy.logged()
    assert "GET /embedded 502" in proxy.logged()
    assert "5a0e9d4c" not in proxy.logged()
