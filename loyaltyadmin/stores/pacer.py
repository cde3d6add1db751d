"""Keeps every store below Zid's limit, over all processes together.

Zid counts 60 calls a minute for each app and store, in a leaky bucket (tests/zid_sandbox/NOTES.md,
"Calls"). We keep the same bucket: one number per store, the moment at which it will have drained
(the generic cell rate algorithm), in Redis or, without one, in the database.

People go first. The bucket's last few places are kept for them, so a click finds room while a job
sends at the full rate; and as an idle dashboard takes no place, it costs the job nothing. What can
wait for a quiet minute leaves more places free than a job ever does, so a job does not notice it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
import functools
import logging
import time
from collections.abc import Callable, Iterator
from typing import Protocol

import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

from loyaltyadmin.stores.models import RateBucket
from loyaltyadmin.telemetry import metrics
from loyaltyadmin.zid import errors

logger = logging.getLogger(__name__)

MICROSECONDS = 1_000_000
KEPT_FOR_PEOPLE = 5
KEPT_FROM_HOUSEKEEPING = 20
# A bucket of a minute never needs longer: a slip in a header must not silence a store for days.
LONGEST_RETRY_AFTER_SECONDS = 120
OUR_LIMIT = "our own limit for the store"


class For(enum.Enum):
    """Who asks for a call: a merchant who waits at the screen, a job, or what only keeps order."""

    PERSON = "person"
    JOB = "job"
    HOUSEKEEPING = "housekeeping"


def longest(*, interval: int) -> int:
    """How long a bucket can take to drain; one that takes longer is from before a clock was put
    back, and counts as empty.
    """
    full = settings.ZID_RATE_LIMIT_BURST * interval
    return int(full + LONGEST_RETRY_AFTER_SECONDS * MICROSECONDS)


class Bucket(Protocol):
    """Where a store's bucket is kept. Times are microseconds."""

    def take(self, *, store_id: int, interval: int, room: int, calls: int = 1) -> int:
        """Put `calls` in if the bucket then reaches no further than `room`, and return 0.

        Otherwise change nothing and return how long it takes until there may be a place.

        Raises: errors.NotSent when the bucket does not answer; nobody may then send.
        """
        ...

    def fill(self, *, store_id: int, until: int) -> None:
        """Count the bucket as draining for at least `until` from now."""
        ...


class DatabaseBucket:
    def take(self, *, store_id: int, interval: int, room: int, calls: int = 1) -> int:
        while True:
            now = _now()
            row = RateBucket.objects.filter(store_id=store_id).first()
            if row is None:
                RateBucket.objects.get_or_create(store_id=store_id)
                continue
            kept = row.empty_at if row.empty_at <= now + longest(interval=interval) else now
            empty_at = max(kept, now) + calls * interval
            if empty_at - now > room:
                return empty_at - now - room
            changed = RateBucket.objects.filter(store_id=store_id, empty_at=row.empty_at).update(
                empty_at=empty_at
            )
            if changed:
                return 0

    def fill(self, *, store_id: int, until: int) -> None:
        RateBucket.objects.filter(store_id=store_id, empty_at__lt=_now() + until).update(
            empty_at=_now() + until
        )


class RedisBucket:
    """The same arithmetic on Redis' clock, in scripts, so that nothing comes between."""

    TAKE = """
        local t = redis.call('TIME')
        local now = t[1] * 1000000 + t[2]
        local empty_at = tonumber(redis.call('GET', KEYS[1]) or 0)
        if empty_at > now + tonumber(ARGV[3]) then
            empty_at = now
        end
        empty_at = math.max(empty_at, now) + tonumber(ARGV[1])
        if empty_at - now > tonumber(ARGV[2]) then
            return empty_at - now - tonumber(ARGV[2])
        end
        redis.call('SET', KEYS[1], string.format('%.0f', empty_at),
                   'PX', math.ceil((empty_at - now) / 1000) + 1000)
        return 0
    """
    FILL = """
        local t = redis.call('TIME')
        local now = t[1] * 1000000 + t[2]
        local empty_at = math.max(tonumber(redis.call('GET', KEYS[1]) or 0),
                                  now + tonumber(ARGV[1]))
        redis.call('SET', KEYS[1], string.format('%.0f', empty_at),
                   'PX', math.ceil((empty_at - now) / 1000) + 1000)
    """

    def __init__(self, *, url: str) -> None:
        client = redis.Redis.from_url(url, socket_timeout=2)
        self._take = client.register_script(self.TAKE)
        self._fill = client.register_script(self.FILL)

    def take(self, *, store_id: int, interval: int, room: int, calls: int = 1) -> int:
        try:
            args = [calls * interval, room, longest(interval=interval)]
            return int(self._take(keys=[self._key(store_id)], args=args))
        except redis.RedisError as error:
            logger.error("Redis does not answer: %s", type(error).__name__)
            raise errors.NotSent(endpoint=OUR_LIMIT) from None

    def fill(self, *, store_id: int, until: int) -> None:
        # The refusal that this is about must reach the caller all the same.
        with contextlib.suppress(redis.RedisError):
            self._fill(keys=[self._key(store_id)], args=[until])

    @staticmethod
    def _key(store_id: int) -> str:
        return f"loyaltyadmin:bucket:{store_id}"


class Pacer:
    """Makes a store's calls wait for their place; given to `zid.client.Client`.

    `patience` is how many seconds a call may wait; a longer wait raises `RateLimited` before
    anything is sent, so that a person gets an honest page instead of a frozen one.
    """

    def __init__(
        self,
        *,
        store_id: int,
        bucket: Bucket,
        asks: For,
        patience: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store_id = store_id
        self._bucket = bucket
        self._asks = asks
        self._patience = patience
        self._sleep = sleep
        self._paid = 0
        self._expires_at: dt.datetime | None = None
        self._interval = 60 * MICROSECONDS // settings.ZID_RATE_LIMIT_PER_MINUTE
        burst = settings.ZID_RATE_LIMIT_BURST
        kept = {
            For.PERSON: 0,
            For.JOB: min(KEPT_FOR_PEOPLE, burst // 4),
            For.HOUSEKEEPING: min(KEPT_FROM_HOUSEKEEPING, burst // 2),
        }[asks]
        self._room = self._interval * (burst - kept)

    def wait(self) -> None:
        """Return when the next call may be sent; called before every one, repeats included.

        Raises: errors.RateLimited, errors.NotSent inside `only_until` when its time is over.
        """
        self.wait_ahead()
        self._paid -= 1
        let_connection_go()
        if self._expires_at is not None and timezone.now() > self._expires_at:
            raise errors.NotSent(endpoint="a call that came too late")

    def wait_ahead(self, *, calls: int = 1) -> None:
        """Wait now for the places of the next calls, which then go out at once.

        For callers that claim something before they call: a claim must not age in a queue. And
        two places at once cost the bucket one write.
        """
        # A bucket that holds fewer lets one in after the other, or they would wait for ever.
        at_once = max(1, min(calls, self._room // self._interval))
        while self._paid < calls:
            places = min(at_once, calls - self._paid)
            self._take(calls=places)
            self._paid += places

    @contextlib.contextmanager
    def only_until(self, moment: dt.datetime) -> Iterator[None]:
        """Refuse to send anything after `moment`: the claim behind it may not hold by then.

        By the wall clock, which goes on while a machine sleeps.
        """
        self._expires_at = moment
        try:
            yield
        finally:
            self._expires_at = None

    def _take(self, *, calls: int) -> None:
        waited = 0.0
        while pause := self._bucket.take(
            store_id=self._store_id, interval=self._interval, room=self._room, calls=calls
        ):
            seconds = pause / MICROSECONDS
            if waited + seconds > self._patience:
                metrics.PACE_REFUSALS.labels(asks=self._asks.value).inc()
                raise errors.RateLimited(endpoint=OUR_LIMIT, retry_after=seconds)
            let_connection_go()
            self._sleep(seconds)
            waited += seconds
        metrics.PACE_SECONDS.labels(asks=self._asks.value).observe(waited)

    def refused(self, *, retry_after: float | None) -> None:
        """Zid said 429: its bucket is full, whatever ours says."""
        full = settings.ZID_RATE_LIMIT_BURST * self._interval
        more = min(retry_after or 0, LONGEST_RETRY_AFTER_SECONDS)
        self._bucket.fill(store_id=self._store_id, until=full + int(more * MICROSECONDS))


@functools.cache
def bucket() -> Bucket:
    """The bucket that all processes share."""
    return RedisBucket(url=settings.REDIS_URL) if settings.REDIS_URL else DatabaseBucket()


def _now() -> int:
    return time.time_ns() // 1000


def let_connection_go() -> None:
    """Give the thread's database connection back to the pool, if there is one.

    What follows is a wait, for the limit or for Zid, and other threads have better use for it.
    """
    if "pool" in connection.settings_dict["OPTIONS"] and not connection.in_atomic_block:
        connection.close()
