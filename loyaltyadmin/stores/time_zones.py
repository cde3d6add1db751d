"""Which time a store keeps.

Zid's profile of a store names no time zone (tests/zid_sandbox/NOTES.md, "Installation"), but the
currency tells the country. A store with a currency of elsewhere is taken to keep Riyadh's time; the
page names the city beside every hour that is typed, so nobody is misled.
"""

from __future__ import annotations

import functools
from zoneinfo import ZoneInfo

from django.conf import settings

OF_CURRENCY = {
    "AED": "Asia/Dubai",
    "BHD": "Asia/Bahrain",
    "EGP": "Africa/Cairo",
    "IQD": "Asia/Baghdad",
    "JOD": "Asia/Amman",
    "KWD": "Asia/Kuwait",
    "OMR": "Asia/Muscat",
    "QAR": "Asia/Qatar",
    "SAR": "Asia/Riyadh",
    "YER": "Asia/Aden",
}


@functools.cache
def time_zone_of(*, currency: str) -> ZoneInfo:
    """This will give the time zone of a store with this currency, an ISO code or empty."""
    return ZoneInfo(OF_CURRENCY.get(currency.upper(), settings.TIME_ZONE))
