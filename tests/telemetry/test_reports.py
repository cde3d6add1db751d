"""What is reported to Sentry: enough to find the mistake, and no token and no customer."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys

import pytest

# In a process of its own: reporting reaches into Django and Celery, and stays there.
PROGRAM = """
import json, logging
import django
django.setup()
from celery import shared_task
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from sentry_sdk.transport import Transport
from loyaltyadmin.telemetry import context, reports
from loyaltyadmin.zid import errors

class Kept(Transport):
    def capture_envelope(self, envelope):
        event = envelope.get_event()
        print(json.dumps(event, default=str) if event else "something else")

reports.start(transport=Kept)

def fails(request, customer_id):
    manager_token = request.headers["X-Manager-Token"]
    raise ValueError(f"{manager_token} {request.POST} {request.GET} {customer_id}")

urlpatterns = [path("customers/<int:customer_id>/", fails)]

def server_error(request):
    return HttpResponse(status=500)

handler500 = server_error

Client(raise_request_exception=False).post(
    "/customers/370001/?token=a-lookup-secret",
    {"name": "Noura-secret"},
    headers={
        "Authorization": "Bearer bearer-secret",
        "X-Manager-Token": "manager-secret",
        "X-Request-ID": "r1",
        "Cookie": "loyaltyadmin_session=cookie-secret",
        "Referer": "https://web.zid.sa/?token=referer-secret",
    },
)

@shared_task(name="tests.fails")
def task(name):
    raise errors.Unavailable(endpoint="GET /v1/things", status=502) from KeyError(name)

with context.about(store=90001):
    task.apply(args=["argument-secret"], headers={"request_id": "r2"})
    logging.getLogger("loyaltyadmin.x").error("store %s: %s", 90001, "value-secret")
    logging.getLogger("loyaltyadmin.x").warning("no error, %s", "warning-secret")
"""


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    data_dir = tmp_path_factory.mktemp("data")
    (data_dir / "failing.py").write_text(PROGRAM, encoding="utf-8")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "loyaltyadmin.settings",
        "DATA_DIR": str(data_dir),
        "SENTRY_DSN": "http://key@127.0.0.1:1/1",
    }
    start = (
        "import sys; sys.path.insert(0, sys.argv[1]); from django.conf import settings;"
        "settings.ROOT_URLCONF = 'failing'; settings.SESSION_ENGINE ="
        " 'django.contrib.sessions.backends.signed_cookies'; import failing"
    )
    done = subprocess.run(
        [sys.executable, "-c", start, str(data_dir)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_mistake_is_reported_with_its_place_and_whose_it_is(reported):
    page, task, line = reported

    [error] = page["exception"]["values"]
    assert (error["type"], error["value"]) == ("ValueError", "ValueError")
    assert error["stacktrace"]["frames"][-1]["function"] == "fails"
    assert page["tags"] == {"request": "r1"}
    assert task["tags"].keys() == {"store", "request", "task"}
    assert task["exception"]["values"][-1]["value"].endswith("could not be read (status 502)")
    assert line["logentry"] == {"message": "store %s: %s"}
    assert line["tags"] == {"store": "90001"}


def test_no_token_and_no_customer_leaves(reported):
    reported = copy.deepcopy(reported)
    frames = [
        frame
        for event in reported
        for error in event.get("exception", {}).get("values", [])
        for frame in error["stacktrace"].pop("frames")
    ]

    # What stands in the code is no secret, though a test's is written there.
    assert "secret" not in json.dumps(reported)
    assert "370001" not in json.dumps([*reported, frames])
    assert not any("vars" in frame for frame in frames)
    for event in reported:
        assert event.keys().isdisjoint({"request", "user", "breadcrumbs", "extra", "contexts"})
