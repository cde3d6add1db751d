from __future__ import annotations

import io
import mailbox
import uuid
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from loyaltyadmin.notices.models import Fate, Message, Recipient
from loyaltyadmin.stores.models import Store
from tests.notices.conftest import ask, fates, finished_job, tell

REPORT = """\
From: MAILER-DAEMON@mx.example.net
To: bounces@example.com
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="edge"

--edge
Content-Type: text/plain

I am sorry.

--edge
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Sun, 15 Mar 2026 09:30:00 +0000

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{address}>: no such user

--edge
Content-Type: {returned}

From: loyalty@example.com
Message-ID: <{message_id}@example.com>
Subject: Points

--edge--
"""


def report(message_id: object, **fields: str) -> bytes:
    values = {
        "address": "c1001@example.com",
        "action": "failed",
        "status": "5.1.1",
        "returned": "message/rfc822",
        **fields,
    }
    return REPORT.format(message_id=message_id, **values).encode()


@pytest.fixture
def told(store: Store):
    notice = ask(finished_job(store, customers=1))
    tell()
    return notice


def read(content: bytes, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(content)))
    out = io.StringIO()
    call_command("read_bounces", stdout=out)
    return out.getvalue().strip()


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_an_address_where_nobody_is_is_left_alone(told, store, monkeypatch, returned):
    message_id = mail.outbox[0].extra_headers["Message-ID"].strip("<>").partition("@")[0]

    assert read(report(message_id, returned=returned), monkeypatch) == "1 undeliverable"

    assert fates(told) == {1001: Fate.BOUNCED}
    ask(finished_job(store, customers=1))
    tell()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "delayed", "status": "4.4.1"},
        {"action": "delivered", "status": "2.0.0"},
        {"action": "failed", "status": "5.7.1"},  # our fault, not the address's
        {"action": "failed", "status": "nonsense"},
    ],
)
def test_what_may_still_arrive_or_is_our_fault_changes_nothing(told, monkeypatch, fields):
    message_id = Message.objects.get().id

    assert read(report(message_id, **fields), monkeypatch) == "0 undeliverable"

    assert fates(told) == {1001: Fate.SENT}
    assert Recipient.objects.get().bounced_at is None


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\x00\xfe", b"Subject: Hello\n\nI am on holiday.", report(uuid.UUID(int=1))],
)
def test_other_mail_changes_nothing(told, monkeypatch, content):
    assert read(content, monkeypatch) == "0 undeliverable"

    assert Recipient.objects.get().bounced_at is None


def test_a_forged_report_without_our_number_changes_nothing(told, monkeypatch):
    assert read(report("someone-elses-number"), monkeypatch) == "0 undeliverable"

    assert Recipient.objects.get().bounced_at is None


def test_a_maildir_is_read_once(told, tmp_path):
    box = mailbox.Maildir(tmp_path / "box", create=True)
    box.add(report(Message.objects.get().id))

    for expected in ("1 undeliverable", "0 undeliverable"):
        out = io.StringIO()
        call_command("read_bounces", str(tmp_path / "box"), stdout=out)
        assert out.getvalue().strip() == expected


def test_a_folder_that_is_no_maildir_is_named(db, tmp_path):
    with pytest.raises(CommandError, match="is not a Maildir"):
        call_command("read_bounces", str(tmp_path))
