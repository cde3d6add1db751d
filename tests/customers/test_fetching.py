"""The store's copy of its customers is read in the background, and goes on wherever it stopped."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests
import responses
from django.utils import timezone

from loyaltyadmin.customers import directory, fetching
from loyaltyadmin.customers.models import Customer, Directory, Hint
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.customers.conftest import know

pytestmark = pytest.mark.usefixtures("no_waiting")

ONE = re.compile(re.escape(edge.CUSTOMER) + r"/\d+")
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


class Zid:
    """Zid's list of customers, and the page about each."""

    def __init__(self, mock: responses.RequestsMock, *, customers: int) -> None:
        self.customers = {
            number: {"id": number, "name": f"عميل {number}", "points": number % 7}
            for number in range(1, customers + 1)
        }
        self.beside_the_list: dict[int, dict[str, Any]] = {}
        self.pages: list[int] = []
        self.asked: list[int] = []
        self.per_page = 100
        self.tells_total = True
        self.before_page: Any = lambda number: None
        mock.add_callback(responses.GET, edge.CUSTOMER, callback=self._list)
        mock.add_callback(responses.GET, ONE, callback=self._one)
        mock.assert_all_requests_are_fired = False

    def _list(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        number = int(request.params["page"])  # type: ignore[attr-defined]
        if answer := self.before_page(number):
            return answer
        self.pages.append(number)
        first = (number - 1) * self.per_page
        listed = list(self.customers.values())[first : first + self.per_page]
        body: dict[str, Any] = {"customers": listed}
        if self.tells_total:
            body["total_customers_count"] = len(self.customers)
        return 200, {}, json.dumps(body)

    def _one(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        number = int(str(request.url).rpartition("/")[2])
        self.asked.append(number)
        found = self.customers.get(number) or self.beside_the_list.get(number)
        return (200, {}, json.dumps({"customer": found})) if found else (404, {}, "{}")


def run(store: Store) -> None:
    """As often as a worker would."""
    for _ in range(50):
        if not fetching.fetch_some(store_id=store.id, sleep=lambda _: None):
            return
    raise AssertionError("it never ends")


def names(store: Store) -> set[int]:
    return set(Customer.objects.present().filter(store=store).values_list("customer_id", flat=True))


@pytest.fixture(autouse=True)
def _no_limit(settings: Any) -> None:
    settings.ZID_RATE_LIMIT_PER_MINUTE = 60_000
    settings.ZID_RATE_LIMIT_BURST = 1000


def test_it_reads_all_customers_a_hundred_at_a_time(
    store: Store, zid: responses.RequestsMock
) -> None:
    at_zid = Zid(zid, customers=250)

    run(store)

    assert at_zid.pages == [1, 2, 3]
    assert names(store) == set(range(1, 251))
    row = Directory.objects.get(store=store)
    assert row.fetched_at is not None
    assert (row.started_at, row.seen_count, row.total_count) == (None, 250, 250)


@pytest.mark.parametrize("customers", [0, 1, 100, 200])
@pytest.mark.parametrize("tells_total", [True, False])
def test_it_knows_the_last_page(
    store: Store, zid: responses.RequestsMock, customers: int, tells_total: bool
) -> None:
    at_zid = Zid(zid, customers=customers)
    at_zid.tells_total = tells_total

    run(store)

    assert len(names(store)) == customers
    assert Directory.objects.get(store=store).fetched_at is not None


def test_it_goes_on_when_zid_gives_fewer_on_a_page_than_were_asked_for(
    store: Store, zid: responses.RequestsMock
) -> None:
    at_zid = Zid(zid, customers=130)
    at_zid.per_page = 50

    run(store)

    assert at_zid.pages == [1, 2, 3]
    assert len(names(store)) == 130


def test_it_goes_on_with_the_page_at_which_a_worker_was_killed(
    store: Store, zid: responses.RequestsMock
) -> None:
    at_zid = Zid(zid, customers=450)

    def die(number: int) -> None:
        if number == 3:
            at_zid.before_page = lambda _: None
            raise KeyboardInterrupt

    at_zid.before_page = die
    with pytest.raises(KeyboardInterrupt):
        run(store)
    # Killed with -9 it could not even say that it let go.
    later = timezone.now() + dt.timedelta(hours=1)
    Directory.objects.update(holder="00000000-0000-0000-0000-000000000001", held_until=later)
    assert fetching.stores_to_serve() == []
    assert not fetching.fetch_some(store_id=store.id)
    Directory.objects.update(held_until=LONG_AGO)

    assert fetching.stores_to_serve() == [store.id]
    run(store)

    assert at_zid.pages == [1, 2, 3, 4, 5]
    assert len(names(store)) == 450


def test_a_page_and_the_note_of_it_are_written_together(
    store: Store, zid: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_zid = Zid(zid, customers=200)
    change, calls = fetching._Held.change, itertools.count()

    def die(self: Any, **fields: Any) -> bool:
        if next(calls) == 1:  # the first is the begin of the fetch
            raise KeyboardInterrupt
        return change(self, **fields)

    monkeypatch.setattr(fetching._Held, "change", die)
    with pytest.raises(KeyboardInterrupt):
        run(store)

    assert names(store) == set()
    run(store)
    assert at_zid.pages == [1, 1, 2]
    assert len(names(store)) == 200


def test_of_two_workers_one_reads(store: Store, zid: responses.RequestsMock) -> None:
    at_zid = Zid(zid, customers=100)
    answers = []

    def second(_: int) -> None:
        answers.append(fetching.fetch_some(store_id=store.id))

    at_zid.before_page = second
    run(store)

    assert answers == [False]
    assert at_zid.pages == [1]


def test_who_is_on_no_page_is_asked_about_before_being_marked(
    store: Store, zid: responses.RequestsMock
) -> None:
    at_zid = Zid(zid, customers=3)
    know(store, 777, asked_at=LONG_AGO)
    know(store, 778, asked_at=LONG_AGO)
    shifted = {"id": 778, "name": "on a page that shifted"}
    at_zid.beside_the_list[778] = shifted

    run(store)

    assert names(store) == {1, 2, 3, 778}
    assert Customer.objects.get(store=store, customer_id=777).gone_at is not None


def test_only_so_many_are_asked_about_in_one_fetch(
    store: Store, zid: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MOST_CHECKED", 2)
    at_zid = Zid(zid, customers=1)
    for number in range(700, 705):
        know(store, number, asked_at=LONG_AGO)

    run(store)

    assert len(at_zid.asked) == 2
    assert len(names(store)) == 1 + 3


def test_a_hint_has_one_customer_looked_at_again(store: Store, zid: responses.RequestsMock) -> None:
    at_zid = Zid(zid, customers=3)
    run(store)
    at_zid.customers[2] |= {"points": 99}
    at_zid.customers[4] = {"id": 4, "name": "جديد", "points": 1}
    directory.hint(store_id=store.id, customer_ids=[2, 4, 5])
    at_zid.pages.clear()

    assert fetching.stores_to_serve() == [store.id]
    run(store)

    assert (sorted(at_zid.asked), at_zid.pages) == ([2, 4, 5], [])
    assert Customer.objects.get(store=store, customer_id=2).points == 99
    assert names(store) == {1, 2, 3, 4}
    assert not Hint.objects.exists()
    assert fetching.stores_to_serve() == []


def test_many_hints_are_cheaper_to_follow_by_the_page(
    store: Store, zid: responses.RequestsMock
) -> None:
    at_zid = Zid(zid, customers=300)
    run(store)
    Directory.objects.update(fetched_at=timezone.now() - dt.timedelta(hours=2))
    directory.hint(store_id=store.id, customer_ids=range(1, 200))
    at_zid.pages.clear()

    run(store)

    assert (at_zid.pages, at_zid.asked) == ([1, 2, 3], [])
    assert not Hint.objects.exists()


def test_many_hints_again_and_again_wait_an_hour(store: Store, zid: responses.RequestsMock) -> None:
    at_zid = Zid(zid, customers=100)
    run(store)
    directory.hint(store_id=store.id, customer_ids=range(1, 50))
    at_zid.pages.clear()

    run(store)

    assert (at_zid.pages, at_zid.asked) == ([], [])


@pytest.mark.parametrize(
    ("answer", "most"),
    [
        ((500, {}, ""), dt.timedelta(minutes=2)),
        ((403, {}, "{}"), dt.timedelta(hours=1)),
        ((200, {}, "<html>"), dt.timedelta(hours=1)),
        ((200, {}, '{"customers": [{"number": 5}]}'), dt.timedelta(hours=1)),
        ((200, {}, '{"customers": 5}'), dt.timedelta(hours=1)),
    ],
)
def test_trouble_with_zid_puts_it_off(
    store: Store,
    zid: responses.RequestsMock,
    answer: tuple[int, dict[str, str], str],
    most: dt.timedelta,
) -> None:
    at_zid = Zid(zid, customers=150)
    at_zid.before_page = lambda number: answer if number == 2 else None

    run(store)

    row = Directory.objects.get(store=store)
    assert (row.page, row.holder) == (2, None)
    assert row.wait_until is not None
    assert timezone.now() < row.wait_until < timezone.now() + most
    assert fetching.stores_to_serve() == []
    at_zid.before_page = lambda _: None
    run(store)
    assert len(names(store)) == 150


def test_a_store_whose_tokens_are_refused_is_asked_about(
    store: Store, zid: responses.RequestsMock
) -> None:
    at_zid = Zid(zid, customers=5)
    at_zid.before_page = lambda _: (401, {}, "{}")
    zid.post(edge.TOKEN, status=400, json={"error": "invalid_grant"})

    run(store)

    store.refresh_from_db()
    assert store.check_due_at is not None


def test_one_customer_without_a_number_hides_no_other(
    store: Store, zid: responses.RequestsMock
) -> None:
    at_zid = Zid(zid, customers=3)
    at_zid.customers[2] = {"identifier": 2, "name": "renamed"}
    at_zid.customers[3] |= {"points": "many", "tags": "VIP", "city": 7, "birth_date": {}}

    run(store)

    assert names(store) == {1, 3}
    assert Directory.objects.get(store=store).fetched_at is not None


def test_a_field_that_zid_calls_otherwise_tomorrow_is_kept_as_it_was(
    store: Store, zid: responses.RequestsMock
) -> None:
    at_zid = Zid(zid, customers=2)
    run(store)
    at_zid.customers = {
        number: {"id": number, "full_name": "x", "points": "?"} for number in (1, 2)
    }
    fetching.ask_to_fetch(store=store)

    run(store)

    row = Customer.objects.get(store=store, customer_id=2)
    assert (row.name, row.points) == ("عميل 2", 2)


def test_it_leaves_places_to_people_and_jobs(
    store: Store, zid: responses.RequestsMock, settings: Any
) -> None:
    settings.ZID_RATE_LIMIT_PER_MINUTE = 1
    settings.ZID_RATE_LIMIT_BURST = 25
    at_zid = Zid(zid, customers=900)
    at_zid.per_page = 10

    run(store)

    assert len(at_zid.pages) == 25 - 12
    assert Directory.objects.get(store=store).wait_until is not None


def test_it_comes_back_when_zid_has_had_enough(store: Store, zid: responses.RequestsMock) -> None:
    at_zid = Zid(zid, customers=150)
    at_zid.before_page = lambda _: (429, {"Retry-After": "60"}, "")

    run(store)

    wait_until = Directory.objects.get(store=store).wait_until
    assert wait_until is not None
    assert timezone.now() < wait_until < timezone.now() + dt.timedelta(minutes=2)


def test_it_is_due_again_in_the_stores_own_night(store: Store) -> None:
    evening = dt.datetime(2026, 11, 27, 20, 0, tzinfo=dt.UTC)  # 23:00 in Riyadh

    due = fetching.next_quiet_hour(store=store, after=evening).astimezone(ZoneInfo("Asia/Riyadh"))

    assert due.date() == dt.date(2026, 11, 28)
    assert 2 <= due.hour < 5


def test_stores_that_left_are_left_alone(
    disconnected_store: Store, zid: responses.RequestsMock
) -> None:
    Directory.objects.create(store=disconnected_store, due_at=LONG_AGO)

    assert fetching.stores_to_serve() == []
    assert not fetching.fetch_some(store_id=disconnected_store.id)


def test_it_asks_for_a_few_stores_at_a_time(
    store: Store, other_store: Store, settings: Any
) -> None:
    settings.CELERY_WORKER_CONCURRENCY = 8

    assert len(fetching.stores_to_serve()) == 1
    later = timezone.now() + dt.timedelta(minutes=1)
    Directory.objects.filter(store=store).update(held_until=later)
    Directory.objects.filter(store=other_store).update(held_until=None)
    assert fetching.stores_to_serve() == []


def test_nothing_of_a_customer_is_logged(
    store: Store, zid: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    at_zid = Zid(zid, customers=3)
    at_zid.customers[2] |= {"name": {"first": "Secretname"}, "email": ["secret@example.com"]}
    directory.hint(store_id=store.id, customer_ids=[1])

    run(store)

    assert "Secret" not in caplog.text
    assert "secret@" not in caplog.text
