"""Where a customer can be reached, and the hash by which an address is known for ever."""

from __future__ import annotations

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
    known = f"{store_id}\n{channel}\n{address.strip().casefold()}"
    return hmac.new(settings.NOTICES_KEY.encode(), known.encode(), hashlib.sha256).hexdigest()
