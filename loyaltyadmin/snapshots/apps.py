from __future__ import annotations

from django.apps import AppConfig


class SnapshotsConfig(AppConfig):
    name = "loyaltyadmin.snapshots"
    default_auto_field = "django.db.models.BigAutoField"
