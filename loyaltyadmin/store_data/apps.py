from __future__ import annotations

from django.apps import AppConfig


class StoreDataConfig(AppConfig):
    name = "loyaltyadmin.store_data"
