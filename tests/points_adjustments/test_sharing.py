from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest
import time_machine
from django.utils import timezone

from loyaltyadmin.points_adjustments import holding
from loyaltyadmin.points_adjustments.sharing import Shared
from tests.conftest import make_store
from tests.points_adjustments.conftest import make_job

THREADS = 8


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def test_many_threads_that_want_to_know_at_once_ask_once() -> None:
    numbers = count()
    shared = Shared(lambda: next(numbers), seconds=60)
    together = Barrier(THREADS)

    def ask(_: int) -> int:
        together.wait()
        return shared.get()

    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(ask, range(THREADS))) == {0}


def test_an_answer_that_is_too_old_is_asked_for_again() -> None:
    numbers = count()
    fresh = Shared(lambda: next(numbers), seconds=0)

    assert [fresh.get(), fresh.get()] == [0, 1]


@pytest.mark.django_db
def test_as_many_turns_make_room_as_stores_wait(clock: time_machine.Traveller) -> None:
    for store_id in (90001, 90002):
        make_job(make_store(store_id))
        holding.expect(store_id=store_id)
    clock.shift(holding.COMES_WITHIN_SECONDS)

    answers = [holding.makes_room() for _ in range(4)]

    assert answers == [True, True, False, False]
