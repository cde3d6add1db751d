"""Whom a bulk adjustment is told to: once each, with workers killed while they tell."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import processes
from tests.mail_server import mail_server
from tests.processes import Product

STORE_ID = 90001
CUSTOMERS = 120  # half of whom have an e-mail address
KILLS = 3
TELL = f"""
from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.notices import operations
from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.points_adjustments.models import BulkAdjustment
job = BulkAdjustment.objects.get(store={STORE_ID})
texts = dict(subject_ar="نقاط", text_ar="مرحبًا {{name}}، {{points}} نقطة")
operations.tell_customers(job=job, by=OPERATOR, channel=Channel.EMAIL, texts=texts)
"""
# As five minutes do: the dead no longer have the turn.
FREE = """
from loyaltyadmin.notices.models import Outbox
Outbox.objects.update(held_until=None)
"""
FATES = """
from loyaltyadmin.notices.models import Message
for id, fate in Message.objects.values_list("id", "fate"): print(id, fate)
"""


def test_a_killed_worker_tells_nobody_twice(tmp_path: Path, servers: dict[str, Any]) -> None:
    with (
        mail_server() as (server, port),
        processes.running(
            data_dir=tmp_path / "data",
            customers=CUSTOMERS,
            NOTICES_PER_MINUTE="600",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=str(port),
            EMAIL_SECURITY="none",
            EMAIL_FROM="loyalty@example.com",
            **servers,
        ) as product,
    ):
        adjust(product, tmp_path)
        product.manage("shell", "-c", TELL)
        for kill in range(KILLS):
            wait(lambda: len(server.mails) > 15 * (kill + 1))  # noqa: B023
            product.kill_worker()
            product.manage("shell", "-c", FREE)
        wait(lambda: len(shown(product)) == CUSTOMERS)  # each line's customer was told, or not

        fates = shown(product)

    told = Counter(mail.rcpt_tos[0] for mail in server.mails)
    assert set(told.values()) == {1}
    sent = {id for id, fate in fates.items() if fate == "sent"}
    arrived = {message_id(mail) for mail in server.mails}
    assert sent <= arrived
    assert len(arrived - sent) <= KILLS  # told, and killed before that could be written
    assert len(fates) - len(sent) - list(fates.values()).count("no_address") <= KILLS


def adjust(product: Product, tmp_path: Path) -> None:
    product.install(store_id=STORE_ID)
    file = tmp_path / "points.csv"
    rows = "".join(f"{1001 + at},5\n" for at in range(CUSTOMERS))
    file.write_text(f"customer_id,points\n{rows}")
    said = product.bulk_adjust(
        *["--store", str(STORE_ID), "--file", str(file), "--reason", "هدية", "--yes", "--wait"]
    )
    assert said["applied"] == CUSTOMERS


def shown(product: Product) -> dict[str, str]:
    lines = [line.split() for line in product.manage("shell", "-c", FATES)]
    return {parts[0]: parts[1] for parts in lines if len(parts) == 2 and parts[0].count("-") == 4}


def message_id(mail: Any) -> str:
    head = bytes(mail.content).decode(errors="replace").split("Message-ID: <")[1]
    return str(head.partition("@")[0])


def wait(is_there: Callable[[], bool], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not is_there():
        assert time.monotonic() < until
        time.sleep(0.2)
