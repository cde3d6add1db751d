from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from loyaltyadmin.stores import rotation
from loyaltyadmin.stores.rotation import Outcome


class Command(BaseCommand):
    help = (
        "Encrypt every store's tokens under the first of TOKEN_ENCRYPTION_KEYS, while everything "
        "runs. Afterwards the other keys can be removed."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        counted = rotation.rotate_all()
        for outcome in Outcome:
            self.stdout.write(f"{counted[outcome]} stores {outcome.value}")
        if counted[Outcome.UNREADABLE]:
            raise CommandError("Keep the keys that there are: the one of some stores is missing.")
