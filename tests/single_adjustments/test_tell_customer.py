"""Who is adjusted alone is told by the same click: only where it was ticked, and once."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.notices import operations
from loyaltyadmin.notices import turns as telling
from loyaltyadmin.notices.addresses import fingerprint, token_of
from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.notices.models import Fate, Message, Notice, Recipient
from loyaltyadmin.points_adjustments import turns
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import LineStatus
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.customers.conftest import know
from tests.notices.conftest import TEXTS, tell
from tests.pages import Page
from tests.points_adjustments.conftest import Ledger, make_line, settle_time

ADDRESS = "/customers/1001/adjust/"
EMAIL = "noura@example.com"
TICKED = {"tell": "on", "channel": "email", **TEXTS}

pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.fixture(autouse=True)
def _is_known(store: Store) -> None:
    asked_at = timezone.now() - dt.timedelta(hours=1)
    know(store, 1001, email=EMAIL, mobile="966500001001", points=500, asked_at=asked_at)


def adjust(merchant: Client, **fields: Any) -> Any:
    form = {"action": "add", "points": "50", "reason": "A gift", "submission": str(uuid.uuid4())}
    return merchant.post(ADDRESS, form | fields, headers=edge.HTMX)


def settle(store: Store, *, later: float = 0) -> None:
    """A worker looks a lost answer up, when it is late enough, and who is to be told is told."""
    with time_machine.travel(timezone.now() + dt.timedelta(seconds=settle_time() + 1 + later)):
        turns.take_turn(store_id=store.id, sleep=lambda seconds: None)
        tell()
        tell()


def without_marks(text: object) -> str:
    """Without what keeps names and numbers in their place in a text of both directions."""
    return re.sub("[\u2066-\u2069]", "", str(text))


def box(page: Page) -> dict[str, str | None]:
    return page.one("input", name="tell").attributes


def recipient(store: Store, **fields: Any) -> Recipient:
    mark = fingerprint(EMAIL, store_id=store.id, channel=Channel.EMAIL)
    return Recipient.objects.create(
        store_id=store.id,
        channel=Channel.EMAIL,
        fingerprint=mark,
        token=token_of(mark),
        **fields,
    )


def test_nobody_is_told_unless_it_is_ticked(merchant: Client, ledger: Ledger) -> None:
    response = adjust(merchant, **{**TICKED, "tell": ""})
    tell()

    assert ledger.points_of(1001) == 50
    assert mail.outbox == []
    assert not Notice.objects.exists()
    assert "checked" not in box(Page(response))


def test_who_is_ticked_is_told_once(merchant: Client, ledger: Ledger) -> None:
    response = adjust(merchant, **{**TICKED, "text_ar": "{name} {points} {balance} {reason}"})
    assert mail.outbox == []
    tell()
    tell()

    assert [it.to for it in mail.outbox] == [[EMAIL]]
    assert "نورة العتيبي 50 550 A gift" in without_marks(mail.outbox[0].body)
    assert (
        "The customer will be told shortly." in Page(response).one(id="adjust-customer-points").text
    )
    assert "checked" not in box(Page(response)), "the next one is not told unless that is ticked"


def test_it_is_written_down(merchant: Client, ledger: Ledger) -> None:
    adjust(merchant, **TICKED)

    entry = Entry.objects.get(action="tell_customers")
    assert entry.customer_id == 1001
    assert entry.after == {"channel": "email", **TEXTS}


def test_a_lost_answer_that_is_settled_later_is_told_then_and_once(
    store: Store, merchant: Client, ledger: Ledger
) -> None:
    ledger.loses_the_answer(applied=True)

    response = adjust(merchant, **TICKED)
    tell()
    assert mail.outbox == []
    assert "once it is certain" in Page(response).one(id="adjust-customer-points").text

    settle(store)
    assert [it.to for it in mail.outbox] == [[EMAIL]]


def test_a_lost_answer_of_what_did_not_happen_is_never_told(
    store: Store, merchant: Client, ledger: Ledger
) -> None:
    ledger.loses_the_answer(applied=False)

    adjust(merchant, **TICKED)
    settle(store)

    assert Line.objects.get().status == LineStatus.SKIPPED
    assert mail.outbox == []
    assert not Notice.objects.get().is_open


def test_a_process_that_dies_right_after_the_call_forgets_nobody(
    store: Store, merchant: Client, ledger: Ledger
) -> None:
    class Killed(BaseException):
        pass

    ledger.loses_the_answer(applied=True, how=Killed())  # type: ignore[arg-type]
    with pytest.raises(Killed):
        adjust(merchant, **TICKED)

    Line.objects.update(claimed_at=timezone.now() - dt.timedelta(minutes=10))
    turns.sweep()
    settle(store)

    assert [it.to for it in mail.outbox] == [[EMAIL]]


def test_what_zid_refused_is_never_told_and_its_form_comes_back_as_it_was(
    merchant: Client, ledger: Ledger
) -> None:
    ledger.refuses(422, message="No")

    response = adjust(merchant, **{**TICKED, "text_ar": "A text of my own"})
    tell()

    page = Page(response)
    assert mail.outbox == []
    assert "checked" in box(page)
    assert page.one("textarea", name="text_ar").text == "A text of my own"
    assert "The customer is not told." in page.one(id="adjust-customer-points").text


def test_what_nobody_decides_for_a_week_is_told_no_more(store: Store, merchant: Client) -> None:
    line = make_line(store, status=LineStatus.UNSETTLED, problem="history_unclear")
    notice = operations.tell_customer(
        line=line, by=operations.activity.OPERATOR, channel=Channel.EMAIL, texts=TEXTS
    )
    tell()
    assert not Message.objects.exists()

    with time_machine.travel(timezone.now() + telling.LATE_DECISIONS + dt.timedelta(minutes=1)):
        tell()
        merchant.post(f"/adjustments/{line.id}/decide/", {"happened": "1"})
        tell()

    notice.refresh_from_db()
    assert notice.ended_at is not None
    assert mail.outbox == []


def test_what_the_merchant_decides_is_told(store: Store, merchant: Client) -> None:
    line = make_line(store, status=LineStatus.UNSETTLED, problem="history_unclear")
    operations.tell_customer(
        line=line, by=operations.activity.OPERATOR, channel=Channel.EMAIL, texts=TEXTS
    )

    merchant.post(f"/adjustments/{line.id}/decide/", {"happened": "1"})
    tell()

    assert [it.to for it in mail.outbox] == [[EMAIL]]


def test_a_form_that_is_sent_twice_tells_once(merchant: Client, ledger: Ledger) -> None:
    form = {**TICKED, "submission": str(uuid.uuid4())}

    adjust(merchant, **form)
    adjust(merchant, **form)
    tell()

    assert ledger.adjustments == 1
    assert len(mail.outbox) == 1


def test_a_mistake_in_the_text_sends_nothing_and_loses_nothing(
    merchant: Client, ledger: Ledger
) -> None:
    response = adjust(merchant, **{**TICKED, "text_ar": "{nam}"})

    page = Page(response)
    assert response.status_code == 422
    assert not Line.objects.exists()
    assert "{nam} is no placeholder" in page.one(id="id_text_ar_error").text
    assert page.one("textarea", name="text_ar").text == "{nam}"
    assert page.one(name="points")["value"] == "50"
    assert "checked" in box(page)


def test_a_mistake_in_the_points_keeps_the_text(merchant: Client, ledger: Ledger) -> None:
    page = Page(adjust(merchant, **{**TICKED, "points": "x", "text_ar": "A text of my own"}))

    assert "checked" in box(page)
    assert page.one("textarea", name="text_ar").text == "A text of my own"
    assert not Notice.objects.exists()


def test_a_mistake_in_a_text_that_is_not_wanted_is_none(merchant: Client, ledger: Ledger) -> None:
    response = adjust(merchant, **{**TICKED, "tell": "", "text_ar": "{nam}", "channel": "pigeon"})

    assert response.status_code == 200
    assert ledger.adjustments == 1


@pytest.mark.parametrize(
    ("hindrance", "said"),
    [
        ("nobody", "Zid has no e-mail address of this customer."),
        ("address", "Zid has no e-mail address of this customer."),
        ("opted_out", "The customer asked not to be written to by e-mail."),
        ("bounced", "The customer's e-mail address does not exist."),
        ("set_up", "This app has not been set up to write e-mails or text messages."),
    ],
)
def test_where_it_is_impossible_it_says_why_and_moves_nothing(
    store: Store, merchant: Client, ledger: Ledger, settings: Any, hindrance: str, said: str
) -> None:
    match hindrance:
        case "nobody":
            store.customers.all().delete()
        case "address":
            store.customers.update(email="no address")
        case "opted_out":
            recipient(store, opted_out_at=timezone.now())
        case "bounced":
            recipient(store, bounced_at=timezone.now())
        case "set_up":
            settings.EMAIL_FROM = ""

    response = adjust(merchant, **TICKED)  # from a form that was open before that

    page = Page(response)
    assert response.status_code == 422
    assert ledger.adjustments == 0
    assert "disabled" in box(page)
    assert said in page.one(id="id_tell_helptext").text
    assert "can no longer be told" in page.one(id="id_tell_error").text
    assert not page.has("textarea")


def test_who_cannot_be_told_in_one_way_can_be_in_the_other(
    store: Store, merchant: Client, ledger: Ledger, settings: Any
) -> None:
    settings.SMS_PROVIDER = "unifonic"
    recipient(store, opted_out_at=timezone.now())

    response = adjust(merchant, **TICKED)

    page = Page(response)
    assert response.status_code == 422
    assert "cannot be told in this way any more" in page.one(id="id_channel_error").text
    assert [it["value"] for it in page.all("input", name="channel")] == ["sms"]
    assert "asked not to be written to by e-mail" in page.one(id="adjust-customer-points").text
    assert adjust(merchant, **{**TICKED, "channel": "sms"}).status_code == 200
    assert Notice.objects.get().channel == Channel.SMS


def test_who_opts_out_before_the_message_goes_is_left_alone(
    store: Store, merchant: Client, ledger: Ledger
) -> None:
    adjust(merchant, **TICKED)
    recipient(store, opted_out_at=timezone.now())
    tell()

    assert mail.outbox == []
    assert Message.objects.get().fate == Fate.OPTED_OUT


def test_the_customers_page_says_of_each_adjustment_whether_they_were_told(
    store: Store, merchant: Client, ledger: Ledger
) -> None:
    adjust(merchant, reason="the silent one")
    adjust(merchant, reason="the told one", **TICKED)
    tell()
    adjust(merchant, reason="the next one", **TICKED)
    ledger.refuses(422, message="No")
    adjust(merchant, reason="the refused one", **TICKED)

    page = Page(merchant.get("/customers/1001/"))

    said = [it.text for it in page.all("li") if "the " in it.text and " one" in it.text]
    expected = {
        "silent": "",
        "told": "Telling the customer: Told",
        "next": "The customer will be told shortly.",
        "refused": "The customer is not told.",
    }
    for name, sentence in expected.items():
        [row] = [it for it in said if f"the {name} one" in it]
        assert sentence in row
        assert ("customer" in row) is bool(sentence)
