"""What is said to the merchant about a text."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from loyaltyadmin.info_page.sanitising import Danger

DANGERS = {
    Danger.SCRIPT: _("scripts"),
    Danger.HANDLER: _("actions that run when something is clicked or loaded"),
    Danger.LINK: _("links that run a script"),
    Danger.STYLE: _("style sheets"),
    Danger.FRAME: _("other pages inside the page"),
    Danger.FORM: _("forms that ask for data"),
    Danger.OTHER: _("code that browsers read in different ways"),
}
