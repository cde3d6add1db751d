"""An installation as deploy/ ships it: nginx, gunicorn, two workers, beat, PostgreSQL and Redis.

The settings are those of deploy/env.example and deploy/make-secrets.sh, with other addresses. So
Zid's own limit holds too, and the job lasts long enough to be deployed over.
"""

from __future__ import annotations

import http.client
import json
import re
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests import processes, proxies, services
from tests.deploy.installation import make_secrets
from tests.journeys import judge
from tests.journeys.judge import REASON, STORE_ID, wait_for_lines, wait_until
from tests.journeys.merchant import Merchant
from tests.processes import Product
from tests.proxies import Answer, Proxy

LINES = 85
TOO_LARGE = 26 * 1024 * 1024
# More than gunicorn has threads, as deploy/gunicorn.conf.py counts its processes.
SLOW_ONES = 8 * 8 + 16
AT_ONCE_SECONDS = 5

pytestmark = pytest.mark.services


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    made = make_secrets(tmp_path)
    (made / "zid_client_secret").write_text("sandbox-secret")
    return made


@pytest.fixture
def product(tmp_path: Path, secrets: Path) -> Iterator[Product]:
    if services.find_nginx() is None:
        pytest.skip("needs nginx")
    with services.postgresql() as database, services.redis_server() as broker:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("CREATE ROLE loyaltyadmin LOGIN")
            connection.execute("CREATE DATABASE loyaltyadmin OWNER loyaltyadmin")
        lead(secrets / "database_url", away_from="postgres:5432", to=database)
        lead(secrets / "redis_url", away_from="redis:6379", to=broker)
        with processes.running(
            data_dir=tmp_path / "data",
            secrets=secrets,
            customers=LINES,
            stores=1,
            rate=60,
            workers=2,
            has_own_beat=True,
        ) as running:
            running.install(store_id=STORE_ID)
            yield running


def lead(secret: Path, *, away_from: str, to: str) -> None:
    """Put the address of this machine's server into what deploy/make-secrets.sh made."""
    address = secret.read_text()
    here = urllib.parse.urlsplit(to)
    assert away_from in address
    secret.write_text(address.replace(away_from, f"{here.hostname}:{here.port}"))


def test_a_job_runs_to_its_end_and_nobody_outside_gets_in_its_way(
    product: Product, secrets: Path, tmp_path: Path
) -> None:
    proxy = product.proxy
    assert proxy is not None
    merchant = Merchant(product)
    file = tmp_path / "points.csv"
    changes = judge.write_sheet(product, file, lines=LINES)
    draft = merchant.draft_job(file.read_text(), reason=REASON)
    assert merchant.confirm(draft).is_fine
    wait_for_lines(product, number=LINES // 3)

    assert_it_is_in_the_middle(product)
    for number in (1, 2):
        replace_worker(product, number)
    assert_forged_names_lead_nowhere(proxy)
    assert_large_bodies_are_refused(proxy, product)
    assert_slow_uploads_are_in_nobodys_way(proxy, merchant)
    assert_static_files_are_kept_and_pages_are_not(proxy, merchant)

    merchant.wait_for_the_end(draft.job)
    judge.assert_each_was_adjusted_once(product, changes)
    assert_our_rows_agree(product, draft.job)
    assert product.sandbox.stats()["too_many"] == 0
    assert "was claimed and never finished" not in product.log()
    assert_the_figures_tell_of_it(proxy, token=(secrets / "metrics_token").read_text())
    assert "token=" not in proxy.logged() + product.log()


def replace_worker(product: Product, number: int) -> None:
    """As a deploy does: it is told to end, and the next one waits until this one's heir works."""
    name = processes.worker_name(number)
    product.stop(name)
    before = ready_count(product, name)
    product.start_again(name)
    wait_until(lambda: ready_count(product, name) > before)


def ready_count(product: Product, name: str) -> int:
    said = product.processes.words_of(name).splitlines()
    return sum(json.loads(line)["message"].endswith(" ready.") for line in said if line[:1] == "{")


def assert_it_is_in_the_middle(product: Product) -> None:
    assert 0 < len(product.sandbox.ledger(STORE_ID)) < LINES


def assert_our_rows_agree(product: Product, job: str) -> None:
    entries = {entry["customer_id"]: entry for entry in product.sandbox.ledger(STORE_ID)}
    rows = [row for row in judge.rows_of(product, "line") if row["job"] == job]
    assert len(rows) == LINES
    for row in rows:
        assert row["status"] == "applied"
        judge.assert_it_is_the_entry(row, entries[row["customer_id"]])


def assert_forged_names_lead_nowhere(proxy: Proxy) -> None:
    refused = proxy.ask("/program/", Host="evil.example")
    assert refused.status == 400
    assert b"evil" not in refused.content

    # As if it had come by http from elsewhere: nginx says how it came.
    led = proxy.ask(
        "/zid/install",
        X_Forwarded_Host="evil.example",
        X_Forwarded_Proto="http",
        X_Forwarded_For="203.0.113.9",
    )
    assert led.status == 302
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(led.headers["Location"]).query)
    assert query["redirect_uri"] == [f"https://{proxies.NAME}/zid/callback"]
    assert "evil" not in str(led.headers)

    plain = proxy.ask_plainly("/program/", Host="evil.example")
    assert plain.headers["Location"] == f"https://{proxies.NAME}/program/"


def assert_large_bodies_are_refused(proxy: Proxy, product: Product) -> None:
    before = product.log().count("/bulk-adjustments/start/")

    refused = proxy.ask("/bulk-adjustments/start/", method="POST", Content_Length=str(TOO_LARGE))

    assert refused.status == 413
    assert product.log().count("/bulk-adjustments/start/") == before


def assert_slow_uploads_are_in_nobodys_way(proxy: Proxy, merchant: Merchant) -> None:
    """With each of them a thread would be gone for as long as somebody likes."""
    slow_ones = [begin_upload(proxy, merchant) for _ in range(SLOW_ONES)]
    for _ in range(3):
        for slow_one in slow_ones:
            slow_one.send(b"x")
        began = time.monotonic()
        assert merchant.see("/bulk-adjustments/").is_fine
        assert time.monotonic() - began < AT_ONCE_SECONDS

    # Slow is not lost: it is answered once it is complete.
    arrived = slow_ones[0]
    arrived.send(b"x" * 97)
    answer = arrived.getresponse()
    assert answer.status == 422  # neither a file nor lines
    for slow_one in slow_ones:
        slow_one.close()


def begin_upload(proxy: Proxy, merchant: Merchant) -> http.client.HTTPSConnection:
    """A form of a hundred letters, of which none is sent yet."""
    connection = proxy.connection(timeout=30)
    connection.putrequest("POST", "/bulk-adjustments/start/")
    headers = {
        **merchant.headers,
        "Origin": f"https://{proxies.NAME}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Content-Length": "100",
    }
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    return connection


def assert_static_files_are_kept_and_pages_are_not(proxy: Proxy, merchant: Merchant) -> None:
    page = merchant.see("/bulk-adjustments/")
    assert "no-store" in page.headers["Cache-Control"]
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]

    [sheet] = page.page.all("link", rel="stylesheet")
    style = proxy.ask(str(sheet["href"]))
    assert style.status == 200
    assert "immutable" in style.headers["Cache-Control"]
    again = proxy.ask(str(sheet["href"]), If_Modified_Since=style.headers["Last-Modified"])
    assert again.status == 304


def assert_the_figures_tell_of_it(proxy: Proxy, *, token: str) -> None:
    """Of all processes that share a folder, to who has the token; web and workers did this."""
    assert proxy.ask("/metrics").status == 401

    told = figures(proxy.ask("/metrics", Authorization=f"Bearer {token}"))

    assert told['loyaltyadmin_lines_total{to="applied"}'] == LINES
    assert told["loyaltyadmin_database_up"] == 1


def figures(answer: Answer) -> dict[str, float]:
    found = re.findall(r"^(\w+(?:\{[^}]*\})?) (\S+)$", answer.content.decode(), re.MULTILINE)
    return {name: float(value) for name, value in found}
