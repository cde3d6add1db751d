"""How a line of the log looks: as JSON for machines, as a line for people (docs/adr/0025).

Both name what is being worked on (`context`) and tell of errors and addresses only what
`discretion` lets through, whoever logs: we, Django or Celery.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import logging
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from loyaltyadmin.telemetry import context, discretion


class JsonFormatter(logging.Formatter):
    """One object a line: at, level, logger, message, the ids; of an error also error and trace."""

    def format(self, record: logging.LogRecord) -> str:
        told = _discreet(record)
        line: dict[str, object] = {
            "at": dt.datetime.fromtimestamp(record.created, tz=dt.UTC).isoformat(),
            "level": told.levelname,
            "logger": told.name,
            "message": told.getMessage(),
            **context.current(),
        }
        if error := _error_of(record):
            line["error"] = discretion.words_of(error)
            line["trace"] = told.exc_text
        return json.dumps(line, ensure_ascii=False)


class LineFormatter(logging.Formatter):
    """Time, level, logger, message, the ids. `is_discreet` is off while developing alone."""

    def __init__(self, *, is_discreet: bool = True) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s%(ids)s")
        self._is_discreet = is_discreet

    def format(self, record: logging.LogRecord) -> str:
        told = _discreet(record) if self._is_discreet else copy.copy(record)
        ids = " ".join(f"{name}={value}" for name, value in context.current().items())
        told.ids = f" [{ids}]" if ids else ""
        return super().format(told)


def _discreet(record: logging.LogRecord) -> logging.LogRecord:
    """A copy of the record that can be told; other handlers have the record itself."""
    told = copy.copy(record)
    told.args = _args_of(record)
    error = _error_of(record)
    told.exc_info = None
    told.exc_text = discretion.trace_of(error) if error else None
    return told


def _args_of(record: logging.LogRecord) -> Any:
    if isinstance(record.args, Mapping):
        # Celery's, about a task that failed: the error comes as text.
        error = _error_of(record)
        said = discretion.words_of(error) if error else "an error"
        return {**record.args, "exc": said} if "exc" in record.args else record.args
    request = getattr(record, "request", None)  # Django's: its lines name the path
    if not isinstance(request, HttpRequest):
        request = None

    def told(value: object) -> object:
        if isinstance(value, BaseException):
            return discretion.words_of(value)
        if request is not None and value == request.path:
            return discretion.address_of(request)
        return value

    return tuple(map(told, record.args or ()))


def _error_of(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if isinstance(record.exc_info, tuple) else None
