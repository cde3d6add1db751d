"""The session's second carrier, for browsers that keep no cookie in a third-party frame.

The page carries a token and htmx sends it in a header; every answer brings a fresh one. It is the
session's key, encrypted and dated: reading it gives nothing that lasts, and it works for a quarter
of an hour (docs/adr/0006).
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

HEADER = "X-Session-Token"
LIFETIME_SECONDS = 15 * 60


def issue(*, session_key: str) -> str:
    """This will give a token that opens the session from now on for LIFETIME_SECONDS."""
    return _fernet().encrypt(session_key.encode()).decode()


def read(*, token: str) -> str | None:
    """This will give the session key in `token`, or None if it is not ours or too old."""
    try:
        return _fernet().decrypt(token.encode(), ttl=LIFETIME_SECONDS).decode()
    except (InvalidToken, ValueError):
        return None


def _fernet() -> Fernet:
    # Not TOKEN_ENCRYPTION_KEYS: these tokens leave the house, those keys' texts never do.
    digest = hashlib.sha256(b"loyaltyadmin.web.session_token:" + settings.SECRET_KEY.encode())
    return Fernet(base64.urlsafe_b64encode(digest.digest()))
