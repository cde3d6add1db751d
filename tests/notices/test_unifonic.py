"""Text messages, against a server on loopback that answers as Unifonic's documentation says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core import mail

from loyaltyadmin.customers.models import Customer
from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.notices.models import Fate, Message, Outbox, Recipient
from loyaltyadmin.stores.models import Store
from tests.notices.conftest import ask, fates, finished_job, tell

SENT = {
    "success": True,
    "message": "",
    "errorCode": "ER-00",
    "data": {"MessageID": 42000348806924, "Status": "Sent", "Recipient": "966500001001"},
}


def refusal(code: str) -> dict[str, Any]:
    return {"success": False, "message": "No", "errorCode": code, "data": {}}


class Unifonic:
    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answers: list[tuple[int, str] | None] = []  # None hangs up

    def will(self, status: int, body: Any) -> None:
        self.answers.append((status, body if isinstance(body, str) else json.dumps(body)))


@pytest.fixture
def unifonic(settings) -> Iterator[Unifonic]:
    server = Unifonic()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            server.asked.append(
                {"path": self.path} | {name: it[0] for name, it in parse_qs(body).items()}
            )
            answer = server.answers.pop(0) if server.answers else (200, json.dumps(SENT))
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer[0])
            self.end_headers()
            self.wfile.write(answer[1].encode())

        def log_message(self, *args: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    settings.SMS_PROVIDER = "unifonic"
    settings.UNIFONIC_URL = f"http://127.0.0.1:{http.server_port}"
    settings.UNIFONIC_APP_SID = "the-app-sid"
    settings.UNIFONIC_SENDER_ID = "STORE"
    yield server
    http.shutdown()
    thread.join()
    http.server_close()


def test_it_sends_what_the_documentation_asks_for(store: Store, unifonic: Unifonic):
    notice = ask(finished_job(store, customers=1), channel=Channel.SMS)

    tell(Channel.SMS)

    message = Message.objects.get()
    token = Recipient.objects.get().token
    assert unifonic.asked == [
        {
            "path": "/rest/SMS/messages",
            "AppSid": "the-app-sid",
            "SenderID": "STORE",
            "Recipient": "966500001001",
            "Body": f"مرحبًا عميل 1001، أضفنا 10 نقطة: A gift.\nhttp://testserver/u/{token}/",
            "responseType": "JSON",
            "CorrelationID": str(message.id),
        }
    ]
    assert fates(notice) == {1001: Fate.SENT}
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("status", "body", "fate"),
    [
        (200, SENT | {"success": "true"}, Fate.SENT),
        (200, refusal("ER-04"), Fate.BOUNCED),
        (200, refusal("ER-07"), Fate.REFUSED),
        (429, "", Fate.WAITING),
        (500, "", Fate.UNKNOWN),
        (200, "<html>", Fate.UNKNOWN),
        (200, [], Fate.UNKNOWN),
        (200, {"success": False}, Fate.UNKNOWN),
    ],
)
def test_each_answer_means_something(store: Store, unifonic: Unifonic, status, body, fate):
    notice = ask(finished_job(store, customers=1), channel=Channel.SMS)
    unifonic.will(status, body)

    tell(Channel.SMS)
    tell(Channel.SMS)

    assert fates(notice) == {1001: fate}
    assert len(unifonic.asked) == 1


def test_a_dropped_connection_is_never_tried_again(store: Store, unifonic: Unifonic):
    notice = ask(finished_job(store, customers=1), channel=Channel.SMS)
    unifonic.answers.append(None)

    tell(Channel.SMS)
    tell(Channel.SMS)

    assert fates(notice) == {1001: Fate.UNKNOWN}
    assert len(unifonic.asked) == 1


@pytest.mark.parametrize("refused", [(401, ""), (200, refusal("ER-01")), (200, refusal("ER-08"))])
def test_without_credit_or_access_everybody_waits(store: Store, unifonic: Unifonic, refused):
    notice = ask(finished_job(store, customers=2), channel=Channel.SMS)
    unifonic.will(*refused)

    tell(Channel.SMS)

    assert list(fates(notice).values()) == [Fate.WAITING]
    assert Message.objects.get().attempts == 0
    assert Outbox.objects.get(channel=Channel.SMS).wait_until is not None


def test_what_is_no_mobile_number_is_no_address(store: Store, unifonic: Unifonic):
    notice = ask(finished_job(store, customers=2), channel=Channel.SMS)
    Customer.objects.filter(customer_id=1001).update(mobile="0500001001")
    Customer.objects.filter(customer_id=1002).update(mobile="")

    tell(Channel.SMS)

    assert unifonic.asked == []
    assert set(fates(notice).values()) == {Fate.NO_ADDRESS}


def test_who_opted_out_of_text_messages_gets_none(store: Store, unifonic: Unifonic, client):
    ask(finished_job(store, customers=1), channel=Channel.SMS)
    tell(Channel.SMS)
    client.post(f"/u/{Recipient.objects.get().token}/")

    again = ask(finished_job(store, customers=1), channel=Channel.SMS)
    tell(Channel.SMS)

    assert len(unifonic.asked) == 1
    assert fates(again) == {1001: Fate.OPTED_OUT}
