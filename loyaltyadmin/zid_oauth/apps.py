from __future__ import annotations

from django.apps import AppConfig


class ZidOAuthConfig(AppConfig):
    name = "loyaltyadmin.zid_oauth"
