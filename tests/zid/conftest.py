from __future__ import annotations

import json
import pathlib

import pytest
import responses as responses_library

from loyaltyadmin.zid import client as zid_client
from loyaltyadmin.zid import types

API = "https://api.zid.example"


class RecordingPacer:
    def __init__(self):
        self.waits = 0
        self.refusals = []

    def wait(self):
        self.waits += 1

    def refused(self, *, retry_after):
        self.refusals.append(retry_after)


@pytest.fixture
def responses():
    with responses_library.RequestsMock() as mock:
        yield mock


@pytest.fixture
def tokens():
    return types.Tokens(
        authorization="app-secret-1", manager_token="store-secret-1", refresh_token="fresh-secret-1"
    )


@pytest.fixture
def new_tokens():
    return types.Tokens(
        authorization="app-secret-2", manager_token="store-secret-2", refresh_token="fresh-secret-2"
    )


@pytest.fixture
def pacer():
    return RecordingPacer()


@pytest.fixture
def naps():
    return []


@pytest.fixture
def make_client(tokens, pacer, naps):
    made = []

    def make(**changes):
        given = {
            "tokens": tokens,
            "api_url": API,
            "timeout": (2.0, 5.0),
            "store_id": 4242,
            "pacer": pacer,
            "sleep": naps.append,
        }
        made.append(zid_client.Client(**(given | changes)))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def zid(make_client):
    return make_client()


@pytest.fixture
def fixture_json():
    folder = pathlib.Path(__file__).parent / "fixtures"
    return lambda name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
