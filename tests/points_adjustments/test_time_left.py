from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone

from loyaltyadmin.points_adjustments import turns
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.progress import time_left_of
from loyaltyadmin.points_adjustments.states import Action
from loyaltyadmin.stores.models import Store
from tests.conftest import empty_buckets
from tests.points_adjustments.conftest import Ledger, make_job

# Thousands of steps in one transaction take minutes on PostgreSQL, and the arithmetic is the same.
pytestmark = pytest.mark.embedded
ZID_TAKES_SECONDS = 0.3
SEED = 20261121


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


class Day:
    """Workers and beat from the start of a job to its end, on a clock that waits for nobody.

    Notes what was said about the time left, every ten seconds.
    """

    def __init__(
        self, *, job: BulkAdjustment, ledger: Ledger, clock: time_machine.Traveller
    ) -> None:
        empty_buckets()
        self.job = job
        self.began = timezone.now()
        self.said: dict[dt.datetime, dt.timedelta] = {}
        self._clock = clock
        ledger.before_adjusting = lambda: self.wait(ZID_TAKES_SECONDS)
        ledger.before_looking = lambda: self.wait(ZID_TAKES_SECONDS)

    def run(self) -> None:
        while True:
            for store_id in turns.sweep():
                while turns.take_turn(store_id=store_id, sleep=self.wait):
                    pass  # a slow machine needs more than one
            self.job.refresh_from_db()
            if self.job.is_over:
                return
            self.wait(2)

    def wait(self, seconds: float) -> None:
        self._clock.shift(seconds)
        now = timezone.now()
        if now - max(self.said, default=self.began) >= dt.timedelta(seconds=10):
            job = BulkAdjustment.objects.get(id=self.job.id)
            left = time_left_of(job=job)
            if left is not None:
                self.said[now] = left

    def errors(self) -> dict[int, float]:
        """By second of the job, how far off the end was that it told, out of the whole time."""
        assert self.job.ended_at is not None
        whole = self.job.ended_at - self.began
        return {
            round((now - self.began).total_seconds()): (now + left - self.job.ended_at) / whole
            for now, left in self.said.items()
        }


def lose_answers(ledger: Ledger, *, share: float, lines: int) -> None:
    dice = random.Random(SEED)  # noqa: S311  # bad luck, not secrets
    for _ in range(lines):
        if dice.random() < share:
            ledger.loses_the_answer(applied=dice.random() < 0.7)
        else:
            ledger.answers.append(ledger._applied)


@pytest.mark.parametrize("action", [Action.ADD, Action.SET])
def test_the_end_that_it_tells_from_the_second_minute_on_is_right_within_a_tenth(
    ledger: Ledger, store: Store, clock: time_machine.Traveller, action: Action
) -> None:
    day = Day(job=make_job(store, customers=600, action=action), ledger=ledger, clock=clock)

    day.run()

    errors = [error for second, error in day.errors().items() if second >= 60]
    assert len(errors) > 40
    assert max(abs(error) for error in errors) < 0.05


@pytest.mark.parametrize("action", [Action.ADD, Action.SET])
def test_it_foresees_what_lost_answers_cost_as_far_as_that_can_be_foreseen(
    ledger: Ledger, store: Store, clock: time_machine.Traveller, action: Action
) -> None:
    lose_answers(ledger, share=0.07, lines=1200)
    day = Day(job=make_job(store, customers=1200, action=action), ledger=ledger, clock=clock)

    day.run()

    errors = [error for second, error in day.errors().items() if second >= 60]
    assert len(errors) > 100
    assert sum(abs(error) < 0.1 for error in errors) > len(errors) * 0.95
    assert max(abs(error) for error in errors) < 0.2
