"""Zid's limit: a bucket per store that holds `burst` calls and drains `rate` a minute."""

from __future__ import annotations

import collections
import dataclasses
import math
import threading
import time
from typing import Any

from tests.zid_sandbox.config import Settings

KEPT_TIMESTAMPS = 20_000


@dataclasses.dataclass(slots=True)
class _Bucket:
    level: float = 0
    drained_at: float = dataclasses.field(default_factory=time.monotonic)
    calls: int = 0
    refused: int = 0
    # Wall-clock moments of the calls that were let through, to plot or to count.
    allowed_at: collections.deque[float] = dataclasses.field(
        default_factory=lambda: collections.deque(maxlen=KEPT_TIMESTAMPS)
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Overflow:
    # None every other time: Zid does not always say when to come back.
    retry_after: int | None


class Buckets:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[int, _Bucket] = collections.defaultdict(_Bucket)

    def pour(self, store_id: int, settings: Settings) -> Overflow | None:
        """Count one call of the store; what comes back is why it may not pass."""
        with self._lock:
            bucket = self._buckets[store_id]
            bucket.calls += 1
            if settings.rate > 0:
                now = time.monotonic()
                drained = (now - bucket.drained_at) * settings.rate / 60
                bucket.level, bucket.drained_at = max(0.0, bucket.level - drained), now
                if bucket.level + 1 > settings.burst:
                    bucket.refused += 1
                    seconds = (bucket.level + 1 - settings.burst) * 60 / settings.rate
                    says_when = bucket.refused % 2 == 1
                    return Overflow(max(1, math.ceil(seconds)) if says_when else None)
                bucket.level += 1
            bucket.allowed_at.append(time.time())
            return None

    def stats(self, settings: Settings, *, with_timestamps: bool) -> dict[str, Any]:
        with self._lock:
            return {
                str(store_id): _stats(bucket, settings, with_timestamps=with_timestamps)
                for store_id, bucket in self._buckets.items()
            }

    def clear(self) -> None:
        with self._lock:
            self._buckets.clear()


def _stats(bucket: _Bucket, settings: Settings, *, with_timestamps: bool) -> dict[str, Any]:
    moments = bucket.allowed_at
    lasted = moments[-1] - moments[0] if moments else 0.0
    # What the limit would have let through in the same time, the first burst included.
    possible = settings.burst + lasted * settings.rate / 60 if settings.rate > 0 else None
    stats: dict[str, Any] = {
        "calls": bucket.calls,
        "too_many": bucket.refused,
        "first_call_at": moments[0] if moments else None,
        "last_call_at": moments[-1] if moments else None,
        "seconds": round(lasted, 3),
        "calls_a_minute": round((len(moments) - 1) * 60 / lasted, 2) if lasted else None,
        "share_of_limit": round(len(moments) / possible, 4) if possible else None,
    }
    if with_timestamps:
        stats["timestamps"] = list(moments)
    return stats
