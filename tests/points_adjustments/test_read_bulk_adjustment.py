from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import responses
from django.test import Client
from django.utils import timezone

from loyaltyadmin.activity.operations import OPERATOR, merchant_of
from loyaltyadmin.points_adjustments import matching, operations, sheet, turns
from loyaltyadmin.points_adjustments.draft_pages import LEFT_OUT_PER_PAGE
from loyaltyadmin.points_adjustments.job_pages import LINES_PER_PAGE
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.progress import jobs_ahead_of
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.pages import Page
from tests.points_adjustments.conftest import make_job


@pytest.fixture(autouse=True)
def _zid_hears_nothing(zid: responses.RequestsMock) -> None:
    """Looking at a bulk adjustment costs Zid nothing."""


CANCELLED = {JobStatus.CANCELLING, JobStatus.CANCELLED}


def address_of(job: BulkAdjustment, end: str = "") -> str:
    return f"/bulk-adjustments/{job.id}/{end}"


def draft(store: Store, text: str, *, reason: str = "A gift") -> BulkAdjustment:
    return operations.start_bulk_adjustment(
        by=OPERATOR,
        store=store,
        sheet=matching.match(store=store, reading=sheet.read(content=text.encode())),
        reason=reason,
        source=BulkAdjustment.Source.PAGE,
        file_name="points.csv",
    )


def end(job: BulkAdjustment, status: LineStatus, *positions: int, **fields: Any) -> None:
    now = timezone.now()
    applied = {"applied_at": now} if status == LineStatus.APPLIED else {}
    job.lines.filter(position__in=positions).update(
        status=status, ended_at=now, **applied, **fields
    )


def doubt(job: BulkAdjustment, *positions: int) -> None:
    now = timezone.now()
    job.lines.filter(position__in=positions).update(
        status=LineStatus.UNKNOWN, unknown_at=now, look_at=now
    )


def numbers(page: Page) -> list[str]:
    return [element.text for element in page.all("dd")]


def customers_on(page: Page) -> list[str]:
    prefix = "/customers/"
    links = [str(link["href"]) for link in page.all("a")]
    return [link.removeprefix(prefix)[:-1] for link in links if link[len(prefix) :][:1].isdigit()]


# Before it is confirmed


def test_a_draft_shows_what_will_happen(store: Store, merchant: Client) -> None:
    job = draft(store, "customer_id,points\n1001,1500\n1002,-20\n1003,5\n")

    page = Page(merchant.get(address_of(job)))

    assert numbers(page) == ["3", "3", "+1,505", "−20"]
    assert customers_on(page) == ["1001", "1002", "1003"]
    assert page.has("form", action=address_of(job, "confirm/"))
    assert page.has("form", action=address_of(job, "cancel/"))
    assert not page.has(id="progress")


def test_a_draft_names_customers_who_stand_in_it_twice(store: Store, merchant: Client) -> None:
    once = draft(store, "customer_id,points\n1001,5\n1002,5\n")
    twice = draft(store, "customer_id,points\n1001,5\n1001,5\n")

    warned = [
        any(
            "zid-alert--warning" in str(element.attributes.get("class"))
            for element in page.elements
        )
        for page in (Page(merchant.get(address_of(job))) for job in (once, twice))
    ]

    assert warned == [False, True]
    assert numbers(Page(merchant.get(address_of(twice))))[:2] == ["1", "2"]


def test_a_draft_shows_the_lines_that_are_left_out_in_pages(store: Store, merchant: Client) -> None:
    bad = "".join(f"bad-{number},5\n" for number in range(LEFT_OUT_PER_PAGE + 2))
    job = draft(store, f"customer_id,points\n1001,5\n{bad}")

    first = Page(merchant.get(address_of(job)))
    second = Page(merchant.get(address_of(job), {"left": "2"}))

    assert "12 lines will not be sent as they stand" in first.one(id="left-out").text
    shown = [[it["value"] for it in page.all("input", name="left_out")] for page in (first, second)]
    assert [len(it) for it in shown] == [LEFT_OUT_PER_PAGE, 2]
    assert first.has("a", href="?left=2")


def test_a_draft_shows_hostile_cells_as_text(store: Store, merchant: Client) -> None:
    job = draft(store, "customer_id,points,reason\n<b>x</b>,5,\n1001,5,<script>x</script>\n")

    response = merchant.get(address_of(job))

    assert b"<b>x" not in response.content
    assert b"<script>x" not in response.content


def test_a_draft_does_not_ask_again_by_itself(store: Store, merchant: Client) -> None:
    job = make_job(store, confirmed=False)

    page = Page(merchant.get(address_of(job)))

    assert not [
        element
        for element in page.elements
        if "hx-trigger" in element.attributes
        and str(job.id) in str(element.attributes.get("hx-get"))
    ]


# While it runs and after


def test_it_shows_how_far_it_is_by_outcome(store: Store, merchant: Client) -> None:
    job = make_job(store, customers=10)
    end(job, LineStatus.APPLIED, 2, 3, 4)
    end(job, LineStatus.REJECTED, 5, 6, zid_message=edge.WORDS)
    doubt(job, 7)

    page = Page(merchant.get(address_of(job)))

    bar = page.one("progress")
    assert (bar["value"], bar["max"]) == ("5", "10")
    parts = [part.text for part in page.all("li", **{"class": "zid-plot__part"})]
    assert parts == ["Done3", "Refused by Zid2", "Checking with Zid1", "Waiting4"]
    assert edge.WORDS in page.one(id="lines").text


@pytest.mark.parametrize("end_of_address", ["", "progress/"])
def test_it_asks_again_every_two_seconds_until_it_is_over(
    store: Store, merchant: Client, end_of_address: str
) -> None:
    job = make_job(store)

    running = Page(merchant.get(address_of(job, end_of_address), headers=edge.HTMX))
    end(job, LineStatus.APPLIED, 2, 3, 4)
    job.move(to=JobStatus.RUNNING, started_at=timezone.now())
    job.move(to=JobStatus.FINISHED, ended_at=timezone.now())
    finished = Page(merchant.get(address_of(job, end_of_address), headers=edge.HTMX))

    asks = str(running.one(id="progress")["hx-get"])
    assert asks.startswith(address_of(job, "progress/?seen="))
    assert running.one(id="progress")["hx-trigger"] == "every 2s"
    assert "hx-get" not in finished.one(id="progress").attributes


def test_asking_again_gives_the_progress_alone_and_has_the_lines_follow(
    store: Store, merchant: Client
) -> None:
    job = make_job(store)

    response = merchant.get(address_of(job, "progress/"), headers=edge.HTMX)

    page = Page(response)
    assert page.has(id="progress")
    assert not page.has("html")
    assert not page.has(id="lines")
    assert "lines-changed" in response["HX-Trigger"]


def test_asking_again_looks_at_the_lines_once(
    store: Store, merchant: Client, django_assert_num_queries: Any
) -> None:
    job = make_job(store, customers=100)
    job.move(to=JobStatus.RUNNING, started_at=timezone.now())
    merchant.get(address_of(job))

    with django_assert_num_queries(4):  # session, store, job, its lines
        merchant.get(address_of(job, "progress/"), headers=edge.HTMX)


def test_what_was_seen_already_is_not_sent_again(store: Store, merchant: Client) -> None:
    job = make_job(store)
    job.move(to=JobStatus.RUNNING, started_at=timezone.now())
    again = str(Page(merchant.get(address_of(job))).one(id="progress")["hx-get"])

    same = merchant.get(again, headers=edge.HTMX)
    end(job, LineStatus.APPLIED, 2)
    other = merchant.get(again, headers=edge.HTMX)

    assert (same.status_code, same.content) == (204, b"")
    assert "1 of 3 lines processed" in Page(other).one(id="progress").text


def test_the_page_costs_few_queries(
    store: Store, merchant: Client, django_assert_max_num_queries: Any
) -> None:
    job = make_job(store, customers=100, confirmed=False)
    merchant.get(address_of(job))

    with django_assert_max_num_queries(20):
        merchant.get(address_of(job))


def test_it_tells_what_was_done_to_it_and_by_whom(store: Store, merchant: Client) -> None:
    job, _other = make_job(store), make_job(store)
    merchant.post(address_of(job, "pause/"))

    entries = Page(merchant.get(address_of(job))).one(id="history").text

    said = ["Bulk adjustment paused", "Bulk adjustment confirmed", "Bulk adjustment drafted"]
    assert [entries.count(text) for text in said] == [1, 1, 1]
    assert sorted(said, key=entries.index) == said
    assert merchant_of(merchant.session.session_key).session in entries


@pytest.mark.parametrize(
    ("status", "buttons"),
    [
        (JobStatus.QUEUED, {"pause", "cancel"}),
        (JobStatus.RUNNING, {"pause", "cancel"}),
        (JobStatus.PAUSED, {"resume", "cancel"}),
        (JobStatus.CANCELLING, set()),
        (JobStatus.CANCELLED, {"retry"}),
        (JobStatus.FINISHED, {"undo"}),
    ],
)
def test_it_offers_what_can_be_done_in_its_state(
    store: Store, merchant: Client, status: JobStatus, buttons: set[str]
) -> None:
    job = make_job(store)
    over = {JobStatus.CANCELLED, JobStatus.FINISHED}
    BulkAdjustment.objects.filter(id=job.id).update(
        status=status,
        pause_reason="merchant" if status == JobStatus.PAUSED else "",
        cancel_reason="merchant" if status in CANCELLED else "",
        ended_at=timezone.now() if status in over else None,
    )

    end(job, LineStatus.APPLIED if status == JobStatus.FINISHED else LineStatus.SKIPPED, 2, 3, 4)

    page = Page(merchant.get(address_of(job)))

    names = ("pause", "resume", "cancel", "undo", "retry")
    assert {name for name in names if page.has(id=name)} == buttons
    assert page.one(id="results")["href"] == address_of(job, "results.csv")


def test_it_says_that_the_app_lacks_a_permission(store: Store, merchant: Client) -> None:
    job = make_job(store)
    job.move(to=JobStatus.RUNNING, started_at=timezone.now())
    job.move(to=JobStatus.PAUSED, pause_reason="scope")

    page = Page(merchant.get(address_of(job)))

    assert len(page.alerts()) == 1
    assert page.has(id="resume")


def test_it_says_that_zid_refuses_the_store(store: Store, merchant: Client) -> None:
    job = make_job(store)
    turns.stop_all(store=store)

    page = Page(merchant.get(address_of(job)))

    assert len(page.alerts()) == 1
    assert page.has(id="retry")


def test_it_says_that_another_one_comes_first(store: Store, merchant: Client) -> None:
    first, second = make_job(store), make_job(store)

    assert jobs_ahead_of(job=first) == 0
    assert jobs_ahead_of(job=second) == 1
    first.move(to=JobStatus.RUNNING, started_at=timezone.now())
    assert jobs_ahead_of(job=second) == 1


# Its lines


def test_it_shows_the_lines_in_pages(store: Store, merchant: Client) -> None:
    job = make_job(store, customers=LINES_PER_PAGE + 1)

    first = Page(merchant.get(address_of(job)))
    second = Page(merchant.get(address_of(job), {"page": "2"}))

    assert len(customers_on(first)) == LINES_PER_PAGE
    assert customers_on(second) == [str(1001 + LINES_PER_PAGE)]
    assert first.has("a", href="?page=2")


def test_it_shows_the_lines_of_one_outcome(store: Store, merchant: Client) -> None:
    job = make_job(store, customers=LINES_PER_PAGE + 3)
    end(job, LineStatus.REJECTED, 2, 4)

    rejected = Page(merchant.get(address_of(job), {"outcome": "rejected"}))
    pending = Page(merchant.get(address_of(job), {"outcome": "pending"}))

    assert customers_on(rejected) == ["1001", "1003"]
    current = rejected.one("a", **{"aria-current": "true"})
    assert current["href"] == f"{address_of(job)}?outcome=rejected"
    assert pending.has("a", href="?outcome=pending&page=2")


@pytest.mark.parametrize("outcome", ["", "x", "%22><b>", "applied&page=2"])
def test_it_shows_all_lines_for_an_outcome_that_there_is_not(
    store: Store, merchant: Client, outcome: str
) -> None:
    job = make_job(store)

    page = Page(merchant.get(address_of(job), {"outcome": outcome}))

    assert len(customers_on(page)) == 3
    assert page.one("a", **{"aria-current": "true"})["href"] == address_of(job)


def test_the_lines_load_themselves_again_where_they_are(store: Store, merchant: Client) -> None:
    job = make_job(store, customers=LINES_PER_PAGE * 2 + 1)

    response = merchant.get(
        address_of(job, "lines/"), {"outcome": "pending", "page": "2"}, headers=edge.HTMX
    )

    lines = Page(response).one(id="lines")
    assert lines["hx-get"] == f"{address_of(job, 'lines/')}?outcome=pending&page=2"
    assert "lines-changed" in str(lines["hx-trigger"])
    assert not Page(response).has("html")


def test_it_shows_each_lines_reference_once_it_is_confirmed(store: Store, merchant: Client) -> None:
    job = make_job(store, customers=1)

    text = Page(merchant.get(address_of(job))).one(id="lines").text

    assert Line.objects.get().reference in text


def test_it_renders_from_right_to_left_in_arabic(store: Store) -> None:
    for job in (make_job(store), make_job(store, confirmed=False)):
        response = client_of(store, language="ar").get(address_of(job))

        assert Page(response).one("html")["dir"] == "rtl"


def test_it_gives_htmx_the_whole_page_for_a_link(store: Store, merchant: Client) -> None:
    response = merchant.get(address_of(make_job(store)), headers=edge.BOOSTED)

    assert Page(response).has("main")


def test_it_counts_the_lines_of_each_outcome_that_there_is(store: Store, merchant: Client) -> None:
    job = make_job(store, customers=5)
    end(job, LineStatus.APPLIED, 2, 3)

    page = Page(merchant.get(address_of(job), {"outcome": "applied"}))

    tabs = [link for link in page.all("a") if str(link["href"]).startswith(address_of(job) + "?")]
    assert [tab.text for tab in tabs] == ["Waiting3", "Done2"]
    assert page.one("a", **{"aria-current": "true"}).text == "Done2"
    assert "All5" in [link.text for link in page.all("a", href=address_of(job))]


def test_lines_that_were_cancelled_do_not_count_as_processed(
    store: Store, merchant: Client
) -> None:
    job = make_job(store, customers=10)
    end(job, LineStatus.APPLIED, 2, 3, 4)
    operations.cancel_bulk_adjustment(by=OPERATOR, job=job)

    page = Page(merchant.get(address_of(job)))

    assert "3 of 10 lines processed" in page.one(id="progress").text


def test_a_paused_job_still_tells_its_hour(store: Store, merchant: Client) -> None:
    job = make_job(store, confirmed=False)
    hour = timezone.now() + dt.timedelta(days=1)
    operations.confirm_bulk_adjustment(by=OPERATOR, job=job, starts_at=hour)
    operations.pause_bulk_adjustment(by=OPERATOR, job=job)

    page = Page(merchant.get(address_of(job)))

    assert "It is paused. Resumed before then, it starts on" in page.one(id="progress").text


def test_a_draft_says_how_many_balances_it_sets(store: Store, merchant: Client) -> None:
    job = draft(store, "customer_id,points,action\n1001,5,\n1002,9,set\n1003,,reset\n")

    assert numbers(Page(merchant.get(address_of(job)))) == ["3", "3", "+5", "0", "2"]


@pytest.mark.parametrize(("headers", "is_whole"), [({}, True), (edge.HTMX, False)])
def test_to_cancel_it_says_first_how_many_lines_will_not_be_sent(
    store: Store, merchant: Client, headers: dict[str, str], is_whole: bool
) -> None:
    job = make_job(store, customers=10)
    end(job, LineStatus.APPLIED, 2, 3, 4)

    page = Page(merchant.get(address_of(job, "cancel/"), headers=headers))

    assert page.has("html") is is_whole
    assert any("7 lines were not sent yet" in element.text for element in page.all("p"))
    assert page.one("form", action=address_of(job, "cancel/"))["method"] == "post"
    job.refresh_from_db()
    assert job.status == JobStatus.QUEUED


def test_a_job_that_is_over_has_nothing_to_cancel(store: Store, merchant: Client) -> None:
    job = make_job(store)
    operations.cancel_bulk_adjustment(by=OPERATOR, job=job)

    response = merchant.get(address_of(job, "cancel/"), headers=edge.HTMX)

    assert address_of(job) in response["HX-Location"]
