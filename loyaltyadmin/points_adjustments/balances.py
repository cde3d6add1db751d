"""Holds the draft of an undo against today's balances: who cannot give the points back?

Few customers are read one by one. Many are read by the page, a hundred with each call, so that
thousands of lines take minutes at Zid's limit and not hours.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import Direction, JobStatus
from loyaltyadmin.zid import errors

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client

logger = logging.getLogger(__name__)

FEW_CUSTOMERS = 50
CUSTOMERS_PER_PAGE = 100


def drafts_to_check() -> QuerySet[BulkAdjustment]:
    """This will give the drafts of undos whose balances were not read yet."""
    return BulkAdjustment.objects.filter(
        status=JobStatus.DRAFT, undoes__isnull=False, balances_checked_at=None
    )


def check_some(*, job: BulkAdjustment, zid: Client) -> bool:
    """This will read one more customer's balance, or one more page of them.

    Tells whether Zid answered; when it did not, the same is to be read some other time.

    When Zid refuses to tell, or says what nobody can read, those that are left count as short.

    Raises: errors.TokenRejected, errors.RateLimited, errors.NotSent.
    """
    try:
        is_done = _read_some(job=job, zid=zid)
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


def _read_some(*, job: BulkAdjustment, zid: Client) -> bool:
    """Tell whether that was the last of it."""
    taking = job.lines.filter(direction=Direction.TAKE)
    unread = taking.filter(balance_before=None)
    if taking.values("customer_id").distinct()[: FEW_CUSTOMERS + 1].count() > FEW_CUSTOMERS:
        is_last = _read_page(job=job, zid=zid)
    else:
        _read_one(unread=unread, zid=zid)
        is_last = False
    return is_last or not unread.exists()


def _read_one(*, unread: QuerySet[Line], zid: Client) -> None:
    line = unread.first()
    if line is None:
        return
    try:
        balance = zid.loyalty.read_customer_points(customer_id=line.customer_id).available
    except errors.NotFound:
        balance = 0
    unread.filter(customer_id=line.customer_id).update(balance_before=balance)


def _read_page(*, job: BulkAdjustment, zid: Client) -> bool:
    number = job.balances_page + 1
    page = zid.customers.list_customers(page=number, per_page=CUSTOMERS_PER_PAGE)
    balances = {customer.id: customer.points or 0 for customer in page.customers}
    lines = list(job.lines.filter(direction=Direction.TAKE, customer_id__in=balances))
    for line in lines:
        line.balance_before = balances[line.customer_id]
    Line.objects.bulk_update(lines, ["balance_before"], batch_size=500)
    job.balances_page = number
    job.save(update_fields=["balances_page"])
    return page.listed_count < CUSTOMERS_PER_PAGE
