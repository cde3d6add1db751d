"""What a way of reaching a customer has to be able to do: one file each, `mail.py`, `unifonic.py`.

A carrier takes one letter and says what became of it by returning or by one of the errors below.
The difference that matters is between what provably did not go out and what perhaps did: only the
first is ever tried again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    EMAIL = "email", _("By e-mail")
    SMS = "sms", _("By text message")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The same message in one language; `parts` is the text, each with whether it is a value."""

    language: str
    subject: str
    parts: Sequence[tuple[str, bool]]

    @property
    def text(self) -> str:
        return "".join(text for text, _is_value in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message to one customer, ready to go."""

    id: uuid.UUID
    to: str
    store_title: str
    sections: Sequence[Section]
    opt_out_url: str


class NotTaken(Exception):
    """The letter provably did not go out. `code` is what the other side said, such as 550 5.1.1."""

    def __init__(self, code: str = "") -> None:
        super().__init__(code)
        self.code = code[:32]


class Unreachable(NotTaken):
    """Nothing can be sent for now, whoever it is to: no server, no credit, a wrong password."""


class Later(NotTaken):
    """This letter was not taken for now."""


class Refused(NotTaken):
    """This letter was not taken, and never will be."""


class AddressRefused(Refused):
    """There is nobody at this address."""


class Lost(Exception):
    """Nobody knows whether the letter went out."""


class Carrier(Protocol):
    def open(self) -> None:
        """Be ready for a letter; called before each one is claimed.

        Raises: Unreachable.
        """
        ...

    def send(self, letter: Letter) -> None:
        """Hand one letter over.

        Raises: Unreachable, Later, Refused, AddressRefused, Lost. Whatever else is raised counts
        as Lost.
        """
        ...

    def close(self) -> None: ...
