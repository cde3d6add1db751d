from __future__ import annotations

from django.apps import AppConfig


class PresetsConfig(AppConfig):
    name = "loyaltyadmin.presets"
    default_auto_field = "django.db.models.BigAutoField"
