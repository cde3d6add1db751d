"""Recognises what was sent before, so that nobody gives the same points a second time unawares."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from loyaltyadmin.points_adjustments import progress
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.progress import Progress
from loyaltyadmin.points_adjustments.states import LineStatus
from loyaltyadmin.stores.models import Store

MOST_NAMED = 5
_MADE = (LineStatus.APPLIED, LineStatus.CLAIMED, LineStatus.UNKNOWN, LineStatus.UNSETTLED)
# What `failed_file_name` writes; browsers and people put something before or behind it.
_FAILED_OF = re.compile(r"-failed-([0-9a-f]{12})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A bulk adjustment that was confirmed before, and what a draft has in common with it."""

    job: BulkAdjustment
    progress: Progress
    is_same_file: bool
    is_same_list: bool
    holds_what_was_not_made: bool
    # Of the draft's, who have had points by it; None when its lines are removed.
    customers_served: int | None


def digest_of_content(content: bytes) -> str:
    """This will give what tells one file from another, letter by letter."""
    return hashlib.sha256(content).hexdigest()


def failed_file_name(*, job: BulkAdjustment, kind: str) -> str:
    """This will name the file of what was not made so that it is known when it comes back."""
    return f"bulk-adjustment-{job.created_at:%Y-%m-%d}-failed-{job.id.hex[:12]}.{kind}"


def job_that_failed(*, store: Store, file_name: str) -> BulkAdjustment | None:
    """This will give the bulk adjustment whose lines a file's name says it brings back."""
    named = _FAILED_OF.search(file_name)
    if named is None:
        return None
    first, last = (uuid.UUID(named[1].ljust(32, digit)) for digit in "0f")
    return BulkAdjustment.objects.filter(store=store, id__gte=first, id__lte=last).first()


def earlier_than(*, job: BulkAdjustment) -> list[Earlier]:
    """This will give the confirmed bulk adjustments that a draft repeats, the newest first.

    Not those that it openly comes from: a draft of an undo or of a repeat names them itself.
    """
    same = Q(content_digest=job.content_digest) if job.content_digest else Q(pk=None)
    if job.lines_digest:
        same |= Q(lines_digest=job.lines_digest)
    if job.corrects_id:
        same |= Q(id=job.corrects_id) | Q(corrects=job.corrects_id)
    others = list(
        BulkAdjustment.objects.filter(same, store=job.store_id, confirmed_at__isnull=False)
        .exclude(id__in=[job.id, job.undoes_id, job.retries_id])
        .order_by("-confirmed_at")[:MOST_NAMED]
    )
    counts, served = progress.progress_of_each(jobs=others), _served(job, by=others)
    return [
        Earlier(
            job=other,
            progress=counts[other.id],
            is_same_file=bool(job.content_digest) and other.content_digest == job.content_digest,
            is_same_list=bool(job.lines_digest) and other.lines_digest == job.lines_digest,
            holds_what_was_not_made=other.id == job.corrects_id,
            customers_served=None if other.counts is not None else served.get(other.id, 0),
        )
        for other in others
    ]


def made_before(*, job: BulkAdjustment) -> int:
    """This will count a draft's lines that were made before: the same customer, points and reason.

    Balances that are set are not counted: to set one twice gives nothing twice.
    """
    same = Line.objects.filter(
        store_id=job.store_id,
        customer_id=OuterRef("customer_id"),
        action=OuterRef("action"),
        points=OuterRef("points"),
        reason=OuterRef("reason"),
        status__in=_MADE,
    )
    return job.lines.filter(Exists(same), target=None).count()


def _served(job: BulkAdjustment, *, by: list[BulkAdjustment]) -> dict[uuid.UUID, int]:
    """How many of a draft's customers have had points by each of these."""
    made = Line.objects.filter(
        job__in=by, status__in=_MADE, customer_id__in=job.lines.values("customer_id")
    )
    counts = made.order_by().values("job").annotate(count=Count("customer_id", distinct=True))
    return {row["job"]: row["count"] for row in counts}
