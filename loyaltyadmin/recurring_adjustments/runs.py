"""Makes the runs of recurring adjustments when their time has come.

A run is one transaction: its job with what its lines are to be, who has been given what, and the
next time. A process that dies in it has done nothing, and the next beat begins anew. Two that try
at once meet at the row of the recurring adjustment; and were that not so, the database takes no
customer twice for one occasion (models.Gift). Many lines are then written by a worker, as for any
other job (points_adjustments.writing).
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone

from loyaltyadmin.activity.operations import SCHEDULE
from loyaltyadmin.points_adjustments import operations as points_adjustments
from loyaltyadmin.points_adjustments.models import BulkAdjustment
from loyaltyadmin.points_adjustments.sheet import Row
from loyaltyadmin.points_adjustments.states import Action, JobStatus
from loyaltyadmin.recurring_adjustments import recipients
from loyaltyadmin.recurring_adjustments.models import Gift, RecurringAdjustment, Run
from loyaltyadmin.stores.subscriptions import HELD_BACK
from loyaltyadmin.web import rows as many

logger = logging.getLogger(__name__)

# Later than this a run no longer means what it was for: a birthday of last week, last month's gift.
LATEST = dt.timedelta(days=2)
# No occasion lasts longer than a year, and a missed run comes two days later at most.
KEPT = dt.timedelta(days=400)


def due_ids(*, now: dt.datetime | None = None) -> list[uuid.UUID]:
    """This will tell which recurring adjustments have a run to make.

    Those of a store that has removed the app are stopped instead: they are not to come again by
    themselves if the store comes back. While a store does not pay, its own wait, and are missed.
    """
    now = now or timezone.now()
    waiting = RecurringAdjustment.objects.filter(stop_reason="")
    waiting.filter(store__uninstalled_at__isnull=False).update(
        stop_reason=RecurringAdjustment.StopReason.ACCESS, next_run_at=None
    )
    due = waiting.filter(next_run_at__lte=now).exclude(store__subscription__in=HELD_BACK)
    return list(due.order_by("next_run_at").values_list("id", flat=True))


def make_run(
    *, recurring_adjustment_id: uuid.UUID, now: dt.datetime | None = None
) -> BulkAdjustment | None:
    """This will make the run that a recurring adjustment is due for; gives the job to work on.

    1. A run whose time is longer ago than LATEST is missed, and so are those up to then.
    2. It waits while the store's copy of its customers is not complete or too old.
    3. Who has not got the occasion's points gets a line in a new job.
    4. The job is confirmed, unless it is for more customers than it may be unasked.

    None when nothing is due, when another process is at it, or when there is nobody to give to.
    """
    now = now or timezone.now()
    try:
        with transaction.atomic():
            due = (
                RecurringAdjustment.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("store")
                .filter(id=recurring_adjustment_id, next_run_at__lte=now)
                .first()
            )
            return _run(due, now=now) if due is not None else None
    except (IntegrityError, points_adjustments.NotPossible) as error:
        # Another one of the store has just given some of its customers the same occasion's points.
        logger.info("run of %s put off: %s", recurring_adjustment_id, type(error).__name__)
        return None


@transaction.atomic
def miss(*, recurring_adjustment_id: uuid.UUID, now: dt.datetime) -> None:
    """This will let every run that is due by now be missed, as if nobody had been there."""
    due = RecurringAdjustment.objects.select_related("store").select_for_update(of=("self",))
    it = due.get(id=recurring_adjustment_id)
    assert it.next_run_at is not None  # noqa: S101  (it is due)
    _miss(it, due_at=it.next_run_at, now=now, before=now + dt.timedelta(microseconds=1))


def forget_old_gifts(*, now: dt.datetime | None = None) -> None:
    """This will delete what tells of occasions that cannot come again."""
    Gift.objects.filter(given_at__lt=(now or timezone.now()) - KEPT).delete()


def _run(it: RecurringAdjustment, *, now: dt.datetime) -> BulkAdjustment | None:
    due_at = it.next_run_at
    assert due_at is not None  # noqa: S101  (it is due)
    if due_at < now - LATEST:
        _miss(it, due_at=due_at, now=now, before=now - LATEST)
        return None
    if not recipients.is_known(store=it.store, now=now):
        return None
    day = timezone.localdate(due_at, timezone=it.store.time_zone)
    customers = recipients.customers_for(store=it.store, terms=it.terms, day=day, of=it.id)
    # All of them before the first is written down: the question is about what is written.
    ids = list(customers.values_list("customer_id", flat=True))
    outcome, job = Run.Outcome.NOBODY, None
    if ids:
        job = _draft(it, customer_ids=ids, occasion=it.terms.occasion_on(day, of=it.id), now=now)
        is_started = not _are_too_many(it, len(ids)) and _confirm(job)
        outcome = Run.Outcome.STARTED if is_started else Run.Outcome.ASKS
    Run.objects.create(
        recurring_adjustment=it, due_at=due_at, made_at=now, outcome=outcome, job=job
    )
    _move_on(it, to=it.terms.next_after(due_at, zone=it.store.time_zone))
    return job if job is not None and job.status != JobStatus.DRAFT else None


def _are_too_many(it: RecurringAdjustment, customers: int) -> bool:
    return it.most_customers is not None and customers > it.most_customers


def _confirm(job: BulkAdjustment) -> bool:
    """False where the store wants a second manager to approve: no schedule is one."""
    try:
        points_adjustments.confirm_when_written(job=job, by=SCHEDULE)
    except points_adjustments.ApprovalMissing:
        return False
    return True


def _draft(
    it: RecurringAdjustment, *, customer_ids: list[int], occasion: str, now: dt.datetime
) -> BulkAdjustment:
    """The job; who is to get a line of it is written down with it."""
    many.insert(
        Gift,
        fields=["customer_id"],
        rows=((customer_id,) for customer_id in customer_ids),
        store_id=it.store_id,
        occasion=occasion,
        given_at=now,
    )
    return points_adjustments.draft_bulk_adjustment(
        store=it.store,
        by=SCHEDULE,
        rows=(
            Row(
                position=position,
                customer_id=customer_id,
                action=Action.ADD,
                amount=it.points,
                reason="",
            )
            for position, customer_id in enumerate(customer_ids, start=1)
        ),
        reason=it.reason,
        source=BulkAdjustment.Source.RECURRING,
    )


def _miss(
    it: RecurringAdjustment, *, due_at: dt.datetime, now: dt.datetime, before: dt.datetime
) -> None:
    times = 0
    next_run_at: dt.datetime | None = due_at
    while next_run_at is not None and next_run_at < before:
        times += 1
        next_run_at = it.terms.next_after(next_run_at, zone=it.store.time_zone)
    logger.warning("%s missed %d of its runs", it, times)
    Run.objects.create(
        recurring_adjustment=it,
        due_at=due_at,
        made_at=now,
        outcome=Run.Outcome.MISSED,
        times=times,
    )
    _move_on(it, to=next_run_at)


def _move_on(it: RecurringAdjustment, *, to: dt.datetime | None) -> None:
    it.next_run_at = to
    it.stop_reason = "" if to is not None else RecurringAdjustment.StopReason.OVER
    it.save(update_fields=["next_run_at", "stop_reason"])
