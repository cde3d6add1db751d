"""Holds the draft of an undo against today's balances: who cannot give the points back?

Few customers are asked about at Zid, one by one. Of many the store's own copy of them tells:
it has our own adjustments in it and the rest as of the last night or newer, which is enough for a
warning, for Zid judges each line again. Thousands of calls would take hours.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from loyaltyadmin.customers.models import Customer
from loyaltyadmin.customers.operations import has_all_customers
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import Direction, JobStatus
from loyaltyadmin.zid import errors

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client

logger = logging.getLogger(__name__)

FEW_CUSTOMERS = 50


def drafts_to_check() -> QuerySet[BulkAdjustment]:
    """This will give the drafts of undos whose balances were not read yet."""
    return BulkAdjustment.objects.filter(
        status=JobStatus.DRAFT, undoes__isnull=False, balances_checked_at=None
    )


def check_some(*, job: BulkAdjustment, zid: Client) -> bool:
    """This will read one more customer's balance, or take those of many from the store's copy.

    Tells whether that went well; when it did not, because Zid does not answer or the copy is not
    complete yet, the same is to be done some other time.

    When Zid refuses to tell, or says what nobody can read, those that are left count as short.

    Raises: errors.TokenRejected, errors.RateLimited, errors.NotSent.
    """
    try:
        if _are_many(job):
            if not has_all_customers(store=job.store):
                return False
            _take_known(job)
            is_done = True
        else:
            is_done = _read_one(job=job, zid=zid)
    except (
        errors.Rejected,
        errors.ScopeMissing,
        errors.UnexpectedPayload,
        errors.NotFound,
    ) as error:
        logger.info("%s: %s", job, error)
        is_done = True
    except errors.Unavailable as error:
        logger.info("%s: %s", job, error)
        return False
    if is_done:
        job.balances_checked_at = timezone.now()
        job.save(update_fields=["balances_checked_at"])
    return True


def short_of_points(*, job: BulkAdjustment) -> QuerySet[Line]:
    """This will give the lines whose customers have fewer points than would be taken.

    Call it when the balances were checked. A customer whom Zid did not list counts as short.
    """
    return job.lines.filter(
        Q(balance_before=None) | Q(balance_before__lt=F("points")), direction=Direction.TAKE
    )


def _taking(job: BulkAdjustment) -> QuerySet[Line]:
    return job.lines.filter(direction=Direction.TAKE)


def _are_many(job: BulkAdjustment) -> bool:
    customers = _taking(job).values("customer_id").distinct()
    return customers[: FEW_CUSTOMERS + 1].count() > FEW_CUSTOMERS


def _take_known(job: BulkAdjustment) -> None:
    known = Customer.objects.present().filter(
        store=job.store_id, customer_id=OuterRef("customer_id")
    )
    _taking(job).update(balance_before=Subquery(known.values("points")[:1]))


def _read_one(*, job: BulkAdjustment, zid: Client) -> bool:
    """Tell whether that was the last of them."""
    unread = _taking(job).filter(balance_before=None)
    line = unread.first()
    if line is None:
        return True
    try:
        balance = zid.loyalty.read_customer_points(customer_id=line.customer_id).available
    except errors.NotFound:
        balance = 0
    unread.filter(customer_id=line.customer_id).update(balance_before=balance)
    return not unread.exists()
