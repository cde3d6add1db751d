"""Text that is encrypted at rest, under the keys of TOKEN_ENCRYPTION_KEYS."""

from __future__ import annotations

import logging
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

logger = logging.getLogger(__name__)


def fernet() -> MultiFernet:
    """The first key encrypts, all of them decrypt: so keys are rotated by putting one in front."""
    return MultiFernet([Fernet(key) for key in settings.TOKEN_ENCRYPTION_KEYS])


# Generic for mypy alone: Django's field cannot be subscripted when it runs.
class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """A text that reaches the database only encrypted; the empty text stays empty.

    It cannot be searched: the same text encrypts differently each time.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return fernet().encrypt(text.encode()).decode() if text else text

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str:
        if not value:
            return ""
        try:
            return fernet().decrypt(value.encode()).decode()
        except InvalidToken:
            # As good as no token: the store can then be told to install again, and do it. An
            # exception here would close every page to it, and the installation too.
            logger.error("%s cannot be decrypted: TOKEN_ENCRYPTION_KEYS lacks its key", self.name)
            return ""

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name not in {"isnull", "exact"}:
            return None
        return super().get_lookup(lookup_name)


def is_under(encrypted: str, *, key: str) -> bool:
    """This will tell whether a text was encrypted under this key, of all that decrypt it."""
    try:
        Fernet(key).decrypt(encrypted.encode())
    except InvalidToken:
        return False
    return True
