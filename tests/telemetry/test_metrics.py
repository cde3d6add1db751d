"""What the processes count."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
import requests

from loyaltyadmin.points_adjustments import turns
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.stores import operations, pacer
from loyaltyadmin.telemetry import exposition, metrics
from loyaltyadmin.telemetry.slots import Slots
from loyaltyadmin.zid import errors
from tests import edge
from tests.points_adjustments.conftest import make_job
from tests.stores import edge as store_edge
from tests.telemetry.numbers import counting

PROGRAM = "GET /v1/managers/loyalty-program/list-data"
TOKEN = "a-token-of-enough-letters"


@pytest.fixture
def client_of_zid(store, no_waiting):
    pace = operations.pacer_for(store=store, asks=pacer.For.PERSON)
    with operations.zid_client_for(store=store, language="ar", pace=pace) as client:
        yield client


@pytest.mark.parametrize(
    ("answer", "outcome", "times"),
    [
        ({"status": 400, "json": {}}, "refused", 1),
        ({"status": 403, "json": {}}, "scope_missing", 1),
        ({"status": 404, "json": {}}, "not_found", 1),
        ({"status": 429, "headers": {"Retry-After": "60"}}, "limited", 1),
        ({"status": 502}, "failed", 3),
        ({"body": requests.ReadTimeout()}, "lost", 3),
        ({"body": requests.ConnectTimeout()}, "not_sent", 3),
    ],
)
def test_calls_to_zid_are_counted_by_endpoint_and_outcome(
    zid, client_of_zid, answer, outcome, times
):
    zid.get(edge.PROGRAM, **answer)

    with (
        counting("loyaltyadmin_zid_calls_total", endpoint=PROGRAM, outcome=outcome) as calls,
        counting("loyaltyadmin_zid_call_seconds_count", endpoint=PROGRAM) as timed,
        pytest.raises(errors.ZidError),
    ):
        client_of_zid.loyalty.read_program()

    assert (calls.more, timed.more) == (times, times)


def test_a_refused_refresh_is_counted(zid, store, client_of_zid):
    zid.get(edge.PROGRAM, status=401, json={})
    zid.post(store_edge.TOKEN, status=400, json={})

    with (
        counting("loyaltyadmin_token_refreshes_total", outcome="refused") as refused,
        counting(
            "loyaltyadmin_zid_calls_total", endpoint=PROGRAM, outcome="tokens_refused"
        ) as calls,
        pytest.raises(errors.TokenRejected),
    ):
        client_of_zid.loyalty.read_program()

    assert (refused.more, calls.more) == (1, 1)


def test_waiting_below_the_limit_is_counted(store, settings):
    settings.ZID_RATE_LIMIT_BURST = 1

    with (
        counting("loyaltyadmin_zid_pace_seconds_count", asks="person") as places,
        counting("loyaltyadmin_zid_pace_refusals_total", asks="person") as refusals,
    ):
        pace = pacer.Pacer(
            store_id=store.id, bucket=pacer.bucket(), asks=pacer.For.PERSON, patience=0
        )
        pace.wait()
        with pytest.raises(errors.RateLimited):
            pace.wait()

    assert (places.more, refusals.more) == (1, 1)


def test_lines_and_bulk_adjustments_are_counted_by_what_they_come_to(store, ledger):
    make_job(store, customers=3)
    ledger.refuses(422, message="No")

    with (
        counting("loyaltyadmin_lines_total", to="claimed") as claimed,
        counting("loyaltyadmin_lines_total", to="applied") as applied,
        counting("loyaltyadmin_lines_total", to="rejected") as rejected,
        counting("loyaltyadmin_jobs_moved_total", to="finished") as finished,
    ):
        turns.take_turn(store_id=store.id)

    assert (claimed.more, applied.more, rejected.more, finished.more) == (3, 2, 1, 1)
    assert Line.objects.filter(status="applied").count() == 2


def test_a_number_of_files_is_given_to_one_living_process_at_a_time(tmp_path):
    take = (
        "import sys, pathlib; from loyaltyadmin.telemetry.slots import Slots;"
        "print(Slots(pathlib.Path(sys.argv[1])).mine())"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "loyaltyadmin.settings"}

    def another() -> int:
        done = subprocess.run(
            [sys.executable, "-c", take, str(tmp_path)],
            env=environment,
            capture_output=True,
            check=True,
        )
        return int(done.stdout)

    assert another() == 1
    mine = Slots(tmp_path)
    assert (mine.mine(), mine.mine()) == (1, 1)
    assert another() == 2


def test_what_all_processes_counted_is_added_up(tmp_path):
    count = (
        "import sys, django; django.setup();"
        "from loyaltyadmin.telemetry import exposition, metrics;"
        "metrics.LINES.labels(to='applied').inc(int(sys.argv[1]));"
        "sys.stdout.buffer.write(exposition.text_of())"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "loyaltyadmin.settings",
        "DATA_DIR": str(tmp_path),
        "METRICS_TOKEN": TOKEN,
    }
    for number in ("2", "40"):
        done = subprocess.run(
            [sys.executable, "-c", count, number], env=environment, capture_output=True, check=True
        )

    assert b'loyaltyadmin_lines_total{to="applied"} 42.0' in done.stdout
    # The second went on where the first, which had ended, left off.
    assert len(list((tmp_path / "metrics").glob("counter_*.db"))) == 1


def test_a_worker_answers_on_a_port_of_its_own(settings):
    settings.METRICS_TOKEN = TOKEN
    server = exposition.serve(host="127.0.0.1", port=0)
    address = f"http://127.0.0.1:{server.server_port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(path: str, token: str) -> int | str:
        opener.addheaders = [("Authorization", f"Bearer {token}")]
        try:
            with opener.open(address + path, timeout=5) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code

    try:
        assert "loyaltyadmin_zid_calls" in ask("/metrics", TOKEN)
        assert ask("/metrics", "another") == 401
        assert ask("/", TOKEN) == 404
    finally:
        server.shutdown()
        server.server_close()


def test_a_port_that_is_taken_does_not_stop_a_worker(caplog):
    first = exposition.serve(host="127.0.0.1", port=0)
    try:
        assert exposition.serve(host="127.0.0.1", port=first.server_port) is None
    finally:
        first.shutdown()
        first.server_close()
    assert "no metrics on port" in caplog.text


def test_nothing_that_is_counted_names_a_store_or_a_customer():
    labels = {
        name for collector in metrics.REGISTRY._collector_to_names for name in collector._labelnames
    }

    assert labels == {"endpoint", "outcome", "host", "asks", "to", "task", "status"}
