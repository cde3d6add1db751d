"""What no line of a log may say, and who listens to all of them while the tests run."""

from __future__ import annotations

import logging
import re

from loyaltyadmin.telemetry.logs import JsonFormatter

# What the tests' stores and customers are made of, wherever in the tests they are made.
PERSONAL = re.compile(
    "|".join(
        [
            r"(the|new|newer)-(authorization|manager-token|refresh-token)",
            r"(app|store|fresh)-secret-\d",
            r"client-secret|the-code",
            r"gAAAA[\w-]{20}",  # what Fernet encrypted: tokens at rest, and the session's header
            r"Bearer [\w-]+",
            r"[\w.+-]+@example\.com",
            r"\b(00966|\+?966|0)5\d{8}\b",
            "نورة|سارة|العتيبي|القحطاني|عميل",
            "Noura|Sara",
        ]
    )
)


class Ear(logging.Handler):
    """Keeps which logger said what it must not, as a server would write it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if found := PERSONAL.search(self.format(record)):
            self.heard.append(f"{record.name} says {found[0]!r} in {record.msg!r}")


def listen(ear: Ear) -> None:
    """Put the ear to every logger that hands nothing on to the root's, and to the root's.

    Before each test: whatever sets Django up once more, as Celery's loader does, takes it off.
    """
    for name in ("", "django"):
        logging.getLogger(name).addHandler(ear)
