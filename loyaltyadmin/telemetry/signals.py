"""A task is known by the request that asked for it, and is counted."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import Any

from celery import signals
from django.conf import settings

from loyaltyadmin.telemetry import context, exposition, metrics

HEADER = "request_id"


@signals.before_task_publish.connect
def name_the_request(headers: dict[str, Any], **kwargs: Any) -> None:
    """A task that a task asks for is of the same request."""
    if request := context.current().get("request"):
        headers[HEADER] = request


@signals.task_prerun.connect
def begin(task: Any, task_id: str, **kwargs: Any) -> None:
    headers = task.request.headers or {}
    block = ExitStack()
    block.enter_context(context.about(task=task_id, request=headers.get(HEADER)))
    task.request.seen = block, time.monotonic()


@signals.task_postrun.connect
def end(task: Any, state: str | None = None, **kwargs: Any) -> None:
    block, began = task.request.seen
    block.close()
    # Celery ends a task that asks to be left alone without a state.
    metrics.TASKS.labels(task=task.name, outcome=(state or "ignored").lower()).inc()
    metrics.TASK_SECONDS.labels(task=task.name).observe(time.monotonic() - began)


@signals.worker_init.connect
def serve_metrics(**kwargs: Any) -> None:
    if settings.WORKER_METRICS_BIND:
        host, _, port = settings.WORKER_METRICS_BIND.rpartition(":")
        exposition.serve(host=host, port=int(port))
