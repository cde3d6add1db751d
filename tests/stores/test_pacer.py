from __future__ import annotations

import datetime as dt
import functools
import threading

import pytest
import redis
import time_machine
from django.db import connection
from django.utils import timezone

from loyaltyadmin.stores import operations, pacer
from loyaltyadmin.stores.models import RateBucket, Store
from loyaltyadmin.zid import errors

SECOND = pacer.MICROSECONDS
START = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def clock():
    """A clock that stands still until somebody sleeps."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


class Sleeper:
    """Passes the time of the test's clock."""

    def __init__(self, clock):
        self._clock = clock
        self.slept = []

    def __call__(self, seconds):
        self.slept.append(seconds)
        # Rounded up: what the clock keeps is whole microseconds.
        self._clock.shift(dt.timedelta(seconds=seconds, microseconds=1))

    @property
    def seconds(self):
        return round(sum(self.slept), 3)


@pytest.fixture
def sleep(clock):
    return Sleeper(clock)


@pytest.fixture
def make(store, sleep):
    def make(asks=pacer.For.JOB, *, patience=1000.0, bucket=None):
        return pacer.Pacer(
            store_id=store.id,
            bucket=bucket or pacer.DatabaseBucket(),
            asks=asks,
            patience=patience,
            sleep=sleep,
        )

    return make


@pytest.fixture(autouse=True)
def _limit(settings):
    settings.ZID_RATE_LIMIT_PER_MINUTE = 60
    settings.ZID_RATE_LIMIT_BURST = 20


def take(this, times):
    for _ in range(times):
        this.wait()


def test_a_burst_goes_out_at_once_and_then_one_call_a_second(make, sleep):
    person = make(pacer.For.PERSON)

    take(person, 20)
    assert sleep.slept == []

    take(person, 30)
    assert sleep.seconds == 30


def test_many_callers_together_obey_the_rate_of_one(make, sleep):
    callers = [make(pacer.For.PERSON) for _ in range(8)]

    for caller in callers * 10:
        caller.wait()

    # 80 calls, of which the burst of 20 costs nothing.
    assert sleep.seconds == 60


def test_an_idle_store_has_its_whole_burst_again(make, sleep, clock):
    person = make(pacer.For.PERSON)
    take(person, 20)
    clock.shift(3600)

    take(person, 20)

    assert sleep.slept == []


def test_a_clock_that_is_put_back_silences_no_store(make, sleep, clock):
    person = make(pacer.For.PERSON, patience=0)
    take(person, 20)
    clock.shift(-3600)

    take(person, 20)

    assert sleep.slept == []


def test_a_click_finds_a_place_while_a_job_sends_all_it_can(make, sleep):
    job, person = make(pacer.For.JOB), make(pacer.For.PERSON, patience=0)
    take(job, 40)
    before = sleep.seconds

    take(person, pacer.KEPT_FOR_PEOPLE)

    assert sleep.seconds == before


def test_an_idle_dashboard_costs_a_job_nothing_of_its_rate(make, sleep):
    job = make(pacer.For.JOB)
    take(job, 15)

    take(job, 60)

    assert sleep.seconds == 60


def test_a_small_burst_keeps_fewer_places_and_a_job_still_moves(make, sleep, settings):
    settings.ZID_RATE_LIMIT_BURST = 1
    job = make(pacer.For.JOB)

    take(job, 4)

    assert sleep.seconds == 3


def test_stores_do_not_wait_for_each_other(make, sleep, other_store):
    take(make(pacer.For.PERSON), 20)
    other = pacer.Pacer(
        store_id=other_store.id,
        bucket=pacer.DatabaseBucket(),
        asks=pacer.For.PERSON,
        patience=0,
        sleep=sleep,
    )

    take(other, 20)

    assert sleep.slept == []


def test_who_would_wait_too_long_is_told_before_anything_is_sent(make, sleep):
    take(make(pacer.For.PERSON), 20)
    person = make(pacer.For.PERSON, patience=0.5)

    with pytest.raises(errors.RateLimited) as caught:
        person.wait()

    assert sleep.slept == []
    assert caught.value.retry_after == pytest.approx(1)


def test_a_person_is_given_less_patience_than_a_job(store):
    person = operations.pacer_for(store=store, asks=pacer.For.PERSON)
    job = operations.pacer_for(store=store, asks=pacer.For.JOB)

    assert person._patience < job._patience


def test_a_place_waited_for_ahead_is_paid_once(make, sleep):
    job = make(pacer.For.JOB)
    take(job, 15)

    job.wait_ahead()
    job.wait_ahead()
    waited = sleep.seconds
    job.wait()

    assert sleep.seconds == waited == 1
    job.wait()
    assert sleep.seconds == 2


def test_two_places_can_be_waited_for_at_once(make, sleep):
    job = make(pacer.For.JOB)
    take(job, 15)

    job.wait_ahead(calls=2)
    waited = sleep.seconds
    job.wait()
    job.wait()

    assert sleep.seconds == waited == 2
    job.wait()
    assert sleep.seconds == 3


def test_two_places_in_a_bucket_of_one_are_had_one_after_the_other(make, sleep, settings):
    settings.ZID_RATE_LIMIT_BURST = 1
    job = make(pacer.For.JOB)

    job.wait_ahead(calls=2)

    assert sleep.seconds == 1


def test_nothing_is_sent_after_the_moment_that_was_set(make, clock):
    job = make(pacer.For.JOB)

    with job.only_until(timezone.now() + dt.timedelta(seconds=30)):
        job.wait()
        clock.shift(31)
        with pytest.raises(errors.NotSent):
            job.wait()

    job.wait()


def test_the_moment_counts_after_the_waiting_and_not_before(make):
    job = make(pacer.For.JOB)
    take(job, 15)

    with (
        job.only_until(timezone.now() + dt.timedelta(seconds=0.5)),
        pytest.raises(errors.NotSent),
    ):
        job.wait()


def test_after_a_refusal_the_bucket_is_as_full_as_zids(make, sleep):
    person = make(pacer.For.PERSON)
    person.wait()

    person.refused(retry_after=None)
    person.wait()

    assert sleep.seconds == 1


def test_it_waits_as_long_as_zid_wants(make, sleep):
    person = make(pacer.For.PERSON)
    person.wait()

    person.refused(retry_after=30)
    person.wait()

    assert sleep.seconds == 31


def test_a_slip_in_zids_header_does_not_silence_the_store_for_days(make, sleep):
    person = make(pacer.For.PERSON)
    person.wait()

    person.refused(retry_after=999_999)
    person.wait()

    assert sleep.seconds == pacer.LONGEST_RETRY_AFTER_SECONDS + 1


def test_a_refusal_never_empties_the_bucket(make, sleep):
    person = make(pacer.For.PERSON)
    person.wait()
    person.refused(retry_after=100)

    person.refused(retry_after=None)
    person.wait()

    assert sleep.seconds == 101


def test_it_starts_again_when_another_process_takes_the_place_first(store, clock, monkeypatch):
    bucket = pacer.DatabaseBucket()
    bucket.take(store_id=store.id, interval=SECOND, room=20 * SECOND)
    read_row = RateBucket.objects.filter
    others = iter([SECOND])

    def read_and_be_overtaken(**fields):
        rows = read_row(**fields)
        if "empty_at" in fields and (step := next(others, 0)):
            row = RateBucket.objects.get()
            read_row(store_id=store.id).update(empty_at=row.empty_at + step)
        return rows

    monkeypatch.setattr(RateBucket.objects, "filter", read_and_be_overtaken)
    assert bucket.take(store_id=store.id, interval=SECOND, room=20 * SECOND) == 0

    filled = RateBucket.objects.get().empty_at - int(START.timestamp()) * SECOND
    assert filled == 3 * SECOND


def test_without_redis_the_bucket_is_in_the_database(settings):
    settings.REDIS_URL = ""

    assert isinstance(pacer.bucket(), pacer.DatabaseBucket)


def test_with_redis_the_bucket_is_there(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert isinstance(pacer.bucket(), pacer.RedisBucket)


def test_nothing_is_sent_while_redis_does_not_answer(make, monkeypatch):
    def is_down(*args, **kwargs):
        raise redis.ConnectionError("redis://:password@host refused")

    bucket = pacer.RedisBucket(url="redis://127.0.0.1:1/0")
    monkeypatch.setattr(bucket, "_take", is_down)
    monkeypatch.setattr(bucket, "_fill", is_down)
    person = make(pacer.For.PERSON, bucket=bucket)

    with pytest.raises(errors.NotSent):
        person.wait()

    person.refused(retry_after=None)


@pytest.mark.services
class TestRedisBucket:
    """On Redis' own clock, so in sizes that its passing cannot change."""

    INTERVAL = 60 * SECOND

    @pytest.fixture
    def bucket(self, settings):
        redis.Redis.from_url(settings.REDIS_URL).delete("loyaltyadmin:bucket:90001")
        return pacer.RedisBucket(url=settings.REDIS_URL)

    def take(self, bucket, *, room=20):
        return bucket.take(store_id=90001, interval=self.INTERVAL, room=room * self.INTERVAL)

    def test_it_has_room_for_the_burst_and_no_more(self, bucket):
        assert [self.take(bucket) for _ in range(20)] == [0] * 20
        pause = self.take(bucket)

        assert 0 < pause <= self.INTERVAL

    def test_a_refused_call_takes_no_place(self, bucket):
        pauses = [self.take(bucket, room=1) for _ in range(5)]

        assert pauses[0] == 0
        assert all(0 < pause <= self.INTERVAL for pause in pauses[1:])

    def test_places_are_kept_for_people(self, bucket):
        while self.take(bucket, room=15) == 0:
            pass

        assert [self.take(bucket, room=20) for _ in range(5)] == [0] * 5

    def test_a_refusal_fills_it(self, bucket):
        bucket.fill(store_id=90001, until=20 * self.INTERVAL)

        assert self.take(bucket) > 0

    def test_filling_never_empties_it(self, bucket):
        bucket.fill(store_id=90001, until=21 * self.INTERVAL)
        bucket.fill(store_id=90001, until=self.INTERVAL)

        assert self.take(bucket) > self.INTERVAL

    def test_what_a_clock_that_was_put_back_left_counts_as_empty(self, bucket):
        bucket.fill(store_id=90001, until=3600 * 24 * pacer.MICROSECONDS)

        assert self.take(bucket) == 0

    def test_it_does_not_outlive_what_it_counts(self, bucket, settings):
        self.take(bucket)

        left = redis.Redis.from_url(settings.REDIS_URL).pttl("loyaltyadmin:bucket:90001")
        assert 0 < left <= self.INTERVAL // 1000 + 1000

    def test_threads_together_get_the_burst_once(self, bucket):
        taken = in_threads(functools.partial(self.take, bucket), threads=8, times=10)

        assert taken.count(0) == 20


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_threads_on_the_database_get_the_burst_once(store):
    bucket = pacer.DatabaseBucket()
    minute = 60 * SECOND
    place = functools.partial(bucket.take, store_id=store.id, interval=minute, room=20 * minute)

    taken = in_threads(place, threads=8, times=10)

    assert taken.count(0) == 20


def in_threads(place, *, threads, times):
    all_are_there = threading.Barrier(threads)
    taken = []

    def work():
        all_are_there.wait()
        taken.extend(place() for _ in range(times))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return taken


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_who_waits_for_zid_holds_no_connection_to_the_database(store):
    person = operations.pacer_for(store=store, asks=pacer.For.PERSON)
    assert connection.connection is not None

    person.wait()

    assert connection.connection is None
    assert Store.objects.count() == 1
