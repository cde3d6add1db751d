"""Text that is encrypted at rest, under the keys of TOKEN_ENCRYPTION_KEYS."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


def fernet() -> MultiFernet:
    """The first key encrypts, all of them decrypt: so keys are rotated by putting one in front."""
    return MultiFernet([Fernet(key) for key in settings.TOKEN_ENCRYPTION_KEYS])


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """A text that reaches the database only encrypted; the empty text stays empty.

    It cannot be searched: the same text encrypts differently each time.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return fernet().encrypt(text.encode()).decode() if text else text

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str:
        return fernet().decrypt(value.encode()).decode() if value else ""

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in {"isnull", "exact"}:
            return None
        return super().get_lookup(lookup_name)
