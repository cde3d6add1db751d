"""Where a customer can be reached, and the hashes by which an address is known for ever."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from loyaltyadmin.customers.models import Customer
from loyaltyadmin.notices.channels import Channel

# E.164: at most fifteen digits; the shortest that are in use have eight.
INTERNATIONAL = re.compile(r"[1-9]\d{7,14}")
# Of a token: short enough for a text message. Two addresses never meet in 88 bits, and nobody makes
# up a seal of 40 over the network.
_NAME_BYTES, _SEAL_BYTES = 11, 5


def address_of(customer: Customer, *, channel: Channel) -> str:
    """This will give where to write to, or nothing when what Zid has is no address."""
    if channel == Channel.SMS:
        return customer.mobile if INTERNATIONAL.fullmatch(customer.mobile) else ""
    try:
        validate_email(customer.email)
    except ValidationError:
        return ""
    return customer.email


def fingerprint(address: str, *, store_id: int, channel: Channel) -> str:
    """This will give the keyed hash of an address: without NOTICES_KEY nobody can try addresses.

    With the store in it, so that two stores' hashes of one person are not alike.
    """
    return _keyed(f"{store_id}\n{channel}\n{address.strip().casefold()}".encode()).hex()


def token_of(fingerprint: str) -> str:
    """This will give what stands in the link to opt out: the same for an address each time.

    So a link leads to its address also when all that was kept of that is erased, should its store
    come back. And it is sealed: one that somebody made up is none (docs/adr/0013).
    """
    return _sealed(_keyed(f"opt-out\n{fingerprint}".encode())[:_NAME_BYTES])


def is_token(token: str) -> bool:
    """This will tell whether a link is one that this app has sent."""
    try:
        name = base64.urlsafe_b64decode(f"{token}==")[:_NAME_BYTES]
    except ValueError:
        return False
    is_sealed = hmac.compare_digest(_sealed(name).encode(), token.encode())
    return is_sealed and bool(settings.NOTICES_KEY)  # without one anybody can seal


def _sealed(name: bytes) -> str:
    seal = _keyed(b"seal\n" + name)[:_SEAL_BYTES]
    return base64.urlsafe_b64encode(name + seal).rstrip(b"=").decode()


def _keyed(known: bytes) -> bytes:
    return hmac.new(settings.NOTICES_KEY.encode(), known, hashlib.sha256).digest()
