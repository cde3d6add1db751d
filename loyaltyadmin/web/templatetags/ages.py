"""How long ago something was, in whole units; Django's own Arabic has not all plural forms."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def as_of(moment: dt.datetime) -> str:
    """From when something is that is shown before it could be asked for again."""
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    hours, days = minutes // 60, minutes // (24 * 60)
    if days > 0:
        return ngettext("As of %(number)d day ago", "As of %(number)d days ago", days) % {
            "number": days
        }
    if hours > 0:
        return ngettext("As of %(number)d hour ago", "As of %(number)d hours ago", hours) % {
            "number": hours
        }
    if minutes > 0:
        return ngettext("As of %(number)d minute ago", "As of %(number)d minutes ago", minutes) % {
            "number": minutes
        }
    return _("As of a moment ago")
