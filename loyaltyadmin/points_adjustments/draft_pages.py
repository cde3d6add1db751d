"""What the page of a draft shows before anything moves; Zid is asked nothing for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from loyaltyadmin.activity.operations import Actor
from loyaltyadmin.customers.models import Customer, Directory
from loyaltyadmin.customers.operations import balances_of
from loyaltyadmin.points_adjustments import balances, earlier, progress, safeguards, words
from loyaltyadmin.points_adjustments.duplicates import Duplicates
from loyaltyadmin.points_adjustments.forms import ConfirmBulkAdjustmentForm
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line, Safeguards, Upload
from loyaltyadmin.points_adjustments.progress import Progress
from loyaltyadmin.points_adjustments.sheet import HIDDEN
from loyaltyadmin.points_adjustments.states import Action, Direction
from loyaltyadmin.snapshots import worth
from loyaltyadmin.snapshots.operations import known_program
from loyaltyadmin.stores.models import Store

LINES_PER_PAGE = 25
LEFT_OUT_PER_PAGE = 10  # each is a form of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """A line of a draft, and the balance that its customer has before and after it.

    As the store's own copy of its customers tells; None where that does not know the customer.
    """

    line: Line
    before: int | None
    after: int | None


def draft(
    job: BulkAdjustment,
    *,
    by: Actor,
    query: Mapping[str, str],
    form: ConfirmBulkAdjustmentForm | None = None,
) -> dict[str, Any]:
    repeats = earlier.earlier_than(job=job)
    kept = safeguards.safeguards_of(store=job.store)
    counts = job.lines.aggregate(
        customers_count=Count("customer_id", distinct=True),
        set_count=Count("id", filter=Q(target__isnull=False)),
    )
    left_out = Paginator(job.left_out.order_by("position"), LEFT_OUT_PER_PAGE)
    about = {
        "job": job,
        "progress": progress.progress_of(job=job),
        **counts,
        **_short(job),
        "left_out": left_out.get_page(query.get("left")),
        "hidden_columns": words.about_hidden_columns(job.hidden_columns)
        if job.hidden_columns
        else "",
        "hidden_count": job.left_out.filter(code=HIDDEN).count() if left_out.count else 0,
        "repeats": repeats,
        "made_before": 0 if repeats or is_derived(job) else earlier.made_before(job=job),
        "form": form or _confirm_form(kept, job=job, customers=counts["customers_count"]),
        "is_waiting": job.approval_asked_at is not None,
        "needs_approval": safeguards.lacks_approval(job=job, by=by, kept=kept),
        "can_edit": not is_derived(job),
        "upload_id": Upload.objects.filter(job=job).values_list("id", flat=True).first(),
        "policies": [it for it in Duplicates if it is not Duplicates.EACH],
    }
    return about | _worth(job.store, about["progress"]) | _time(about["progress"], counts)


def lines(job: BulkAdjustment, *, query: Mapping[str, str]) -> dict[str, Any]:
    """A draft's lines with the balances before and after them, or those that go below zero."""
    below = _below_zero(job)
    is_below = query.get("outcome") == "below"
    below_count = below.count()
    chosen = below if is_below else job.lines.order_by("position")
    page = Paginator(chosen, LINES_PER_PAGE).get_page(query.get("page"))
    here = reverse("read-bulk-adjustment", args=[job.id])
    directory = Directory.objects.filter(store=job.store).first()
    tabs = [
        (here, _("All"), job.lines.count() if is_below else page.paginator.count, not is_below),
        (f"{here}?outcome=below", _("Below zero"), below_count, is_below),
    ]
    return {
        "job": job,
        "page": page,
        "previewed": _previewed(job, list(page.object_list)),
        "balances_at": directory.fetched_at if directory else None,
        "below_count": below_count,
        "outcome": "below" if is_below else "",
        "tabs": tabs if below_count or is_below else [],
        "can_edit": not is_derived(job),
    }


def confirm_form(job: BulkAdjustment, *, data: QueryDict) -> ConfirmBulkAdjustmentForm:
    """What was sent to start a draft."""
    customers = job.lines.values("customer_id").distinct().count()
    kept = safeguards.safeguards_of(store=job.store)
    return _confirm_form(kept, job=job, customers=customers, data=data)


def is_derived(job: BulkAdjustment) -> bool:
    """Whether its lines are those of an earlier one, and so of course the same."""
    return job.undoes_id is not None or job.retries_id is not None


def _confirm_form(
    kept: Safeguards, *, job: BulkAdjustment, customers: int, data: QueryDict | None = None
) -> ConfirmBulkAdjustmentForm:
    wanted = customers if kept.wants_number(customers=customers) else None
    return ConfirmBulkAdjustmentForm(data, customers_to_type=wanted, seen=job.lines_digest)


def _short(job: BulkAdjustment) -> dict[str, Any]:
    """Whom an undo cannot take all of the points from."""
    short = balances.short_of_points(job=job) if job.balances_checked_at else Line.objects.none()
    return {
        "is_checking": job.undoes_id is not None and job.balances_checked_at is None,
        "short": short.order_by("position")[:LINES_PER_PAGE],
        "short_count": short.count(),
    }


def _worth(store: Store, counts: Progress) -> dict[str, Decimal | None]:
    """What the points are worth to shoppers, by the program as Zid last told."""
    program = known_program(store=store)
    of_a_point = (
        worth.best_worth_of_a_point(methods=program.state.redemption_methods) if program else None
    )
    if of_a_point is None:
        return {"worth_added": None, "worth_taken": None}
    return {
        "worth_added": (counts.points_added * of_a_point).quantize(worth.CENT),
        "worth_taken": (counts.points_taken * of_a_point).quantize(worth.CENT),
    }


def _time(counts: Progress, of: Mapping[str, int]) -> dict[str, Any]:
    """How long it takes at Zid's limit, and when it ends if it starts now."""
    calls = counts.waiting + of["set_count"]  # a balance to set is read first
    duration = dt.timedelta(minutes=calls / settings.ZID_RATE_LIMIT_PER_MINUTE)
    return {"duration": duration, "ends_at": timezone.now() + duration}


def _below_zero(job: BulkAdjustment) -> QuerySet[Line]:
    """Lines that take more than their customer has, as far as the store's copy knows."""
    known = Customer.objects.present().filter(
        store=job.store_id, customer_id=OuterRef("customer_id")
    )
    return (
        job.lines.filter(direction=Direction.TAKE)
        .annotate(balance=Subquery(known.values("points")[:1]))
        .filter(balance__lt=F("points"))
        .order_by("position")
    )


def _previewed(job: BulkAdjustment, shown: Sequence[Line]) -> list[Previewed]:
    """One after another, where a customer has several lines."""
    customers = {line.customer_id for line in shown}
    balances_now = balances_of(store=job.store, customer_ids=customers)
    theirs = Line.objects.filter(store=job.store_id, customer_id__in=customers, job=job)
    steps: dict[int, tuple[int, int]] = {}
    for line in theirs.order_by("position"):
        balance = balances_now.get(line.customer_id)
        if balance is not None:
            balances_now[line.customer_id] = _after(line, balance=balance)
            steps[line.id] = (balance, balances_now[line.customer_id])
    return [
        Previewed(line=line, before=before, after=after)
        for line in shown
        for before, after in [steps.get(line.id, (None, None))]
    ]


def _after(line: Line, *, balance: int) -> int:
    if line.action in {Action.SET, Action.RESET}:
        return line.target or 0
    points = line.points or 0
    return balance + (points if line.direction == Direction.ADD else -points)
