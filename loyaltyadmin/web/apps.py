from __future__ import annotations

from http import cookies

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "loyaltyadmin.web"

    def ready(self) -> None:
        # The standard library knows the Partitioned attribute from Python 3.14 on. Until then it
        # is taught here; tests/web/test_middleware.py reads the Set-Cookie line (docs/adr/0006).
        cookies.Morsel._reserved.setdefault("partitioned", "Partitioned")  # type: ignore[attr-defined]
        cookies.Morsel._flags.add("partitioned")  # type: ignore[attr-defined]
