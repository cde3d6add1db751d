"""Letters by e-mail, through the operator's server and Django's mail backend."""

from __future__ import annotations

import contextlib
import re
import smtplib
from email.utils import formataddr
from urllib.parse import urlsplit

from django.conf import settings
from django.core import mail
from django.core.mail.backends.smtp import EmailBackend
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from loyaltyadmin.notices.channels import (
    AddressRefused,
    Later,
    Letter,
    Lost,
    Refused,
    Section,
    Unreachable,
)

# Text alone knows no <bdi>: these keep a name or a number together between words of the other
# direction.
ISOLATE, END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
OK = 250
ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


class MailCarrier:
    """One connection for many letters."""

    def __init__(self) -> None:
        self._connection = mail.get_connection()

    def open(self) -> None:
        try:
            # A server may have hung up meanwhile. Found out only after the claim, nobody could
            # tell that from a lost answer.
            if isinstance(self._connection, EmailBackend) and self._connection.connection:
                try:
                    alive = self._connection.connection.noop()[0] == OK
                except (smtplib.SMTPException, OSError):
                    alive = False
                if not alive:
                    self.close()
            self._connection.open()
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(_code_of(error)) from None

    def send(self, letter: Letter) -> None:
        message = mail_of(letter)
        try:
            message.message()
        except ValueError:  # a header that cannot be written: nothing has been sent
            raise Refused("header") from None
        try:
            self._connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(*next(iter(error.recipients.values()))) from None
        except smtplib.SMTPDataError as error:
            code = _code_of(error)
            raise (Later(code) if error.smtp_code < 500 else Refused(code)) from None
        except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as error:
            # The sender, the greeting or the password: no letter fares better.
            raise Unreachable(_code_of(error)) from None
        except (smtplib.SMTPException, OSError) as error:
            raise Lost from error

    def close(self) -> None:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            self._connection.close()


def mail_of(letter: Letter) -> mail.EmailMultiAlternatives:
    """This will give the letter as a message of text and HTML, with the ways to opt out in it."""
    domain = settings.EMAIL_FROM.rpartition("@")[2] or urlsplit(settings.PUBLIC_URL).hostname
    sender = formataddr((letter.store_title, settings.EMAIL_FROM))
    message = mail.EmailMultiAlternatives(
        subject=" · ".join(it.subject for it in letter.sections),
        body=text_of(letter),
        # Whom the servers on the way tell that it could not be delivered.
        from_email=settings.EMAIL_BOUNCES_TO or sender,
        to=[letter.to],
        headers={
            "From": sender,
            "Message-ID": f"<{letter.id}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{letter.opt_out_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    html = render_to_string("notices/mail.html", {"letter": letter, "title": message.subject})
    message.attach_alternative(html, "text/html")
    return message


def text_of(letter: Letter) -> str:
    return "\n\n".join(
        [*(_section_text(it) for it in letter.sections), f"-- \n{_opt_out_text(letter)}"]
    )


def _section_text(section: Section) -> str:
    return "".join(
        f"{ISOLATE}{text}{END}" if is_value else text for text, is_value in section.parts
    )


def _opt_out_text(letter: Letter) -> str:
    lines = []
    for section in letter.sections:
        with translation.override(section.language):
            lines.append(_("Do not want these e-mails any more?"))
    return "\n".join([*lines, letter.opt_out_url])


def _refusal(code: int, said: bytes | str) -> Later | Refused:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    enhanced = (ENHANCED.search(text) or [""])[0]
    known = f"{code} {enhanced}".strip()
    if code < 500:
        return Later(known)
    # 5.7.x is about who sends or what, and not about the address (RFC 3463).
    return Refused(known) if enhanced.startswith("5.7.") else AddressRefused(known)


def _code_of(error: Exception) -> str:
    """What may be logged and kept: never the server's sentence, which may quote an address."""
    if isinstance(error, smtplib.SMTPResponseException):
        return str(error.smtp_code)
    return type(error).__name__
