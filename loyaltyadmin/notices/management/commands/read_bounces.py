from __future__ import annotations

import email
import email.policy
import mailbox
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from loyaltyadmin.notices import bounces, operations


class Command(BaseCommand):
    help = (
        "Read mail servers' reports of what could not be delivered, and leave those addresses "
        "alone: one report from standard input, as a mail server pipes it, or every new one of a "
        "Maildir."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("maildir", nargs="?", type=Path, help="a Maildir, instead of stdin")

    def handle(self, *args: Any, maildir: Path | None = None, **options: Any) -> None:
        found = sum(
            operations.note_bounce(message_id=bounce.message_id, code=bounce.code)
            for report in (_reports_in(maildir) if maildir else [_read(sys.stdin.buffer.read())])
            for bounce in bounces.bounces_in(report)
        )
        self.stdout.write(f"{found} undeliverable")


def _reports_in(path: Path) -> Iterator[EmailMessage]:
    if not (path / "new").is_dir():
        raise CommandError(f"{path} is not a Maildir.")
    box = mailbox.Maildir(path, create=False)
    for key in list(box.keys()):
        kept = box[key]
        if kept.get_subdir() != "new":
            continue
        yield _read(box.get_bytes(key))
        kept.set_subdir("cur")  # read once; what becomes of it is the operator's to say
        kept.add_flag("S")
        box[key] = kept


def _read(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)
