from __future__ import annotations

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    name = "loyaltyadmin.segments"
    default_auto_field = "django.db.models.BigAutoField"
