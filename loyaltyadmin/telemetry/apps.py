from __future__ import annotations

import importlib

from django.apps import AppConfig
from django.conf import settings


class TelemetryConfig(AppConfig):
    name = "loyaltyadmin.telemetry"

    def ready(self) -> None:
        # By their names: Celery's signals find their receivers when these are imported, and what
        # they import reads the settings.
        importlib.import_module("loyaltyadmin.telemetry.signals")
        if settings.SENTRY_DSN:
            importlib.import_module("loyaltyadmin.telemetry.reports").start()
