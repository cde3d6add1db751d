"""deploy/nginx.conf and deploy/Caddyfile: what stands between the world and the app."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from loyaltyadmin.points_adjustments.sheet import MOST_BYTES
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


def test_nginx_itself_takes_it(tmp_path: Path) -> None:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin") or pytest.skip("needs nginx")
    make_certificate(tmp_path)
    # Where Debian's nginx may write only as root.
    parts = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    kept = " ".join(f"{part}_temp_path {tmp_path}/{part};" for part in parts)
    site = NGINX.replace("/etc/letsencrypt/live/loyalty.example.com", str(tmp_path))
    (tmp_path / "site.conf").write_text(site.replace("/var/log/nginx", str(tmp_path)))
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; events {{}} http {{ {kept} include {tmp_path}/site.conf; }}"
    )

    done = subprocess.run(
        [nginx, "-t", "-c", tmp_path / "nginx.conf", "-e", tmp_path / "error.log"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_caddy_itself_takes_it() -> None:
    caddy = shutil.which("caddy") or pytest.skip("needs caddy")

    done = subprocess.run(
        [caddy, "validate", "--config", DEPLOY / "Caddyfile", "--adapter", "caddyfile"],
        capture_output=True,
        text=True,
        env={"PUBLIC_URL": "https://loyalty.example.com", "HOME": "/nonexistent"},
        check=False,
    )

    assert done.returncode == 0, done.stderr
