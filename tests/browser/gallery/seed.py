"""The rows that the gallery shows: every state of a bulk adjustment and of an adjustment.

    python -m tests.browser.gallery.seed

runs in the product's environment. Ids, references and dates are the same each time.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import django

from tests.browser.gallery import seed_recurring
from tests.zid_sandbox.people import people
from tests.zid_sandbox.seed import first_customer_id, stable_uuid

STORE_ID = 90001
QUIET_STORE_ID = 90002  # nobody changes anything there
READING_STORE_ID = 90003  # its customers are being read for the first time
EMPTY_STORE_ID = 90004
RUNNING_STORE_ID = 90005  # a bulk adjustment runs, and so every page of this store says
WRITING_STORE_ID = 90003  # its info page was changed once
INFO_PAGE_CHANGE = 900_201
LEAVING_STORE_ID = 90006  # its merchant asked for all data to be deleted
ENDING_STORE_ID = 90007  # its subscription ends, and Zid renews its tokens no more
UNPAID_STORE_ID = 90008
CAREFUL_STORE_ID = 90003  # a second manager approves, and types the number of customers
NOW = dt.datetime(2026, 3, 15, 9, 30, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
# Far enough away for a schedule that is still ahead on any day on which the tests run.
NEXT_CENTURY = dt.datetime(2101, 1, 14, 6, 0, tzinfo=dt.UTC)
HARMFUL = '<p onclick="x()">اجمع النقاط</p><script>x()</script><form><input></form>'
OUTDATED = "<p>Get 70 points for every 3 riyals. Points expire after 30 days. Est. 2019.</p>"
REASON = "هدية عيد الفطر"
ZIDS_WORDS = "رصيد العميل من النقاط لا يكفي."
ALPHABET = "23456789bcdfghjkmpqrtvwx"

# Single adjustments: the customer they are of, who has no other.
UNKNOWN_CUSTOMER, UNSETTLED_CUSTOMER = 1012, 1013
SINGLE_LINES = {"applied": (1014, 900001), "rejected": (1015, 900002), "skipped": (1017, 900003)}
# Whom Zid has neither an e-mail address nor a mobile number of.
UNREACHABLE_CUSTOMER = 1030

# Entries of the activity whose change can be taken back, by what they did.
ENTRIES = {
    "set_activation": 900_101,
    "update_cashback_rule": 900_102,
    "delete_redemption_method": 900_104,
    "set_points_expiration": 900_109,
}
# Bulk adjustments whose customers are told: status, what became of telling each line's.
TELLING_STORE_ID = 90003
TOLD: dict[str, tuple[str, list[str], dict[str, Any]]] = {
    "to be told": ("draft", [], {}),
    "being told": ("finished", ["sent", "sent"], {}),
    "told": (
        "finished",
        [*["sent"] * 8, "no_address", "no_address", "opted_out", "bounced", "unknown"],
        {"ended_at": NOW},
    ),
    "told nobody": ("finished", [], {"stopped_at": NOW}),
}
OPT_OUT_TOKENS = {name: f"{'o' * 21}{at}" for at, name in enumerate(TOLD)}
WRITTEN = {
    "channel": "email", "subject_ar": "نقاط جديدة من {store}", "asked_at": NOW, "look_at": NOW,
    "text_ar": "مرحبًا {name}،\n\nأُضيفت {points} إلى رصيد النقاط. السبب: {reason}",
    "subject_en": "New points", "text_en": "Hello {name}, you have {points} new points.",
}  # fmt: skip

Lines = list[tuple[str, int]]  # status, how many
JOBS: dict[str, tuple[str, Lines, dict[str, Any]]] = {
    "draft": ("draft", [("pending", 4)], {}),
    "draft with problems": ("draft", [("pending", 4)], {"hidden_columns": ["C", "F"]}),
    "draft of a retry": ("draft", [("pending", 2)], {"retries": "with rejected lines"}),
    "draft of the same file": ("draft", [("pending", 4)], {"content_digest": "f" * 64}),
    "draft to approve": (
        "draft",
        [("pending", 4)],
        {"approval_asked_at": NOW, "approval_asked_by": "5f0c2a9e"},
    ),
    "undo being checked": ("draft", [("pending", 3)], {"undoes": "taken back"}),
    "undo short of points": (
        "draft",
        [("short", 2), ("pending", 3)],
        {"undoes": "finished", "balances_checked_at": NOW},
    ),
    "undo with points enough": (
        "draft",
        [("take", 3)],
        {"undoes": "undone", "balances_checked_at": NOW},
    ),
    "queued": ("queued", [("pending", 3)], {}),
    "scheduled": ("queued", [("pending", 3)], {"starts_at": NEXT_CENTURY}),
    "running": (
        "running",
        [("applied", 61), ("rejected", 2), ("unknown", 3), ("claimed", 1), ("pending", 173)],
        {},
    ),
    "paused": ("paused", [("applied", 2), ("pending", 2)], {"pause_reason": "merchant"}),
    "without permission": ("paused", [("applied", 1), ("pending", 2)], {"pause_reason": "scope"}),
    "cancelling": (
        "cancelling",
        [("applied", 1), ("claimed", 1), ("skipped", 2)],
        {"cancel_reason": "merchant"},
    ),
    "cancelled": ("cancelled", [("applied", 2), ("skipped", 2)], {"cancel_reason": "merchant"}),
    "access lost": ("cancelled", [("applied", 1), ("skipped", 2)], {"cancel_reason": "access"}),
    "finished": ("finished", [("applied", 4)], {"content_digest": "f" * 64}),
    "late": ("finished", [("applied", 3)], {"starts_at": NOW - 90 * MINUTE}),
    "with rejected lines": ("finished", [("applied", 2), ("rejected", 2)], {}),
    "with lines to decide": ("finished", [("applied", 1), ("unsettled", 2)], {}),
    "taken back": ("finished", [("applied", 1), ("undone", 2)], {}),
    "undone": ("finished", [("undone", 3)], {}),
    "broken": ("draft", [("pending", 1)], {}),
    "being prepared": ("writing", [("pending", 260)], {}),
    "discarded": (
        "cancelled",
        [],
        {"cancel_reason": "merchant", "confirmed_at": None, "started_at": None},
    ),
    "details removed": (
        "finished",
        [],
        {
            "lines_removed_at": NOW,
            "counts": {
                "applied": 1412,
                "rejected": 9,
                "undone": 31,
                "+": 72_600,
                "never_reached": 0,
            },
        },
    ),
}
UNWRITTEN = 4_740  # of its lines
# The lines of "draft with problems" that are to be put right.
LEFT_OUT: list[tuple[int, str, dict[str, str]]] = [
    (3, "bad_customer", {"customer": "نورة", "points": "50", "value": "نورة"}),
    (7, "no_points", {"customer": "1009", "points": "0", "value": "0", "reason": REASON}),
    (9, "fraction", {"customer": "1010", "points": "10.5", "value": "10.5"}),
    (11, "hidden_line", {"customer": "1012", "points": "50", "value": "1012", "reason": REASON}),
]
# What was done to some of them, the latest first. Nobody breaks one: the page of this one breaks.
HISTORIES = {
    "broken": ["break"],
    "paused": ["pause", "confirm", "start"],
    "with rejected lines": ["resume", "pause", "confirm", "start"],
}
JOB_STORES = {
    "running": RUNNING_STORE_ID,
    "being prepared": RUNNING_STORE_ID,
    "draft to approve": CAREFUL_STORE_ID,
}
IS_OVER = {"cancelled", "finished"}


def job_id(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"gallery/{name}")


def job_store(name: str) -> int:
    return JOB_STORES.get(name, STORE_ID)


def reference(*parts: object) -> str:
    number = uuid.uuid5(uuid.NAMESPACE_URL, "/".join(map(str, parts))).int
    letters = []
    for _ in range(12):
        number, at = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[at])
    return f"ref-{''.join(letters)}"


def line_fields(status: str) -> dict[str, Any]:
    """What a line in this state has beside it: the database refuses it otherwise."""
    done = {"ended_at": NOW}
    fields: dict[str, dict[str, Any]] = {
        "claimed": {"claim": uuid.UUID(int=1), "claimed_at": NOW},
        "unknown": {"unknown_at": NOW, "look_at": NOW + MINUTE},
        "unsettled": {"problem": "history_unclear"},
        "applied": {**done, "applied_at": NOW},
        "undone": {**done, "applied_at": NOW},
        "rejected": {**done, "zid_message": ZIDS_WORDS},
        "skipped": {**done, "problem": "cancelled"},
        # Not states but kinds of waiting lines.
        "short": {"status": "pending", "action": "take", "direction": "-", "balance_before": 4},
        "take": {"status": "pending", "action": "take", "direction": "-", "balance_before": 400},
    }
    return {"status": status, **fields.get(status, {})}


def add_jobs() -> None:
    from loyaltyadmin.points_adjustments.models import BulkAdjustment, LeftOut, Line, Unwritten

    later: list[tuple[BulkAdjustment, str, str]] = []
    for at, (name, (status, lines, more)) in enumerate(JOBS.items()):
        created = NOW - (at * 40 + 60) * MINUTE
        own = dict(more)
        job = BulkAdjustment(
            id=job_id(name), store_id=job_store(name), status=status, source="page", reason=REASON,
            file_name="عملاء-رمضان.csv" if at % 3 else "points-2026.csv", created_at=created,
            confirmed_at=None if status in {"writing", "draft"} else created + MINUTE,
            started_at=None if status in {"writing", "draft", "queued"} else created + 2 * MINUTE,
            ended_at=created + 9 * MINUTE if status in IS_OVER else None,
        )  # fmt: skip
        later += [(job, link, own.pop(link)) for link in ("undoes", "retries") if link in own]
        for field, value in own.items():
            setattr(job, field, value)
        job.save(force_insert=True)
        Line.objects.bulk_create(job_lines(job, name, lines))
    Unwritten.objects.create(job_id=job_id("being prepared"), rows_count=UNWRITTEN)
    for position, code, cells in LEFT_OUT:
        LeftOut.objects.create(
            job_id=job_id("draft with problems"), position=position, code=code, **cells
        )
    for job, link, other in later:
        setattr(job, f"{link}_id", job_id(other))
        job.save()


def job_lines(job: Any, name: str, lines: Lines) -> list[Any]:
    from loyaltyadmin.points_adjustments.models import Line

    statuses = [status for status, number in lines for _ in range(number)]
    return [
        Line(
            **{
                "store_id": job.store_id, "job": job, "position": at + 2, "customer_id": 1001 + at,
                "action": "add", "direction": "+", "points": 5 * (at % 60 + 1), "reason": REASON,
                "reference": reference(name, at), "created_at": job.created_at,
                **line_fields(status),
            }
        )
        for at, status in enumerate(statuses)
    ]  # fmt: skip


def add_single_lines() -> None:
    from loyaltyadmin.points_adjustments.models import Line

    wanted: list[tuple[str, int, int | None]] = [
        ("unknown", UNKNOWN_CUSTOMER, None),
        ("unsettled", UNSETTLED_CUSTOMER, None),
        *((status, customer, line) for status, (customer, line) in SINGLE_LINES.items()),
    ]
    for status, customer_id, line_id in wanted:
        fields = line_fields(status)
        if status == "skipped":
            fields["problem"] = "not_sent"
        Line.objects.create(
            id=line_id, store_id=STORE_ID, customer_id=customer_id, action="add", direction="+",
            points=50, reason=REASON, reference=reference(status), created_at=NOW, **fields,
        )  # fmt: skip


def add_many_jobs(store_id: int, number: int) -> None:
    """A store with more bulk adjustments than one page shows."""
    from loyaltyadmin.points_adjustments.models import BulkAdjustment

    BulkAdjustment.objects.bulk_create(
        BulkAdjustment(
            id=job_id(f"one of many, {at}"), store_id=store_id, status="cancelled",
            cancel_reason="merchant", source="command", reason=REASON,
            created_at=NOW - at * MINUTE, ended_at=NOW,
        )
        for at in range(number)
    )  # fmt: skip


def add_activity() -> None:
    from loyaltyadmin.activity.models import Entry

    rule_id = stable_uuid("cashback", QUIET_STORE_ID, "online")
    rule = {"points_rewarded": 5, "amount_to_spend": "100", "is_active": True}
    method = {"kind": "fixed_rate", "discount_value": "12.5", "points_to_redeem": 250}
    points = {"action": "add", "points": 50, "reason": REASON}
    file = {"file_name": "عملاء-رمضان.csv", "reason": REASON}
    entries: list[dict[str, Any]] = [
        {"action": "set_activation", "before": {"is_active": False}, "after": {"is_active": True}},
        {"action": "update_cashback_rule", "before": rule, "subject": rule_id,
         "after": {**rule, "points_rewarded": 12}},
        {"action": "add_redemption_method", "after": method},
        {"action": "delete_redemption_method", "before": method,
         "subject": stable_uuid("deleted method")},
        {"action": "set_points_expiration", "before": {"days": 365}, "after": {"days": 9999},
         "outcome": "refused", "zid_message": ZIDS_WORDS},
        {"action": "toggle_cashback_rule", "before": rule, "after": {**rule, "is_active": False},
         "subject": rule_id, "outcome": "unknown"},
        {"action": "adjust_customer_points", "after": points, "customer_id": 1_250_001},
        {"action": "confirm_bulk_adjustment", "after": file, "job_id": job_id("one of many, 1"),
         "who": "operator", "session": ""},
        {"action": "set_points_expiration", "before": {"days": 180}, "after": {"days": 365},
         "restores_id": 900_105},
    ]  # fmt: skip
    entries += [
        {"action": f"{action}_bulk_adjustment", "after": file, "job_id": job_id(name),
         "store_id": STORE_ID, "at": NOW - minutes * MINUTE}
        for name, actions in HISTORIES.items()
        for minutes, action in enumerate(actions, start=1)
    ]  # fmt: skip
    Entry.objects.bulk_create(
        Entry(
            **{
                "id": 900_101 + at, "store_id": QUIET_STORE_ID, "at": NOW - at * MINUTE,
                "who": "merchant", "session": "5f0c2a9e", "outcome": "done", **fields,
            }
        )
        for at, fields in enumerate(entries)
    )  # fmt: skip


def add_notices() -> None:
    from loyaltyadmin.customers.models import Customer
    from loyaltyadmin.notices.models import Message, Notice, Recipient
    from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line

    Customer.objects.bulk_create(
        Customer(
            store_id=TELLING_STORE_ID, customer_id=1001 + at, name=name, read_at=NOW, points=120,
            email=f"customer{at}@example.com" if at != 2 else "", mobile=f"96650000000{at}",
        )
        for at, name in enumerate(["نورة العتيبي", "Sara Khan", "عبدالله الشهري", "خالد"])
    )  # fmt: skip
    for name, (status, fates, more) in TOLD.items():
        is_over = status in IS_OVER
        job = BulkAdjustment.objects.create(
            id=job_id(name), store_id=TELLING_STORE_ID, status=status, source="page",
            reason=REASON, file_name="points-2026.csv", created_at=NOW - 60 * MINUTE,
            confirmed_at=None if status == "draft" else NOW - 50 * MINUTE,
            started_at=NOW - 49 * MINUTE if is_over else None,
            ended_at=NOW - 40 * MINUTE if is_over else None,
        )  # fmt: skip
        lines = [
            Line(**{
                "store_id": TELLING_STORE_ID, "job": job, "position": at + 2, "action": "add",
                "customer_id": 1001 + at % 4, "direction": "+", "points": 50, "reason": REASON,
                "reference": reference(name, at), "created_at": NOW,
                **line_fields("applied" if is_over else "pending"),
            })
            for at in range(max(len(fates), 4))
        ]  # fmt: skip
        Line.objects.bulk_create(lines)
        notice = Notice.objects.create(job=job, store_id=TELLING_STORE_ID, **WRITTEN, **more)
        recipient = Recipient.objects.create(
            store_id=TELLING_STORE_ID, channel="email", fingerprint=name,
            token=OPT_OUT_TOKENS[name],
            opted_out_at=NOW if "opted_out" in fates else None,
        )  # fmt: skip
        Message.objects.bulk_create(
            Message(
                notice=notice, line=line, recipient=recipient, fate=fate, claimed_at=NOW,
                ended_at=NOW,
            )
            for line, fate in zip(lines, fates, strict=False)
        )  # fmt: skip


def add_told_alone() -> None:
    """Of single adjustments: one of which the customer was told, and one who never can be."""
    from loyaltyadmin.customers.models import Customer
    from loyaltyadmin.notices.models import Message, Notice, Recipient

    _, line_id = SINGLE_LINES["applied"]
    notice = Notice.objects.create(store_id=STORE_ID, line_id=line_id, **WRITTEN, ended_at=NOW)
    recipient = Recipient.objects.create(
        store_id=STORE_ID, channel="email", fingerprint="told", token="t" * 22
    )
    Message.objects.create(
        notice=notice, line_id=line_id, recipient=recipient, fate="sent", claimed_at=NOW,
        ended_at=NOW,
    )  # fmt: skip
    Customer.objects.filter(store=STORE_ID, customer_id=UNREACHABLE_CUSTOMER).update(
        email="", mobile=""
    )


def add_info_pages() -> None:
    """A version to bring back, and work that was not saved."""
    from loyaltyadmin.activity.models import Entry
    from loyaltyadmin.info_page.models import Draft

    before = {
        "title_ar": "نقاطك معنا", "title_en": "Your points",
        "content_ar": "<p>اجمع 5 نقاط عن كل 100 ريال.</p>",
        "content_en": "<p>Collect 5 points for every 100 riyals.</p>",
    }  # fmt: skip
    Entry.objects.create(
        id=INFO_PAGE_CHANGE, store_id=WRITING_STORE_ID, at=NOW, who="merchant", session="5f0c2a9e",
        action="update_info_page", outcome="done", before=before,
        after={**before, "content_ar": "<p>اجمع النقاط مع كل طلب.</p>"},
    )  # fmt: skip
    Draft.objects.create(
        store_id=QUIET_STORE_ID, **before, based_on={"version": "before"}, kept_at=NOW
    )  # fmt: skip


def add_safeguards() -> None:
    from loyaltyadmin.points_adjustments.models import Safeguards

    Safeguards.objects.create(
        store_id=CAREFUL_STORE_ID, type_number_above=3, needs_second_manager=True
    )


def add_customers() -> None:
    """What was read from the stand-in for Zid: of one store not yet, of one there is nobody."""
    from loyaltyadmin.customers import directory
    from loyaltyadmin.customers.models import Directory
    from loyaltyadmin.stores.models import Store
    from loyaltyadmin.zid import types

    Directory.objects.all().delete()
    for at, store in enumerate(Store.objects.order_by("id")):
        is_read = store.id != READING_STORE_ID
        Directory.objects.create(
            store=store, due_at=NEXT_CENTURY, fetched_at=NOW if is_read else None,
            started_at=None if is_read else NOW, seen_count=1200, total_count=4850,
        )  # fmt: skip
        if store.id in {READING_STORE_ID, EMPTY_STORE_ID}:
            continue
        payloads = [
            {"id": first_customer_id(at) + number, "name": it.name, "is_active": it.is_active,
             "points": number * 7 % 900 if number % 3 else 0, **it.details}
            for number, it in enumerate(people(200, store_index=at, seed=1, today=NOW))
        ]  # fmt: skip
        told = [types.Customer.from_payload(payload, endpoint="seed") for payload in payloads]
        directory.keep(store=store, customers=told, asked_at=NOW)


def add_presets() -> None:
    from loyaltyadmin.presets.models import Preset

    choices = [("add", 50, "اعتذار عن التأخير"), ("add", 100, "هدية"), ("take", 25, "تصحيح")]
    Preset.objects.bulk_create(
        Preset(store_id=STORE_ID, position=at, action=action, points=points, reason=reason)
        for at, (action, points, reason) in enumerate(choices, start=1)
    )


SEGMENTS: dict[str, dict[str, Any]] = {
    "نقاط كثيرة": {"points_from": 600, "has_points": True},
    "VIP الرياض": {"tag": "VIP", "city": "الرياض"},
    "لا أحد": {"points_from": 900_000},
}


def segment_id(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"gallery/segments/{name}")


def add_segments() -> None:
    from loyaltyadmin.segments.models import Segment

    Segment.objects.bulk_create(
        Segment(
            id=segment_id(name), store_id=STORE_ID, name=name, criteria_json=criteria,
            created_at=NOW, updated_at=NOW,
        )
        for name, criteria in SEGMENTS.items()
    )  # fmt: skip


def read_programs() -> None:
    """What has been read once shows on other pages: which one comes first must not matter."""
    from loyaltyadmin.info_page import operations as info_page
    from loyaltyadmin.program import operations as program
    from loyaltyadmin.stores import operations as stores
    from loyaltyadmin.stores import pacer
    from loyaltyadmin.stores.models import Store

    for store in Store.objects.all():
        pace = stores.pacer_for(store=store, asks=pacer.For.PERSON)
        with stores.zid_client_for(store=store, language="ar", pace=pace) as zid:
            program.read_program(store=store, zid=zid)
            info_page.read_info_page(store=store, zid=zid)


def end_the_guide(store_id: int) -> None:
    """A store that put the first-run guide away, and to which the app's access ends."""
    from loyaltyadmin.stores.models import Store

    Store.objects.filter(id=store_id).update(
        guide_dismissed_at=NOW, tokens_expire_at=NOW + 5 * 24 * 60 * MINUTE
    )


def note_what_zid_said() -> None:
    """Stores that Zid has something against, and one that wants to be forgotten."""
    from loyaltyadmin.stores.models import Store

    Store.objects.filter(id=LEAVING_STORE_ID).update(erasure_due_at=NEXT_CENTURY)
    Store.objects.filter(id=ENDING_STORE_ID).update(
        subscription="warning",
        subscription_ends_on=NEXT_CENTURY.date(),
        refresh_refused_at=NOW,
        tokens_expire_at=NEXT_CENTURY,
    )
    Store.objects.filter(id=UNPAID_STORE_ID).update(subscription="expired")


def main() -> None:
    django.setup()
    add_notices()
    add_customers()
    add_segments()
    add_presets()
    add_safeguards()
    add_jobs()
    add_single_lines()
    add_told_alone()
    add_many_jobs(QUIET_STORE_ID, 45)
    add_activity()
    add_info_pages()
    end_the_guide(90004)
    note_what_zid_said()
    seed_recurring.add()
    read_programs()


if __name__ == "__main__":
    main()
