from __future__ import annotations

from django.core import mail
from django.test import Client

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.customers.models import Customer
from loyaltyadmin.notices.models import Fate, Message
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.states import JobStatus
from loyaltyadmin.stores.models import Store
from tests.notices.conftest import ask, finished_job, tell
from tests.pages import Page


def test_it_tells_nobody(store: Store, merchant: Client):
    job = finished_job(store)
    ask(job)

    response = merchant.post(f"/bulk-adjustments/{job.id}/tell/stop/")
    tell()

    assert response.headers["Location"] == f"/bulk-adjustments/{job.id}/"
    assert mail.outbox == []
    assert Entry.objects.filter(action="stop_telling", job_id=job.id).count() == 1
    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))
    assert "It was stopped: nobody has been told." in page.one(id="notice").text


def test_twice_is_once(store: Store, merchant: Client):
    job = finished_job(store)
    ask(job)

    for _ in range(2):
        merchant.post(f"/bulk-adjustments/{job.id}/tell/stop/")

    assert Entry.objects.filter(action="stop_telling").count() == 1


def test_the_page_says_who_was_told_and_who_was_not(store: Store, merchant: Client):
    job = finished_job(store, customers=4)
    notice = ask(job)
    Customer.objects.filter(customer_id=1003).update(email="")
    tell()
    Message.objects.filter(line__customer_id=1004).update(fate=Fate.UNKNOWN)

    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/tell/progress/"))

    told = page.one(id="notice").text
    assert "2 customers told" in told
    assert "No address1" in told
    assert "May not have been told1" in told
    assert "is not written to again" in told
    notice.refresh_from_db()
    assert not page.one(id="notice").attributes.get("hx-get")


def test_the_page_asks_again_while_there_is_somebody_to_tell(store: Store, merchant: Client):
    job = finished_job(store)
    ask(job)

    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/tell/progress/"))

    assert "3 still to be told" in page.one(id="notice").text
    assert page.one(id="notice")["hx-trigger"] == "every 10s"


def test_after_a_cancelled_one_the_page_offers_it(store: Store, merchant: Client):
    job = finished_job(store)
    ask(job)
    job.refresh_from_db()
    BulkAdjustment.objects.filter(id=job.id).update(
        status=JobStatus.CANCELLED, cancel_reason="merchant"
    )
    ended_at = job.notice.asked_at
    BulkAdjustment.objects.filter(id=job.id).update(ended_at=ended_at)

    page = Page(merchant.get(f"/bulk-adjustments/{job.id}/"))

    assert "It was cancelled, so nobody has been told." in page.one(id="notice").text
    assert page.has("a", id="tell")
