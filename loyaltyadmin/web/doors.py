"""How often a stranger may knock: every way in that asks for no session has its limit.

Counted for a minute, by the address that our outermost proxy saw: in Redis for all processes
together, or without one in each process for itself. Who is on this machine is not counted, and
while nothing can be counted people are let in: a limit protects from floods and guessing, and is
not worth a merchant's work. Where guessing is all that a stranger can do, nobody is let in then.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import logging
import math
import time
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import redis
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

REDIS_SECONDS = 0.5
# Redis is not asked again for so long when it did not answer, or each knock would wait for it.
BLIND_SECONDS = 5.0
WAIT_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    a_minute: int
    is_for_guessing: bool = False  # counts everybody, and is closed while nothing can be counted


# By the names of views. Offices and mail programs share an address, and Zid's events all come from
# a few.
DOORS = {
    "open-embedded-app": Door(a_minute=120),
    "keep-session": Door(a_minute=300),
    "set-language": Door(a_minute=120),
    "set-shortcuts": Door(a_minute=120),
    "styleguide": Door(a_minute=120),
    "zid_login": Door(a_minute=60),
    "zid_callback": Door(a_minute=60),
    "receive-app-event": Door(a_minute=1_200),
    "receive-store-event": Door(a_minute=6_000),
    "opt-out": Door(a_minute=60),
    "read-canvas": Door(a_minute=300),
    "support:login": Door(a_minute=20, is_for_guessing=True),
    # Those that no view answers, but middleware before everything else.
    "/healthz": Door(a_minute=600),
    "/readyz": Door(a_minute=120),
    "/metrics": Door(a_minute=60),
}
_CONSOLE = Door(a_minute=300)
_blind_until = 0.0


class Closed(Exception):
    """Somebody knocked too often, or cannot be counted where that is needed."""

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after  # seconds


def door_of(name: str) -> Door | None:
    """This will give the limit of a view by its name, or of a path that middleware answers."""
    return DOORS.get(name) or (_CONSOLE if name.startswith("support:") else None)


def knock(request: HttpRequest, *, name: str) -> None:
    """This will count one who comes to a door, if there is one of this name.

    Raises: Closed.
    """
    door, client = door_of(name), client_of(request)
    if door is None or (_is_here(client) and not door.is_for_guessing):
        return
    retry_after = _seconds_to_wait(door, name=name, client=client)
    if retry_after:
        raise Closed(retry_after=retry_after)


def client_of(request: HttpRequest) -> str:
    """This will give whom our outermost proxy saw.

    Each of the TRUSTED_PROXIES adds at the end of X-Forwarded-For whom it saw, so what a visitor
    wrote there stands further to the front, and is not looked at. Whoever came through fewer, such
    as a probe, is who the web server sees.
    """
    seen = [it.strip() for it in request.headers.get("X-Forwarded-For", "").split(",")]
    proxies: int = settings.TRUSTED_PROXIES
    if 0 < proxies <= len(seen) and seen[-proxies]:
        return seen[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


@functools.cache
def limiter() -> FixedWindowRateLimiter:
    """The counter that all processes share, or of this one."""
    if not settings.REDIS_URL:
        return FixedWindowRateLimiter(MemoryStorage())
    pool = redis.ConnectionPool.from_url(
        settings.REDIS_URL,
        socket_timeout=REDIS_SECONDS,
        socket_connect_timeout=REDIS_SECONDS,
        retry=Retry(NoBackoff(), retries=0),
    )
    return FixedWindowRateLimiter(
        RedisStorage(settings.REDIS_URL, connection_pool=pool, key_prefix="loyaltyadmin:doors")
    )


def _seconds_to_wait(door: Door, *, name: str, client: str) -> int:
    """0 for who may come in."""
    global _blind_until
    item, who = RateLimitItemPerMinute(door.a_minute), _hash(client)
    try:
        if time.monotonic() < _blind_until:
            raise redis.ConnectionError
        if limiter().hit(item, name, who):
            return 0
        reset_at = limiter().get_window_stats(item, name, who).reset_time
    except redis.RedisError as error:
        if time.monotonic() >= _blind_until:
            logger.warning("nobody counts who knocks: %s", type(error).__name__)
            _blind_until = time.monotonic() + BLIND_SECONDS
        return WAIT_SECONDS if door.is_for_guessing else 0
    return max(1, math.ceil(reset_at - time.time()))


def _hash(client: str) -> str:
    """Nobody's address stands in a key. All of a household's IPv6 addresses are one."""
    address = _address(client)
    if isinstance(address, IPv6Address):
        client = str(IPv6Network((address, 64), strict=False))
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, client.encode(), hashlib.sha256).hexdigest()[:32]


def _is_here(client: str) -> bool:
    address = _address(client)
    return not client or (address is not None and address.is_loopback)


def _address(client: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(client)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
