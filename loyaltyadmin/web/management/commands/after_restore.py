from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, no_translations
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

# By name, as in the settings: these packages are above this one. In this order.
STEPS = (
    "loyaltyadmin.notices.after_restore.after_restore",
    "loyaltyadmin.recurring_adjustments.after_restore.after_restore",
    "loyaltyadmin.points_adjustments.after_restore.after_restore",
)


class Command(BaseCommand):
    help = (
        "Run this once after a backup was restored and before any other process starts: the backup "
        "does not know what was sent since it was made (deploy/RUNBOOK.md)."
    )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        with transaction.atomic():
            for step in STEPS:
                for done in import_string(step)(now=now):
                    self.stdout.write(done)
