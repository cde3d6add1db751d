from __future__ import annotations

from django.apps import AppConfig


class RecurringAdjustmentsConfig(AppConfig):
    name = "loyaltyadmin.recurring_adjustments"
