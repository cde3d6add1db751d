from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.customers.models import Directory
from loyaltyadmin.notices import operations, turns
from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.notices.models import Notice
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.stores.models import Store
from tests.customers.conftest import know
from tests.mail_server import Server, mail_server
from tests.points_adjustments.conftest import make_job

TEXTS = {
    "subject_ar": "نقاط جديدة من {store}",
    "text_ar": "مرحبًا {name}، أضفنا {points} نقطة: {reason}.",
    "subject_en": "",
    "text_en": "",
}


def finished_job(store: Store, *, customers: int = 3, **fields: Any) -> BulkAdjustment:
    """A bulk adjustment of which every line was applied, with customers who have an address."""
    job = make_job(store, customers=customers)
    now = timezone.now()
    job.lines.update(status=LineStatus.APPLIED, applied_at=now, ended_at=now)
    BulkAdjustment.objects.filter(id=job.id).update(
        **{"status": JobStatus.FINISHED, "started_at": now, "ended_at": now, **fields}
    )
    job.refresh_from_db()
    know_customers(store, customers=customers)
    return job


def know_customers(store: Store, *, customers: int = 3) -> None:
    for number in range(customers):
        customer_id = 1001 + number
        know(
            store,
            customer_id,
            name=f"عميل {customer_id}",
            email=f"c{customer_id}@example.com",
            mobile=f"96650000{customer_id}",
            points=500 + number,
        )
    now = timezone.now()
    Directory.objects.update_or_create(store=store, defaults={"fetched_at": now, "due_at": now})


def ask(job: BulkAdjustment, *, channel: Channel = Channel.EMAIL, **texts: str) -> Notice:
    return operations.tell_customers(
        job=job, by=OPERATOR, channel=channel, texts={**TEXTS, **texts}
    )


def tell(channel: Channel = Channel.EMAIL) -> int:
    return turns.take_turn(channel=channel, sleep=lambda seconds: None)


def fates(notice: Notice) -> dict[int, str]:
    """What became of telling each customer."""
    return dict(notice.messages.values_list("line__customer_id", "fate"))


def age(notice: Notice, *, by: dt.timedelta) -> None:
    """Let so much time go by for what waits."""
    Notice.objects.filter(id=notice.id).update(look_at=timezone.now() - by)
    for message in notice.messages.filter(try_at__isnull=False):
        message.try_at -= by
        message.save()


@pytest.fixture
def server(settings) -> Iterator[Server]:
    """A mail server, and the app set up to use it."""
    with mail_server() as (handler, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = port
        settings.EMAIL_USE_TLS = False
        settings.EMAIL_FROM = "loyalty@example.com"
        yield handler
