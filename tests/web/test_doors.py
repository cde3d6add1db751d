"""Strangers knock as often as people do, and no oftener."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
import redis
import time_machine
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from loyaltyadmin.stores.models import Store
from loyaltyadmin.web import doors
from tests.conftest import client_of
from tests.pages import Page

# The address without a path: it leads everybody to the program, and asks nobody anything.
HARMLESS = {""}
PAGE = {"HTTP_ACCEPT": "text/html"}
INSTALL = "/zid/install"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits that are reached soon; each still its own."""
    few = {name: replace(it, a_minute=3 + at) for at, (name, it) in enumerate(doors.DOORS.items())}
    monkeypatch.setattr(doors, "DOORS", few)


def visitor(address: str = "203.0.113.9", **more: Any) -> Client:
    return Client(REMOTE_ADDR=address, **PAGE, **more)


def through_proxies(*seen: str) -> Client:
    """Whoever comes by the proxies, of which each has added whom it saw."""
    return visitor("10.0.0.7", HTTP_X_FORWARDED_FOR=", ".join(seen))


def knock_until_closed(client: Client, path: str = INSTALL) -> int:
    """How often it opened."""
    for times in range(1000):
        if client.get(path).status_code == 429:
            return times
    raise AssertionError("it never closed")


def ways_in(patterns: Sequence[Any], spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every view by its name, with the spaces that it stands in."""
    for it in patterns:
        if isinstance(it, URLPattern):
            yield ":".join([*spaces, it.name or ""]), it.callback
        else:
            inner = (*spaces, it.namespace) if it.namespace else spaces
            yield from ways_in(it.url_patterns, inner)


def test_every_view_that_asks_for_no_session_has_a_limit() -> None:
    names = dict(ways_in(get_resolver("loyaltyadmin.urls").url_patterns))

    open_to_strangers = {
        name for name, view in names.items() if not getattr(view, "is_for_stores", False)
    }

    assert {it for it in open_to_strangers - HARMLESS if doors.door_of(it) is None} == set()


def test_every_limit_is_of_a_way_in() -> None:
    names = {name for name, _ in ways_in(get_resolver("loyaltyadmin.urls").url_patterns)}

    answered_by_middleware = {"/healthz", "/readyz", "/metrics"}
    assert set(doors.DOORS) - names - answered_by_middleware == {"support:login"}


def test_it_closes_and_says_when_it_opens_again_in_both_languages() -> None:
    client = visitor()

    opened = knock_until_closed(client)

    answer = client.get(INSTALL)
    page = Page(answer)
    assert opened == doors.DOORS["zid_login"].a_minute
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert "Too many requests at once" in page.one("div", lang="en").text
    assert page.one("div", lang="ar").text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.embedded  # Redis goes by its own clock
def test_it_opens_again_after_a_minute() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = visitor()
        knock_until_closed(client)

        clock.shift(dt.timedelta(seconds=61))

        assert client.get(INSTALL).status_code == 302


def test_a_program_is_answered_as_one() -> None:
    client = Client(REMOTE_ADDR="203.0.113.9", HTTP_ACCEPT="application/json")
    for _ in range(doors.DOORS["zid_login"].a_minute):
        client.get(INSTALL)

    answer = client.get(INSTALL)

    assert answer.status_code == 429
    assert answer.json()["error"] == "too_many_requests"
    assert answer.json()["retry_after"] == int(answer.headers["Retry-After"])


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_have_their_limit_before_anything_else(path: str, settings: Any) -> None:
    settings.METRICS_TOKEN = "x" * 20
    client = visitor()
    for _ in range(doors.DOORS[path].a_minute):
        assert client.get(path).status_code in {200, 401}

    answer = client.get(path)

    assert answer.status_code == 429
    assert answer.headers["Retry-After"]


def test_one_visitor_closes_nothing_to_another() -> None:
    knock_until_closed(visitor("203.0.113.9"))

    assert visitor("203.0.113.10").get(INSTALL).status_code == 302


def test_one_way_in_closes_no_other() -> None:
    client = visitor()
    knock_until_closed(client)

    assert client.get("/embedded?token=none").status_code == 403


def test_a_merchant_at_work_is_not_counted(store: Store) -> None:
    merchant = client_of(store, REMOTE_ADDR="203.0.113.9", **PAGE)

    for _ in range(30):
        assert merchant.get("/quick-choices/").status_code == 200


def test_whom_a_visitor_claims_to_be_counts_for_nothing(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1

    for number in range(doors.DOORS["zid_login"].a_minute):
        through_proxies(f"198.51.100.{number}", "203.0.113.9").get(INSTALL)

    assert through_proxies("192.0.2.1", "203.0.113.9").get(INSTALL).status_code == 429
    assert through_proxies("203.0.113.9", "192.0.2.1").get(INSTALL).status_code == 302


def test_with_two_proxies_it_is_whom_the_outer_one_saw(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 2

    for number in range(doors.DOORS["zid_login"].a_minute):
        through_proxies("203.0.113.9", f"10.1.0.{number}").get(INSTALL)

    assert through_proxies("203.0.113.9", "10.1.0.200").get(INSTALL).status_code == 429
    assert through_proxies("203.0.113.10", "10.1.0.200").get(INSTALL).status_code == 302


def test_without_a_proxy_nothing_that_is_forwarded_is_believed(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 0

    for number in range(doors.DOORS["zid_login"].a_minute):
        through_proxies(f"198.51.100.{number}").get(INSTALL)

    assert through_proxies("192.0.2.1").get(INSTALL).status_code == 429


def test_a_whole_network_of_ipv6_is_one_visitor() -> None:
    for number in range(doors.DOORS["zid_login"].a_minute):
        visitor(f"2001:db8:1:2::{number:x}").get(INSTALL)

    assert visitor("2001:db8:1:2:ffff::1").get(INSTALL).status_code == 429
    assert visitor("2001:db8:1:3::1").get(INSTALL).status_code == 302


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", ""])
def test_who_is_on_this_machine_is_not_counted(address: str) -> None:
    client = visitor(address)

    for _ in range(doors.DOORS["zid_login"].a_minute + 1):
        assert client.get(INSTALL).status_code == 302


def test_what_is_no_address_is_counted_as_it_stands() -> None:
    assert knock_until_closed(visitor("unknown")) == doors.DOORS["zid_login"].a_minute


def test_no_address_stands_in_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[object] = []
    hit = doors.limiter().hit
    monkeypatch.setattr(doors.limiter(), "hit", lambda *it: keys.extend(it) or hit(*it))

    visitor().get(INSTALL)

    assert keys
    assert "203.0.113.9" not in str(keys)


@pytest.fixture
def _nobody_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis is down."""

    def hit(*it: object) -> bool:
        raise redis.ConnectionError

    monkeypatch.setattr(doors, "_blind_until", 0.0)
    monkeypatch.setattr(doors.limiter(), "hit", hit)


@pytest.mark.usefixtures("_nobody_counts")
def test_while_nothing_can_be_counted_people_are_let_in() -> None:
    client = visitor()

    for _ in range(doors.DOORS["zid_login"].a_minute + 1):
        assert client.get(INSTALL).status_code == 302


@pytest.mark.usefixtures("_nobody_counts")
def test_but_nobody_guesses_passwords_meanwhile(rf: Any) -> None:
    request = rf.post("/support/login/")

    with pytest.raises(doors.Closed):
        doors.knock(request, name="support:login")


def test_passwords_are_guessed_slowly_by_whoever_is_near_too(rf: Any) -> None:
    request = rf.post("/support/login/")  # from this very machine
    for _ in range(doors.DOORS["support:login"].a_minute):
        doors.knock(request, name="support:login")

    with pytest.raises(doors.Closed):
        doors.knock(request, name="support:login")
