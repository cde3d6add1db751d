from __future__ import annotations

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    name = "loyaltyadmin.activity"
    default_auto_field = "django.db.models.BigAutoField"
