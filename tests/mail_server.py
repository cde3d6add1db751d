"""A mail server on loopback, for what leaves the app by SMTP."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Server:
    """A mail server that keeps what it takes, and answers as it is told to."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.tried = 0
        self.answers: dict[str, str] = {}  # by address, to RCPT
        self.to_data: list[str] = []  # the next answers to DATA; "" hangs up before any

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tried += 1
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.to_data.pop(0) if self.to_data else "250 OK"
        if not answer:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if answer in {"", "250 OK"}:
            self.mails.append(envelope)
        return answer or "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def mail_server() -> Iterator[tuple[Server, int]]:
    """A real mail server on loopback, and its port."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the server's own
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=_free_port())
    controller.start()
    try:
        yield handler, controller.port
    finally:
        controller.stop()
