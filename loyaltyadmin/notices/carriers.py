"""Which ways of telling customers this installation has, and who carries them out."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from loyaltyadmin.notices.channels import Carrier, Channel
from loyaltyadmin.notices.mail import MailCarrier
from loyaltyadmin.notices.unifonic import UnifonicCarrier

# A provider more is a file like unifonic.py, and its name here and in the settings.
SMS_PROVIDERS: dict[str, Callable[[], Carrier]] = {"unifonic": UnifonicCarrier}


def configured() -> list[Channel]:
    """This will give the channels that the operator has set up."""
    return [
        channel
        for channel, is_set_up in (
            (Channel.EMAIL, bool(settings.EMAIL_FROM)),
            (Channel.SMS, bool(settings.SMS_PROVIDER)),
        )
        if is_set_up
    ]


def carrier_for(channel: Channel) -> Carrier:
    """This will give who carries letters on a channel that is set up; close it in the end."""
    if channel == Channel.SMS:
        return SMS_PROVIDERS[settings.SMS_PROVIDER]()
    return MailCarrier()
