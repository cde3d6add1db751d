"""Answers for the operator's probes."""

from __future__ import annotations

import os

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpResponse
from redis.backoff import NoBackoff
from redis.retry import Retry


def readiness() -> HttpResponse:
    """This will answer 200 when database and broker do, and 503 naming the one that does not."""
    missing = [
        name
        for name, is_up in (("database", _is_database_up), ("broker", _is_broker_up))
        if not is_up()
    ]
    if missing:
        return HttpResponse(
            f"no answer from: {', '.join(missing)}", content_type="text/plain", status=503
        )
    return HttpResponse("ready", content_type="text/plain")


def _is_database_up() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _is_broker_up() -> bool:
    if not settings.REDIS_URL:
        return os.access(settings.DATA_DIR, os.W_OK)
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=2, retry=Retry(NoBackoff(), retries=0)
        ) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
