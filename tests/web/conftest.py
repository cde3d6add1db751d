from __future__ import annotations

import contextlib
import json
import logging

import pytest
from django.test import Client

from loyaltyadmin.stores.models import Store
from loyaltyadmin.web import session_token
from tests.stores import edge

LOOKUP_TOKEN = "5f0c1f8e-6d0f-4a7e-9a8e-2f6d3b1c9a10"


@pytest.fixture
def lookup_token(store):
    Store.objects.filter(id=store.id).update(lookup_token_sha256=edge.sha256(LOOKUP_TOKEN))
    return LOOKUP_TOKEN


@pytest.fixture
def all_logs(caplog):
    """Everything that is logged, Django's own lines too, which go to standard error alone."""
    caplog.set_level(logging.DEBUG)
    logger = logging.getLogger("django")
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


@pytest.fixture
def cookieless(merchant):
    """The merchant's browser when it keeps no cookie: htmx sends the session in a header."""
    browser = Client(headers=token_header(merchant.session.session_key))
    browser.cookies.clear()
    return browser


def token_header(session_key):
    return {session_token.HEADER: session_token.issue(session_key=session_key)}


def hx_headers(response):
    """What the page tells htmx to send with every request."""
    return json.loads(response.context["session_headers"])


@contextlib.contextmanager
def strictly(client):
    """Let the client check CSRF, as browsers' requests are."""
    client.handler.enforce_csrf_checks = True
    yield client
    client.handler.enforce_csrf_checks = False
