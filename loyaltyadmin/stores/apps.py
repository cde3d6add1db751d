from __future__ import annotations

from django.apps import AppConfig


class StoresConfig(AppConfig):
    name = "loyaltyadmin.stores"
