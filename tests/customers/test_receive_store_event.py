"""Zid's events of customers: they must bring the credentials, and may come late or twice."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from loyaltyadmin.customers import directory
from loyaltyadmin.customers.models import Customer, Hint
from loyaltyadmin.stores.models import Store
from tests.customers.conftest import know

ADDRESS = "/zid/webhooks/store?store_id=90001"
NOW = timezone.now()
EARLIER, LATER = NOW - dt.timedelta(minutes=1), NOW + dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _credentials(settings: Any) -> None:
    settings.ZID_WEBHOOK_USERNAME = "zid"
    settings.ZID_WEBHOOK_PASSWORD = "a secret: with a colon"


def basic(pair: str = "zid:a secret: with a colon") -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


def deliver(
    body: Any = None, *, address: str = ADDRESS, authorization: str | None = None, **changes: Any
) -> int:
    event = {"id": 1001, "name": "نورة", "points": 5, **changes} if body is None else body
    content = event if isinstance(event, bytes) else json.dumps(event, default=str)
    answer = Client().post(
        address,
        content,
        content_type="application/json",
        headers={"Authorization": basic() if authorization is None else authorization},
    )
    assert answer.content == b""
    return answer.status_code


def customer(store: Store) -> Customer:
    return Customer.objects.get(store=store, customer_id=1001)


def hints() -> list[int]:
    return list(Hint.objects.values_list("customer_id", flat=True))


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Basic",
        basic("zid:"),
        basic("zid:a secret"),
        basic("Zid:a secret: with a colon"),
        basic(":"),
        basic().replace("Basic", "Bearer"),
        "Basic ٠",
    ],
)
def test_who_brings_other_credentials_says_nothing(store: Store, authorization: str) -> None:
    assert deliver(authorization=authorization) == 401
    assert not Customer.objects.exists()
    assert hints() == []


def test_without_credentials_of_ours_nobody_has_them(store: Store, settings: Any) -> None:
    settings.ZID_WEBHOOK_USERNAME = settings.ZID_WEBHOOK_PASSWORD = ""

    assert deliver(authorization=basic(":")) == 401


def test_a_new_customer_can_be_found_and_is_looked_at_again(store: Store) -> None:
    assert deliver(email="n@example.com", mobile="966501234567") == 202

    row = customer(store)
    assert (row.name, row.email, row.mobile) == ("نورة", "n@example.com", "966501234567")
    assert row.words.filter(word="501234567").exists()
    assert hints() == [1001]


def test_what_was_known_earlier_is_brought_up_to_date(store: Store) -> None:
    know(store, name="نورا", points=5, updated_at=EARLIER, asked_at=EARLIER)

    assert deliver(updated_at=NOW, mobile="966501234567") == 202

    assert (customer(store).name, customer(store).mobile) == ("نورة", "966501234567")
    assert hints() == []  # the points agree


@pytest.mark.parametrize("at", [EARLIER, NOW, None])
def test_one_that_comes_late_overwrites_nothing(store: Store, at: dt.datetime | None) -> None:
    know(store, name="نورا", points=5, email="new@example.com", updated_at=NOW)
    dated = {} if at is None else {"updated_at": at}

    assert deliver(name="old", email="old@example.com", **dated) == 202

    assert (customer(store).name, customer(store).email) == ("نورا", "new@example.com")


def test_its_points_are_never_believed_but_looked_at(store: Store) -> None:
    know(store, points=70, updated_at=EARLIER)

    assert deliver(points=9999, updated_at=LATER) == 202

    assert customer(store).points == 70
    assert hints() == [1001]


def test_who_was_gone_is_looked_at_again(store: Store) -> None:
    know(store, points=5, asked_at=EARLIER)
    directory.mark_gone(store=store, customer_id=1001, asked_at=NOW)

    assert deliver() == 202

    assert customer(store).gone_at is not None
    assert hints() == [1001]


def test_repeated_ones_are_one(store: Store) -> None:
    assert [deliver() for _ in range(3)] == [202, 202, 202]
    assert Customer.objects.count() == 1
    assert hints() == [1001]


@pytest.mark.parametrize("address", ["/zid/webhooks/store?store_id=90003", ADDRESS[:-1] + "9"])
def test_a_store_that_does_not_have_the_app_is_left_alone(
    disconnected_store: Store, address: str
) -> None:
    assert deliver(address=address) == 202
    assert not Customer.objects.exists()
    assert hints() == []


@pytest.mark.parametrize("store_id", ["", "x", "0", "-1", "9" * 30, "1.5", "90001 "])
def test_without_a_store_it_is_nonsense(store: Store, store_id: str) -> None:
    assert deliver(address=f"/zid/webhooks/store?store_id={store_id}") == 400


def test_the_store_may_stand_in_the_event(store: Store) -> None:
    assert deliver(address="/zid/webhooks/store", store_id=90001) == 202
    assert hints() == [1001]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"5",
        b"null",
        b"[" * 50_000,
        b"\xff\xfe",
        b'{"id": 0}',
        b'{"id": "x"}',
        b"{}",
    ],
)
def test_nonsense_is_refused(store: Store, body: bytes) -> None:
    assert deliver(body) == 400
    assert hints() == []


def test_a_huge_one_is_not_read(store: Store) -> None:
    assert deliver(name="ن" * 100_000) == 413


def test_odd_fields_do_no_harm(store: Store) -> None:
    odd = {"name": {"a": 1}, "email": 5, "mobile": [], "city": "x", "tags": 7, "birth_date": {}}

    assert deliver(**odd, updated_at="yesterday", order_counts="many") == 202
    assert Customer.objects.count() == 1


def test_it_takes_only_what_is_posted(store: Store) -> None:
    assert Client().get(ADDRESS).status_code == 405


def test_nothing_of_it_is_logged(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")

    deliver(name="Secretname", email={"secret@example.com": 1})
    deliver(b'{"Secretname"')

    assert "ecret" not in caplog.text
