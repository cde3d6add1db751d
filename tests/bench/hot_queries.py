"""What the app asks of the database again and again, by its own functions."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from itertools import islice

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils import timezone

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.customers import fetching
from loyaltyadmin.customers import operations as customers
from loyaltyadmin.notices import turns as telling
from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.points_adjustments import (
    balances,
    endings,
    holding,
    progress,
    proof,
    turns,
    writing,
)
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.recurring_adjustments import runs
from loyaltyadmin.segments import operations as segments
from loyaltyadmin.segments.criteria import Criteria
from loyaltyadmin.store_data import erasing, forgetting
from loyaltyadmin.stores import checks
from loyaltyadmin.stores import operations as stores
from loyaltyadmin.stores.models import Store

ROWS = 25


def hot_queries(store: Store) -> dict[str, Callable[[], object]]:
    """This will give them by what they are for; `store` has a running bulk adjustment."""
    job = BulkAdjustment.objects.get(store=store, status=JobStatus.RUNNING)
    line = job.lines.filter(status=LineStatus.PENDING)[0]
    of_store = {"store": store}
    return {
        "the sweep": turns.sweep,
        "a lost answer to look up": lambda: turns._line_to_look_up(store=store),
        "lines to write": lambda: writing.to_be_written().filter(**of_store).first(),
        "what was stopped": lambda: endings.to_be_cleared().filter(**of_store).first(),
        "a draft's balances": lambda: balances.drafts_to_check().filter(**of_store).first(),
        "the job to run": lambda: turns._job_to_run(store=store),
        "whether others wait": holding._stores_that_wait,
        "stores with more than lines": turns._stores_with_more,
        "lines to send": lambda: list(turns._sendable(job)[: turns.MOST_LINES_AT_ONCE]),
        "whether a customer's line is in flight": lambda: Line.objects.in_flight_for(
            store_id=store.id, customer_id=line.customer_id
        ).exists(),
        "the claim of a line": lambda: Line.objects.get(id=line.id).move(
            to=LineStatus.CLAIMED,
            only_if_running=True,
            claim=uuid.uuid4(),
            claimed_at=timezone.now(),
        ),
        "the end of a job": lambda: endings.end_if_done(job=job),
        "progress, asked again": lambda: progress.watch(job=job),
        "the page of a job's lines": lambda: _page(job.lines.order_by("position")),
        "the list of jobs": lambda: _jobs(store),
        "customers by name": lambda: _customers(store),
        "customers by points": lambda: _customers(store, sort=customers.Sort.POINTS),
        "customers by a name typed": lambda: _customers(store, typed="nou"),
        "customers by a mobile typed": lambda: _customers(store, typed="0500000"),
        "a segment's size": lambda: segments.size_of(
            segments.customers_in(store=store, criteria=Criteria(points_from=100))
        ),
        "a segment of birthdays": lambda: segments.size_of(
            segments.customers_in(store=store, criteria=Criteria(birthday="week"))
        ),
        "the activity": lambda: _page(activity.list_activity(store=store)),
        "the activity, searched": lambda: _page(
            activity.list_activity(store=store, text="gift 17")
        ),
        "a job's activity": lambda: list(activity.list_activity(store=store, job_id=job.id)),
        "attempts without an end": lambda: activity.close_lost_attempts(now=timezone.now()),
        "tokens to renew": stores.stores_to_refresh,
        "stores to ask about": checks.due_stores,
        "stores whose customers are to be read": fetching.stores_to_serve,
        "customers to be told": lambda: list(telling.due(channel=Channel.EMAIL)),
        "runs that are due": runs.due_ids,
        "stores to leave": erasing.stores_to_leave,
        "stores to erase": erasing._due_stores,
        "old lines": _old_lines,
        "a customer's adjustments": lambda: proof.compare(
            store=store, customer_id=line.customer_id, history=[]
        ),
    }


def _page(rows: QuerySet) -> object:  # type: ignore[type-arg]
    return list(Paginator(rows, ROWS).get_page(2))


def _jobs(store: Store) -> object:
    jobs = BulkAdjustment.objects.kept().filter(store=store).order_by("-created_at")
    return progress.progress_of_each(jobs=Paginator(jobs, 20).get_page(1))


def _customers(store: Store, **asked: object) -> object:
    found = customers.list_customers(store=store, **asked)
    paginator = Paginator(found.customers, ROWS)
    if found.count is not None:
        paginator.count = found.count
    return list(paginator.get_page(1))


def _old_lines() -> object:
    before = timezone.now() - dt.timedelta(days=400)
    return list(islice(forgetting._due_singles(before=before), ROWS))
