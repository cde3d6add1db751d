from __future__ import annotations

from django.apps import AppConfig


class InfoPageConfig(AppConfig):
    name = "loyaltyadmin.info_page"
    default_auto_field = "django.db.models.BigAutoField"
