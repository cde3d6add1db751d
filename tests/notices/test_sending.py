"""Customers are told once, whatever happens; judged by what reached the mail server."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.customers.models import Customer, Directory
from loyaltyadmin.notices import operations, sending, tasks, turns
from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.notices.mail import MailCarrier
from loyaltyadmin.notices.models import Fate, Message, Notice, Outbox, Recipient
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.stores.models import Store
from tests.conftest import make_store
from tests.mail_server import Server
from tests.notices.conftest import age, ask, fates, finished_job, tell
from tests.points_adjustments.conftest import make_job


class Killed(BaseException):
    """As `kill -9`: nothing of ours runs after it."""


def addresses(server: Server) -> list[str]:
    return [mail.rcpt_tos[0] for mail in server.mails]


def test_nobody_is_told_unless_the_merchant_asked_for_it(store: Store):
    finished_job(store)

    tell()

    assert mail.outbox == []


def test_every_applied_line_is_told_once(store: Store):
    notice = ask(finished_job(store))

    tell()
    tell()

    assert sorted(mail.to[0] for mail in mail.outbox) == [
        "c1001@example.com",
        "c1002@example.com",
        "c1003@example.com",
    ]
    assert set(fates(notice).values()) == {Fate.SENT}
    notice.refresh_from_db()
    assert notice.ended_at is not None


def test_only_applied_lines_are_told(store: Store):
    job = finished_job(store)
    job.lines.filter(customer_id=1002).update(
        status=LineStatus.REJECTED, applied_at=None, zid_message="no"
    )
    job.lines.filter(customer_id=1003).update(status=LineStatus.UNDONE)
    notice = ask(job)

    tell()

    assert fates(notice) == {1001: Fate.SENT}


def test_a_line_that_the_merchant_decides_later_is_told_then(store: Store):
    job = finished_job(store)
    open_line = job.lines.filter(customer_id=1002)
    open_line.update(
        status=LineStatus.UNSETTLED, applied_at=None, ended_at=None, problem="history_unclear"
    )
    notice = ask(job)
    tell()

    now = timezone.now()
    open_line.update(status=LineStatus.APPLIED, applied_at=now, ended_at=now)
    age(notice, by=dt.timedelta(minutes=2))
    tell()

    assert len(mail.outbox) == 3


def test_nobody_is_told_before_the_bulk_adjustment_is_over(store: Store):
    job = finished_job(store)
    BulkAdjustment.objects.filter(id=job.id).update(status=JobStatus.RUNNING, ended_at=None)
    ask(job)

    tell()

    assert mail.outbox == []


def test_after_a_cancelled_one_only_who_asks_again_is_heard(store: Store):
    job = finished_job(store)
    ask(job)
    BulkAdjustment.objects.filter(id=job.id).update(
        status=JobStatus.CANCELLED, cancel_reason="merchant", ended_at=timezone.now()
    )

    tell()
    assert mail.outbox == []

    ask(job)
    tell()
    assert len(mail.outbox) == 3


def test_nobody_is_told_in_the_name_of_a_store_that_left(store: Store):
    ask(finished_job(store))
    Store.objects.filter(id=store.id).update(
        uninstalled_at=timezone.now(), authorization="", manager_token="", refresh_token=""
    )

    tell()

    assert mail.outbox == []


def test_nobody_is_told_before_the_customers_were_read(store: Store):
    notice = ask(finished_job(store))
    Directory.objects.update(fetched_at=None)

    tell()
    assert fates(notice) == {}

    Directory.objects.update(fetched_at=timezone.now())
    tell()
    assert set(fates(notice).values()) == {Fate.SENT}


def test_who_has_no_address_is_counted_and_left_out(store: Store):
    notice = ask(finished_job(store))
    Customer.objects.filter(customer_id=1001).update(email="")
    Customer.objects.filter(customer_id=1002).update(email="no address")
    Customer.objects.filter(customer_id=1003).delete()

    tell()

    assert mail.outbox == []
    assert set(fates(notice).values()) == {Fate.NO_ADDRESS}


def test_who_opted_out_is_left_alone_under_another_number_too(store: Store):
    ask(finished_job(store, customers=1))
    tell()
    operations.opt_out(token=Recipient.objects.get().token)
    Customer.objects.all().delete()

    again = ask(finished_job(store, customers=2))
    Customer.objects.filter(customer_id=1002).update(email="C1001@Example.com")
    tell()

    assert len(mail.outbox) == 1
    assert set(fates(again).values()) == {Fate.OPTED_OUT}


def test_who_opted_out_of_one_store_still_hears_of_another(store: Store, other_store: Store):
    ask(finished_job(store, customers=1))
    tell()
    operations.opt_out(token=Recipient.objects.get().token)

    ask(finished_job(other_store, customers=1))
    tell()

    assert [it.to for it in mail.outbox] == [["c1001@example.com"]] * 2


def test_stores_take_turns(store: Store):
    small = make_store(90009)
    ask(finished_job(store, customers=5))
    ask(finished_job(small, customers=1))
    Customer.objects.filter(store=small).update(email="small@example.com")

    tell()

    assert "small@example.com" in [it.to[0] for it in mail.outbox[:2]]


def test_the_pace_is_kept(store: Store, settings):
    settings.NOTICES_PER_MINUTE = 30
    ask(finished_job(store))
    pauses: list[float] = []

    turns.take_turn(channel=Channel.EMAIL, sleep=pauses.append)

    assert len(pauses) == 3
    assert all(1.5 < pause <= 2 for pause in pauses)


def test_two_workers_do_not_send_at_once(store: Store):
    ask(finished_job(store))
    inner: list[int] = []

    turns.take_turn(channel=Channel.EMAIL, sleep=lambda _: inner.append(tell()))

    assert inner == [0, 0, 0]
    assert len(mail.outbox) == 3


def test_two_processes_that_mean_the_same_customer_tell_them_once(store: Store):
    notice = ask(finished_job(store, customers=1))
    carrier = MailCarrier()
    first, second = sending.next_of(notice=notice), sending.next_of(notice=notice)
    assert first is not None
    assert second is not None

    assert [sending.tell(it, carrier=carrier) for it in (first, second)] == [True, False]

    assert len(mail.outbox) == 1


def test_the_balance_is_told_only_when_it_is_known(store: Store):
    job = finished_job(store, customers=2)
    Customer.objects.filter(customer_id=1002).update(read_at=timezone.now() - dt.timedelta(hours=1))
    notice = ask(job, text_ar="رصيدك {balance}")

    tell()
    assert fates(notice) == {1001: Fate.SENT}
    assert "500" in mail.outbox[0].body

    Customer.objects.filter(customer_id=1002).update(read_at=timezone.now(), points=1234)
    age(notice, by=dt.timedelta(minutes=2))
    tell()
    assert "1,234" in mail.outbox[1].body


def test_a_balance_that_never_comes_is_not_made_up(store: Store):
    job = finished_job(store, customers=1)
    Customer.objects.update(read_at=timezone.now() - dt.timedelta(days=3))
    job.lines.update(ended_at=timezone.now() - dt.timedelta(days=2))
    notice = ask(job, text_ar="رصيدك {balance}")

    tell()

    assert mail.outbox == []
    assert fates(notice) == {1001: Fate.WITHDRAWN}


def test_it_passes_no_line_over_that_became_ready_later(store: Store):
    job = finished_job(store, customers=4)
    first = Customer.objects.filter(customer_id=1001)
    first.update(read_at=timezone.now() - dt.timedelta(hours=1))
    notice = ask(job, text_ar="{balance}")
    tell()

    first.update(read_at=timezone.now())
    age(notice, by=dt.timedelta(minutes=2))
    tell()

    assert fates(notice) == dict.fromkeys(range(1001, 1005), Fate.SENT)


def test_beat_has_each_channel_served(store: Store, settings):
    notice = ask(finished_job(store, customers=1))
    settings.NOTICES_PER_MINUTE = 60_000
    beat = [it for it in settings.CELERY_BEAT_SCHEDULE.values() if "notices" in it["task"]]

    for entry in beat:
        assert entry["task"] == tasks.tell_customers.name
        tasks.tell_customers(*entry["args"])

    assert [entry["args"] for entry in beat] == [[it.value] for it in Channel]
    assert fates(notice) == {1001: Fate.SENT}


def test_stopping_leaves_the_rest_untold(store: Store):
    notice = ask(finished_job(store))

    def stop(_: float) -> None:
        operations.stop_telling(notice=notice, by=OPERATOR)

    turns.take_turn(channel=Channel.EMAIL, sleep=stop)

    assert len(mail.outbox) == 1


# By a real mail server


def test_a_mail_server_gets_every_letter_over_one_connection(store: Store, server: Server):
    notice = ask(finished_job(store))

    tell()

    assert sorted(addresses(server)) == [f"c{it}@example.com" for it in (1001, 1002, 1003)]
    assert set(fates(notice).values()) == {Fate.SENT}


def test_a_worker_killed_between_claim_and_letter_tells_nobody_twice(
    store: Store, server: Server, monkeypatch
):
    notice = ask(finished_job(store, customers=1))

    def die(*args):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(MailCarrier, "send", die)
        with pytest.raises(Killed):
            tell()
    Message.objects.update(claimed_at=timezone.now() - sending.CLAIM_LIFETIME * 2)
    tell()

    assert addresses(server) == []
    assert fates(notice) == {1001: Fate.UNKNOWN}


def test_a_worker_killed_between_letter_and_outcome_tells_nobody_twice(
    store: Store, server: Server, monkeypatch
):
    notice = ask(finished_job(store, customers=1))
    send = MailCarrier.send

    def send_and_die(self, letter):
        send(self, letter)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(MailCarrier, "send", send_and_die)
        with pytest.raises(Killed):
            tell()
    Message.objects.update(claimed_at=timezone.now() - sending.CLAIM_LIFETIME * 2)
    tell()

    assert addresses(server) == ["c1001@example.com"]
    assert fates(notice) == {1001: Fate.UNKNOWN}


def test_a_lost_answer_leaves_it_open_and_the_rest_goes_on(store: Store, server: Server):
    notice = ask(finished_job(store))
    server.to_data = [""]

    tell()

    assert sorted(fates(notice).values()) == [Fate.SENT, Fate.SENT, Fate.UNKNOWN]
    assert len(set(addresses(server))) == 3


def test_an_address_that_is_refused_is_left_alone_from_then_on(store: Store, server: Server):
    server.answers["c1002@example.com"] = "550 5.1.1 No such user c1002@example.com"
    notice = ask(finished_job(store))
    tell()
    assert fates(notice)[1002] == Fate.BOUNCED
    server.answers.clear()

    again = ask(finished_job(store))
    tell()

    assert fates(again)[1002] == Fate.BOUNCED
    assert addresses(server).count("c1002@example.com") == 0


def test_a_refusal_of_ours_is_not_held_against_the_address(store: Store, server: Server):
    server.answers["c1001@example.com"] = "554 5.7.1 Not from you"
    notice = ask(finished_job(store, customers=1))

    tell()

    assert fates(notice) == {1001: Fate.REFUSED}
    assert Recipient.objects.get().bounced_at is None
    assert Message.objects.get().code == "554 5.7.1"


def test_what_is_put_off_is_tried_again(store: Store, server: Server):
    server.answers["c1001@example.com"] = "450 4.2.0 Come back later"
    notice = ask(finished_job(store, customers=1))
    tell()
    assert fates(notice) == {1001: Fate.WAITING}
    server.answers.clear()

    tell()  # too early
    assert addresses(server) == []
    age(notice, by=dt.timedelta(minutes=10))
    tell()

    assert addresses(server) == ["c1001@example.com"]
    assert fates(notice) == {1001: Fate.SENT}


def test_what_is_put_off_for_ever_is_given_up(store: Store, server: Server):
    server.answers["c1001@example.com"] = "450 4.2.0 Come back later"
    notice = ask(finished_job(store, customers=1))

    for _ in range(10):
        tell()
        age(notice, by=dt.timedelta(days=1))

    assert fates(notice) == {1001: Fate.REFUSED}
    assert server.tried == sending.MOST_ATTEMPTS


def test_what_was_put_off_is_withdrawn_when_the_points_were_taken_back(
    store: Store, server: Server
):
    server.answers["c1001@example.com"] = "450 4.2.0 Come back later"
    notice = ask(finished_job(store, customers=1))
    tell()
    Line.objects.update(status=LineStatus.UNDONE)
    server.answers.clear()
    age(notice, by=dt.timedelta(minutes=10))

    tell()

    assert addresses(server) == []
    assert fates(notice) == {1001: Fate.WITHDRAWN}


def test_without_a_server_nobody_is_claimed_and_it_is_tried_later(
    store: Store, server: Server, settings
):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    notice = ask(finished_job(store, customers=1))

    assert tell() == 0
    assert fates(notice) == {}
    settings.EMAIL_PORT = port
    assert tell() == 0  # it has a minute to recover

    Outbox.objects.update(wait_until=timezone.now())
    tell()
    assert addresses(server) == ["c1001@example.com"]


def test_a_connection_that_the_server_closed_is_opened_again(store: Store, server: Server):
    ask(finished_job(store))
    carrier = MailCarrier()
    carrier.open()
    carrier._connection.connection.sock.shutdown(2)

    carrier.open()

    found = sending.next_of(notice=Notice.objects.get())
    assert found is not None
    assert sending.tell(found, carrier=carrier)
    assert len(server.mails) == 1
    carrier.close()


@pytest.mark.services
@pytest.mark.usefixtures("two_can_write")
@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_tell_everybody_once(server: Server, settings):
    settings.NOTICES_PER_MINUTE = 60_000
    store = make_store(90001)
    notice = ask(finished_job(store, customers=20))

    def work() -> None:
        try:
            for _ in range(3):
                tell()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(addresses(server)) == sorted(f"c{1001 + it}@example.com" for it in range(20))
    assert set(fates(notice).values()) == {Fate.SENT}


def test_nothing_personal_is_logged(store: Store, server: Server, caplog):
    server.answers["c1001@example.com"] = "550 5.1.1 No such user c1001@example.com"
    server.to_data = [""]
    ask(finished_job(store, customers=3))

    tell()

    assert "example.com" not in caplog.text
    assert "عميل" not in caplog.text


def test_a_bulk_adjustment_without_a_notice_costs_no_row(store: Store):
    make_job(store)

    tell()

    assert not Message.objects.exists()
