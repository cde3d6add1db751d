from __future__ import annotations

from django.apps import AppConfig


class PointsAdjustmentsConfig(AppConfig):
    name = "loyaltyadmin.points_adjustments"
