"""What a mail server writes back: RFC 3464's reports of what could not be delivered.

A report is matched by our own Message-ID in the part of our mail that it brings along. That is a
secret between us and the address, so nobody can have others' addresses left alone by a forgery.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message

OURS = re.compile(r"^Message-ID:\s*<([0-9a-f-]{36})@", re.IGNORECASE | re.MULTILINE)
MOST_CHARACTERS = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    message_id: uuid.UUID
    code: str  # such as 5.1.1


def bounces_in(report: EmailMessage) -> Iterator[Bounce]:
    """This will give what a report says has failed for good; nothing for any other mail."""
    if report.get_content_type() != "multipart/report":
        return
    codes = [code for part in report.walk() for code in _failures(part)]
    message_id = next(filter(None, map(_our_id, report.walk())), None)
    if codes and message_id is not None:
        yield Bounce(message_id=message_id, code=codes[0])


def _failures(part: Message) -> Iterator[str]:
    if part.get_content_type() != "message/delivery-status":
        return
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message):
            continue
        action, status = str(block.get("Action", "")), str(block.get("Status", "")).strip()
        # 5.7.x is about who sends or what, and not about the address (RFC 3463).
        if action.strip().lower() == "failed" and re.match(r"5\.(?!7\.)\d", status):
            yield status.split()[0]


def _our_id(part: Message) -> uuid.UUID | None:
    """Our mail comes back whole, or only its header."""
    if part.get_content_type() not in {"message/rfc822", "text/rfc822-headers"}:
        return None
    found = OURS.search(part.as_string()[:MOST_CHARACTERS])
    try:
        return uuid.UUID(found[1]) if found else None
    except ValueError:
        return None
