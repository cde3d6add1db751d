"""A page asks the database as often for many rows as for few."""

from __future__ import annotations

import copy
import datetime as dt
import itertools
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import responses
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from loyaltyadmin.activity.models import Entry
from loyaltyadmin.customers.models import Customer
from loyaltyadmin.info_page.models import Draft
from loyaltyadmin.notices.models import Fate, Message
from loyaltyadmin.points_adjustments import uploads
from loyaltyadmin.points_adjustments.models import BulkAdjustment, LeftOut, Line
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.presets.models import Preset
from loyaltyadmin.snapshots.models import Snapshot
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.addresses import A_CHANGE, WITHOUT_A_PAGE, url_names
from tests.customers.conftest import know
from tests.info_page import wire
from tests.notices.conftest import ask, finished_job
from tests.points_adjustments.conftest import make_job, make_line
from tests.recurring_adjustments.conftest import make_recurring
from tests.segments.conftest import make_segment

DAY = dt.timedelta(days=1)
CUSTOMER_ID = 370001
RULE = "efc450a4-3f09-4544-bcdd-80ddcbde23c8"
METHOD = "4890974d-d474-4d08-99a4-a42b856ea71a"
FEW, MANY = 2, 40
BUCKET = ("stores_ratebucket", "SAVEPOINT")
DONE = {"ended_at": timezone.now(), "applied_at": timezone.now()}

# Gives the path to ask for, when there are so many rows of everything that the page shows.
Page = Callable[[Store, responses.RequestsMock, int], str]


def program(_store: Store, zid: responses.RequestsMock, rows: int) -> str:
    answer = edge.fixture("program")
    for name in ("cashback_rules", "redemption_rules"):
        kept = [rule for rule in answer[name] if not rule.get("deleted_at")]
        rules = itertools.islice(itertools.cycle(kept), rows)
        answer[name] = [{**copy.deepcopy(rule), "id": str(uuid.uuid4())} for rule in rules]
    zid.get(edge.PROGRAM, json=answer)
    return "/program/"


def edit_rule(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    program(store, zid, rows)
    answer = edge.fixture("program")
    answer["cashback_rules"] += [
        {**copy.deepcopy(answer["cashback_rules"][0]), "id": str(uuid.uuid4())} for _ in range(rows)
    ]
    zid.replace(responses.GET, edge.PROGRAM, json=answer)
    return f"/cashback-rules/{RULE}/update/"


def edit_method(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    edit_rule(store, zid, rows)
    return f"/redemption-methods/{METHOD}/update/"


def delete_method(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    edit_rule(store, zid, rows)
    return f"/redemption-methods/{METHOD}/delete/"


def expiration(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    edit_rule(store, zid, rows)
    return "/program/points-expiration/"


def activity(store: Store, _zid: responses.RequestsMock, rows: int) -> str:
    for _ in range(rows):
        line = make_line(store, customer_id=CUSTOMER_ID, status=LineStatus.APPLIED, **DONE)
        Entry.objects.create(
            store=store, at=timezone.now(), who="merchant", action="adjust_customer_points",
            outcome="done", after={"points": 5}, customer_id=CUSTOMER_ID, line_id=line.id,
        )  # fmt: skip
    return "/activity/"


def restored(action: str, path: str, subject: str = "") -> Page:
    """The page that brings back what an entry changed, while the program has so many rules."""

    def page(store: Store, zid: responses.RequestsMock, rows: int) -> str:
        edit_rule(store, zid, rows)
        entry = Entry.objects.create(
            store=store, at=timezone.now(), who="merchant", action=action, outcome="done",
            subject=subject,
            before={
                "points_rewarded": 3, "amount_to_spend": "7", "is_active": False, "days": 9,
                "kind": "percentage", "discount_value": "3", "points_to_redeem": 7,
            },
        )  # fmt: skip
        return f"{path}restore/{entry.id}/"

    return page


def find_customer(store: Store, _zid: responses.RequestsMock, rows: int) -> str:
    for number in range(min(rows, 20)):
        know(store, 1001 + number, tags=("VIP",))
    return "/customers/"


def segments(store: Store, _zid: responses.RequestsMock, rows: int) -> str:
    for at in range(rows):
        make_segment(store, f"{rows}, {at}")
    return "/segments/"


def quick_choices(store: Store, _zid: responses.RequestsMock, rows: int) -> str:
    for position in range(min(rows, 6)):
        Preset.objects.get_or_create(
            store=store, position=position + 1, action="add", points=5, reason="x"
        )
    return "/quick-choices/"


def add_segment(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    find_customer(store, zid, rows)
    return "/segments/add/"


def segment(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    find_customer(store, zid, rows)
    return f"/segments/{make_segment(store, str(rows), tag='VIP').id}/"


def customer(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    points = edge.fixture("customer_points")
    info = points["loyalty_points_info"]
    info["history"] = list(itertools.islice(itertools.cycle(info["history"]), rows))
    know(store, CUSTOMER_ID)
    zid.get(edge.POINTS, json=points)
    for _ in range(rows):
        make_line(store, customer_id=CUSTOMER_ID, status=LineStatus.APPLIED, **DONE)
    return f"/customers/{CUSTOMER_ID}/"


def points_of_customer(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    return f"{customer(store, zid, rows)}points/"


def adjustment(store: Store, _zid: responses.RequestsMock, rows: int) -> str:
    lines = [
        make_line(store, customer_id=CUSTOMER_ID, status=LineStatus.APPLIED, **DONE)
        for _ in range(rows)
    ]
    return f"/customers/{CUSTOMER_ID}/adjustments/{lines[0].id}/"


def jobs(store: Store, _zid: responses.RequestsMock, rows: int) -> str:
    for at in range(rows):
        make_job(store, customers=1 + at % 3, confirmed=bool(at % 2))
    return "/bulk-adjustments/"


def draft(store: Store, _zid: responses.RequestsMock, rows: int) -> str:
    job = make_job(store, customers=rows, confirmed=False)
    LeftOut.objects.bulk_create(
        LeftOut(job=job, position=500 + at, code="no_points", value="0") for at in range(rows)
    )
    return f"/bulk-adjustments/{job.id}/"


def repeat(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    """A draft of what was sent again and again."""
    for _ in range(rows):
        make_job(store, customers=rows)
    return f"/bulk-adjustments/{make_job(store, customers=rows, confirmed=False).id}/"


def chosen(store: Store, _zid: responses.RequestsMock, rows: int) -> str:
    Customer.objects.bulk_create(
        Customer(store=store, customer_id=500 + 100 * rows + at, read_at=timezone.now())
        for at in range(rows)
    )
    return "/bulk-adjustments/chosen/"


def undo(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    """Lines that cannot be taken back are listed."""
    undone = make_job(store, customers=rows)
    path = draft(store, zid, rows)
    BulkAdjustment.objects.filter(id=path.split("/")[2]).update(
        undoes=undone, balances_checked_at=timezone.now()
    )
    Line.objects.filter(job_id=path.split("/")[2]).update(direction="-", balance_before=1)
    return path


def running(store: Store, _zid: responses.RequestsMock, rows: int) -> str:
    """Lines of every outcome, and others of the store before and after it."""
    now = timezone.now()
    BulkAdjustment.objects.filter(status=JobStatus.RUNNING).update(
        status=JobStatus.FINISHED, ended_at=now
    )
    job = make_job(store, customers=4 * rows)
    kinds: list[dict[str, Any]] = [
        {"status": LineStatus.APPLIED, **DONE},
        {"status": LineStatus.REJECTED, "ended_at": now, "zid_message": "no"},
        {"status": LineStatus.UNSETTLED, "problem": "history_unclear"},
        {"status": LineStatus.UNKNOWN, "unknown_at": now, "look_at": now},
    ]
    for line, fields in zip(job.lines.order_by("position"), itertools.cycle(kinds), strict=False):
        Line.objects.filter(id=line.id).update(**fields)
    BulkAdjustment.objects.filter(id=job.id).update(status=JobStatus.RUNNING, started_at=now)
    for _ in range(rows):
        make_job(store, customers=2)
    return f"/bulk-adjustments/{job.id}/"


def queued(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    running(store, zid, rows)
    return f"/bulk-adjustments/{make_job(store, customers=rows).id}/"


def finished(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    """With several that send its refused lines again."""
    path = running(store, zid, rows)
    now = timezone.now()
    BulkAdjustment.objects.filter(id=path.split("/")[2]).update(
        status=JobStatus.FINISHED, ended_at=now
    )
    for _ in range(rows):
        retry = make_job(store, customers=1)
        BulkAdjustment.objects.filter(id=retry.id).update(retries_id=path.split("/")[2])
    return path


def told(store: Store, _zid: responses.RequestsMock, rows: int) -> str:
    """With customers of whom most were told."""
    Customer.objects.all().delete()
    job = finished_job(store, customers=rows)
    notice = ask(job)
    for line in job.lines.all()[1:]:
        Message.objects.create(
            notice=notice, line=line, fate=Fate.NO_ADDRESS, ended_at=timezone.now()
        )
    return f"/bulk-adjustments/{job.id}/"


def tells(store: Store, _zid: responses.RequestsMock, rows: int) -> str:
    return f"/bulk-adjustments/{finished_job(store, customers=rows).id}/tell/"


def recurring(store: Store, _zid: responses.RequestsMock, rows: int) -> str:
    """Each with as many runs, and each of those with a job."""
    for _ in range(rows):
        it = make_recurring(store, next_run_at=timezone.now() + DAY)
    for at in range(rows):
        it.runs.create(
            due_at=timezone.now() - at * DAY, made_at=timezone.now(), outcome="started",
            job=make_job(store, customers=2),
        )  # fmt: skip
        know(store, 5000 + Customer.objects.count())
    return f"/recurring-adjustments/{it.id}/"


def recurring_ones(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    recurring(store, zid, rows)
    return "/recurring-adjustments/"


def part(page: Page, name: str) -> Page:
    return lambda store, zid, rows: f"{page(store, zid, rows)}{name}"


def info_page(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    """With a draft, and with so many versions."""
    program(store, zid, rows)
    wire.reads(zid)
    versions = {"title_ar": None, "title_en": None, "content_ar": "", "content_en": "<p>x</p>"}
    for _ in range(rows):
        Entry.objects.create(
            store=store, at=timezone.now(), who="merchant", action="update_info_page",
            outcome="done", before=versions, after=wire.PAGE,
        )  # fmt: skip
    Draft.objects.update_or_create(
        store=store,
        defaults={"title_ar": "x", "based_on": {"version": "x"}, "kept_at": timezone.now()},
    )
    return "/info-page/"


def starting_text(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    """While nothing is known of the program yet."""
    path = info_page(store, zid, rows)
    Snapshot.objects.filter(store=store).delete()
    return f"{path}write/"


def info_page_version(store: Store, zid: responses.RequestsMock, rows: int) -> str:
    path = info_page(store, zid, rows)
    return f"{path}restore/{Entry.objects.latest('id').id}/"


def columns(store: Store, _zid: responses.RequestsMock, rows: int) -> str:
    content = "الاسم,القيمة\n" + "".join(f"نورة,{number}\n" for number in range(rows))
    upload = uploads.keep_upload(
        store=store, content=content.encode(), file_name="points.csv", reason=""
    )
    return f"/bulk-adjustments/columns/{upload.id}/"


PAGES: dict[str, list[Page]] = {
    "program": [program],
    "read-program": [part(program, "fresh/")],
    "update-cashback-rule": [edit_rule],
    "update-redemption-method": [edit_method],
    "delete-redemption-method": [delete_method],
    "set-points-expiration": [expiration],
    "restore-cashback-rule": [restored("update_cashback_rule", "/cashback-rules/", RULE)],
    "restore-redemption-method": [
        restored("update_redemption_method", "/redemption-methods/", METHOD)
    ],
    "restore-activation": [restored("set_activation", "/program/activation/")],
    "restore-points-expiration": [restored("set_points_expiration", "/program/points-expiration/")],
    "update-info-page": [info_page],
    "write-info-page": [starting_text],
    "restore-info-page": [info_page_version],
    "list-activity": [activity],
    "read-activity-file": [part(activity, "activity.csv")],
    "find-customer": [find_customer],
    "read-directory": [part(find_customer, "directory/")],
    "list-segments": [segments],
    "add-segment": [add_segment],
    "set-presets": [quick_choices],
    "read-segment": [segment],
    "update-segment": [part(segment, "update/")],
    "delete-segment": [part(segment, "delete/")],
    "read-customer": [customer],
    "read-customer-points": [points_of_customer],
    "read-adjustment": [adjustment],
    "list-bulk-adjustments": [jobs],
    "read-bulk-adjustment": [draft, repeat, undo, queued, running, finished, told],
    "tell-customers": [tells],
    "read-notice": [part(told, "tell/progress/")],
    "adjust-chosen-customers": [chosen],
    "match-columns": [columns],
    "read-bulk-draft": [part(draft, "draft/"), part(undo, "draft/")],
    "read-bulk-progress": [part(running, "progress/"), part(finished, "progress/")],
    "read-running-line": [part(running, "line/")],
    "list-bulk-lines": [part(running, "lines/"), part(finished, "lines/?outcome=rejected")],
    "read-bulk-results": [part(finished, "results.csv"), part(finished, "results.xlsx")],
    "read-bulk-failed": [part(finished, "failed.csv")],
    "cancel-bulk-adjustment": [part(running, "cancel/")],
    "list-recurring-adjustments": [recurring_ones],
    "read-recurring-adjustment": [recurring],
    "update-recurring-adjustment": [part(recurring, "update/")],
    "delete-recurring-adjustment": [part(recurring, "delete/")],
}
NO_ROWS = {
    "set-bulk-safeguards": "one row",
    "open-embedded-app": "one store",
    "add-redemption-method": "an empty form",
    "read-example": "two numbers",
    "preview-info-page": "what is posted",
    "keep-draft": "one draft",
    "read-canvas": "nothing of a store",
    "read-worth": "two numbers",
    "keep-session": "one session",
    "zid_login": "nothing",
    "zid_callback": "one store",
    "receive-app-event": "one store",
    "receive-store-event": "one customer",
    "preview-segment": "two numbers and five customers",
    "add-recurring-adjustment": "an empty form",
    "read-recurring-forecast": "two numbers",
    "read-bulk-template": "an example",
    "adjust-customer-points": "one line; the form alone is read-customer's",
    "start-bulk-adjustment": "the page is list-bulk-adjustments'",
    "confirm-bulk-adjustment": "the page is read-bulk-adjustment's",
    "styleguide": "nothing of a store",
    "preview-notice": "one letter; the page is tell-customers'",
    "preview-adjustment-notice": "one letter; the page is read-customer's",
    "opt-out": "one recipient",
    "read-store-data": "one store",
    "ask-for-erasure": "one store",
    "download-store-data": "each table once, a thousand rows at a time",
    **{name: "one change" for name, why in WITHOUT_A_PAGE.items() if why is A_CHANGE},
}


@pytest.mark.parametrize("name", sorted(url_names()))
def test_every_page_has_its_queries_counted(name: str) -> None:
    assert (name in PAGES) != (name in NO_ROWS), (
        f"Nobody counts the queries of “{name}”. Say in PAGES, in tests/test_queries.py, how to"
        " ask for it with few rows and with many, or in NO_ROWS that it shows none."
    )


@pytest.mark.parametrize(
    "shown",
    [
        pytest.param(shown, id=f"{name}-{at}")
        for name, pages in PAGES.items()
        for at, shown in enumerate(pages)
    ],
)
def test_a_page_asks_as_often_for_many_rows_as_for_few(
    shown: Page, store: Store, merchant: Client, zid: responses.RequestsMock
) -> None:
    zid.assert_all_requests_are_fired = False
    merchant.get("/customers/")  # a session's first page writes its CSRF secret

    asked = {rows: queries_of(merchant, shown(store, zid, rows)) for rows in (FEW, MANY)}

    assert len(asked[MANY]) == len(asked[FEW]), "\n".join(
        f"{rows} rows:\n  " + "\n  ".join(sql) for rows, sql in asked.items()
    )


def queries_of(merchant: Client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        response = merchant.get(path, headers=edge.HTMX if path.count("/") > 3 else None)
        body = b"".join(response) if response.streaming else response.content
    assert response.status_code == 200, path
    assert body
    # What the bucket of Zid's limit asks depends on the clock and not on the page.
    asked = (query["sql"][:150] for query in captured.captured_queries)
    return [sql for sql in asked if not any(word in sql for word in BUCKET)]
