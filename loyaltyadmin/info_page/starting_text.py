"""A first text about the program, from its rules of today, in both languages."""

from __future__ import annotations

import re

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from loyaltyadmin.info_page.operations import LANGUAGES
from loyaltyadmin.zid.types import Program


def write(*, program: Program, currency: str) -> dict[str, str]:
    """This will write titles and contents; what is switched off is left out."""
    written = {}
    context = {
        "rules": [rule for rule in program.cashback_rules if rule.is_active],
        "methods": [method for method in program.redemption_methods if method.is_active],
        "days": program.points_expiration_days,
        "currency": currency,
    }
    for language in LANGUAGES:
        with translation.override(language):
            content = render_to_string("info_page/_starting_text.html", context)
            written[f"title_{language}"] = _("Our loyalty program")
        written[f"content_{language}"] = re.sub(r">\s+<", "><", content.strip())
    return written
