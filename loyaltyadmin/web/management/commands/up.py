"""`manage.py up`: everything on this machine; `make run` without the installing."""

from __future__ import annotations

import sys

from django.core.management.base import BaseCommand, CommandParser

from loyaltyadmin.web import development


class Command(BaseCommand):
    help = "Runs a stand-in for Zid, the web server and the worker, for development."
    # Settings that do not suit the checks are for the processes to complain about.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        development.add_arguments(parser)

    def handle(self, *args: object, **options: int | None) -> None:
        sys.exit(
            development.up(
                web_port=options["port"],
                zid_port=options["zid_port"],
                parent=options["parent"],
            )
        )
