from __future__ import annotations

import pytest
from django.test import Client

from loyaltyadmin.activity.operations import OPERATOR
from loyaltyadmin.points_adjustments import operations
from loyaltyadmin.points_adjustments.progress import progress_of_each
from loyaltyadmin.points_adjustments.start_views import JOBS_PER_PAGE
from loyaltyadmin.stores.models import Store
from tests import edge
from tests.conftest import client_of
from tests.pages import Page
from tests.points_adjustments.conftest import make_job

ADDRESS = "/bulk-adjustments/"


def test_it_offers_to_upload_a_file_and_a_template(merchant: Client) -> None:
    page = Page(merchant.get(ADDRESS))

    form = page.one("form", action="/bulk-adjustments/start/")
    assert (form["method"], form["enctype"]) == ("post", "multipart/form-data")
    assert page.one(name="file")["type"] == "file"
    assert page.has("a", href="/bulk-adjustments/template-en.csv")
    assert not page.has(id="jobs")


def test_it_lists_the_stores_bulk_adjustments_the_newest_first(
    store: Store, merchant: Client
) -> None:
    older, newer = make_job(store, customers=1), make_job(store, customers=2, confirmed=False)

    page = Page(merchant.get(ADDRESS))

    addresses = [f"{ADDRESS}{newer.id}/", f"{ADDRESS}{older.id}/"]
    assert [link["href"] for link in page.all("a") if link["href"] in addresses] == addresses
    assert page.has("span", **{"data-state": "draft"})
    assert page.has("span", **{"data-state": "queued"})


def test_a_stranger_sees_none_of_them(store: Store, stranger: Client) -> None:
    make_job(store)

    assert not Page(stranger.get(ADDRESS)).has(id="jobs")


def test_it_shows_them_in_pages(store: Store, merchant: Client) -> None:
    for _ in range(JOBS_PER_PAGE + 1):
        make_job(store, customers=1)

    first, second = Page(merchant.get(ADDRESS)), Page(merchant.get(ADDRESS, {"page": "2"}))

    assert len(first.all("span", **{"data-state": "queued"})) == JOBS_PER_PAGE
    assert len(second.all("span", **{"data-state": "queued"})) == 1
    assert first.has("a", href="?page=2")
    assert second.has("a", href="?page=1")


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "9" * 100])
def test_it_shows_some_page_for_every_page_that_is_asked_for(
    store: Store, merchant: Client, page: str
) -> None:
    make_job(store)

    assert merchant.get(ADDRESS, {"page": page}).status_code == 200


def test_it_costs_the_same_however_many_there_are(
    store: Store, merchant: Client, django_assert_max_num_queries: object
) -> None:
    for _ in range(JOBS_PER_PAGE):
        make_job(store, customers=2)
    merchant.get(ADDRESS)  # the first page of a session keeps its CSRF secret

    with django_assert_max_num_queries(6):  # session, store, count, jobs, their lines, what repeats
        merchant.get(ADDRESS)


def test_it_counts_each_ones_own_lines(store: Store, other_store: Store) -> None:
    jobs = [make_job(store, customers=2), make_job(store, customers=3, points=7)]
    make_job(other_store, customers=5)

    progress = progress_of_each(jobs=jobs)

    assert [(progress[job.id].lines, progress[job.id].points_added) for job in jobs] == [
        (2, 20),
        (3, 21),
    ]


def test_it_gives_htmx_the_whole_page_for_a_link(merchant: Client) -> None:
    assert Page(merchant.get(ADDRESS, headers=edge.BOOSTED)).has("main")


def test_it_renders_from_right_to_left_in_arabic(store: Store) -> None:
    response = client_of(store, language="ar").get(ADDRESS)

    assert Page(response).one("html")["dir"] == "rtl"


def test_a_draft_that_was_thrown_away_is_not_listed(store: Store, merchant: Client) -> None:
    thrown_away, cancelled = make_job(store, confirmed=False), make_job(store)
    for job in (thrown_away, cancelled):
        operations.cancel_bulk_adjustment(by=OPERATOR, job=job)

    page = Page(merchant.get(ADDRESS))

    assert page.has("a", href=f"{ADDRESS}{cancelled.id}/")
    assert not page.has("a", href=f"{ADDRESS}{thrown_away.id}/")
