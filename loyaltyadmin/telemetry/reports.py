"""Reports of errors to Sentry, where SENTRY_DSN names one.

What leaves is not what is left after taking secrets out, but what is put together here from parts
that can hold none: types of errors, places in our code, ids of ours. No request, no local variable,
no message but those that `discretion` lets through.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, cast

import sentry_sdk
from django.conf import settings
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.transport import Transport
from sentry_sdk.types import Event, Hint

from loyaltyadmin.telemetry import context, discretion

_OF_EVENT = ("event_id", "timestamp", "level", "platform", "logger", "environment", "sdk")
_OF_ERROR = ("type", "module", "mechanism")
_OF_FRAME = (
    "filename", "abs_path", "module", "function", "lineno", "in_app",
    "pre_context", "context_line", "post_context",
)  # fmt: skip


def start(*, transport: type[Transport] | None = None) -> None:
    """This will report what goes wrong from now on; `transport` stands in for the network."""
    sentry_sdk.init(
        dsn=settings.SENTRY_DSN,
        transport=transport,
        before_send=scrub,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        # The others look into calls to Zid, into Redis, into command lines.
        default_integrations=False,
        auto_enabling_integrations=False,
        # Nothing is told to Zid about our traces, nor to a worker.
        propagate_traces=False,
        trace_propagation_targets=[],
        integrations=[
            AtexitIntegration(callback=lambda pending, timeout: None),
            CeleryIntegration(propagate_traces=False),
            DedupeIntegration(),
            DjangoIntegration(middleware_spans=False, signals_spans=False),
            ExcepthookIntegration(),
            LoggingIntegration(level=None, event_level=logging.ERROR),
        ],
    )


def scrub(event: Event, hint: Hint) -> Event:
    """This will give the event that is sent in the place of `event`."""
    told = _only(event, _OF_EVENT)
    told["tags"] = dict(context.current())
    if record := hint.get("log_record"):
        # As it stands in the code; the values are left out.
        told["logentry"] = {"message": str(record.msg)}
    values = (event.get("exception") or {}).get("values") or []
    if values:
        words = _words(hint)
        told["exception"] = {"values": [_error(value, words=words) for value in values]}
    return cast("Event", told)


def _error(value: Mapping[str, Any], *, words: Mapping[str, str]) -> dict[str, Any]:
    frames = (value.get("stacktrace") or {}).get("frames") or []
    told = _only(value, _OF_ERROR)
    if "mechanism" in told:
        told["mechanism"] = _only(told["mechanism"], ("type", "handled"))
    told["value"] = words.get(str(value.get("type")), "")
    told["stacktrace"] = {"frames": [_only(frame, _OF_FRAME) for frame in frames]}
    return told


def _words(hint: Hint) -> dict[str, str]:
    """What may be told of the errors behind an event, by the names of their types."""
    error = (hint.get("exc_info") or (None, None, None))[1]
    chain = discretion.chain_of(error) if error is not None else ()
    return {type(one).__name__: discretion.words_of(one) for one in chain}


def _only(whole: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: whole[name] for name in names if name in whole}
