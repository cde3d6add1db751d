"""Removes the lines of adjustments that were over long ago: who got what, one by one.

Of a bulk adjustment its row stays, with the counts that its lines had come to, and so does the
activity. Single adjustments go whole. Nothing goes that somebody may still need: lines whose
outcome is open or for the merchant to decide, lines that another bulk adjustment takes back or
repeats as long as that one has its own, and lines whose customers are still to be told
(docs/adr/0029).

In parts of a thousand rows, each in a transaction of its own. The counts are written first, in the
transaction from which on nobody looks at the lines any more; so whoever dies in between has left
less for the next beat, and no page shows a half.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from loyaltyadmin.notices import progress as telling
from loyaltyadmin.notices.models import Fate, Message, Notice
from loyaltyadmin.points_adjustments import outcomes
from loyaltyadmin.points_adjustments.models import BulkAdjustment, LeftOut, Line
from loyaltyadmin.points_adjustments.states import (
    JOB_OVER,
    LINE_DONE,
    LINE_OPEN,
    JobStatus,
    LineStatus,
)
from loyaltyadmin.web.rows import AT_ONCE

logger = logging.getLogger(__name__)

# Of one message, which the broker would take for lost after some minutes.
TURN_SECONDS = 60.0
_TO_BE_TOLD = Notice.objects.filter(stopped_at=None, ended_at=None)
_BEING_TOLD = Message.objects.filter(fate__in=[Fate.SENDING, Fate.WAITING])


def forget_old_lines(*, is_stopping: Callable[[], bool]) -> bool:
    """This will remove lines that are older than KEEP_LINES_DAYS, for about TURN_SECONDS.

    Tells whether there may be more.
    """
    if not settings.KEEP_LINES_DAYS:
        return False
    until = time.monotonic() + TURN_SECONDS
    removed = 0
    for rows in _parts(before=timezone.now() - dt.timedelta(days=settings.KEEP_LINES_DAYS)):
        removed += rows
        if is_stopping() or time.monotonic() > until:
            return True
    if removed:
        logger.info("%d rows of old adjustments removed", removed)
    return False


def _parts(*, before: dt.datetime) -> Iterator[int]:
    """Remove one part after the other, and give how many rows each had."""
    for job_id in list(_due_jobs(before=before).values_list("id", flat=True)):
        _let_go(job_id, before=before)
        yield 0
    for job_id in list(_jobs_let_go().values_list("id", flat=True)):
        for rows in (Line.objects.filter(job=job_id), LeftOut.objects.filter(job=job_id)):
            yield from _remove(rows)
    yield from _remove(_due_singles(before=before))


def _due_jobs(*, before: dt.datetime) -> QuerySet[BulkAdjustment]:
    this = OuterRef("pk")
    undecided = Line.objects.filter(job=this, status__in=[*LINE_OPEN, LineStatus.UNSETTLED])
    followers = BulkAdjustment.objects.filter(
        Q(undoes=this) | Q(retries=this), lines_removed_at=None
    )
    # After a bulk adjustment was cancelled nobody is told, unless that is asked for again.
    given_up = Q(job__status=JobStatus.CANCELLED, asked_at__lte=F("job__ended_at"))
    return BulkAdjustment.objects.filter(
        ~Exists(undecided),
        ~Exists(followers),
        ~Exists(_TO_BE_TOLD.filter(job=this).exclude(given_up)),
        ~Exists(_BEING_TOLD.filter(notice__job=this)),
        status__in=JOB_OVER,
        confirmed_at__isnull=False,
        ended_at__lt=before,
        lines_removed_at=None,
    )


def _due_singles(*, before: dt.datetime) -> QuerySet[Line]:
    this = OuterRef("pk")
    return Line.objects.filter(
        ~Exists(_TO_BE_TOLD.filter(line=this)),
        ~Exists(_BEING_TOLD.filter(line=this)),
        job=None,
        status__in=LINE_DONE,
        ended_at__lt=before,
    )


@transaction.atomic
def _let_go(job_id: uuid.UUID, *, before: dt.datetime) -> None:
    """Keep a bulk adjustment's counts, and have nobody look at its lines from now on."""
    # Whoever makes another one of it, or asks for its customers to be told, has its row meanwhile.
    job = BulkAdjustment.objects.select_for_update().filter(id=job_id).first()
    if job is None or not _due_jobs(before=before).filter(id=job_id).exists():
        return
    now = timezone.now()
    if notice := Notice.objects.filter(job=job).first():
        notice.counts = telling.fates_of(notice=notice)
        if notice.is_open:
            notice.stopped_at = now
        notice.save(update_fields=["counts", "stopped_at"])
    BulkAdjustment.objects.filter(id=job.id).update(
        lines_removed_at=now, counts=outcomes.counts_to_keep(job=job)
    )


def _jobs_let_go() -> QuerySet[BulkAdjustment]:
    """Those that still have lines. What follows from another comes before that."""
    lines, left_out = (kind.objects.filter(job=OuterRef("pk")) for kind in (Line, LeftOut))
    return BulkAdjustment.objects.filter(
        Exists(lines) | Exists(left_out), lines_removed_at__isnull=False
    ).order_by("-created_at")


def _remove(rows: QuerySet[Model]) -> Iterator[int]:
    """Remove rows, a part at a time, but for lines that other lines name."""
    if rows.model is Line:
        named = Line.objects.filter(Q(undoes=OuterRef("pk")) | Q(retries=OuterRef("pk")))
        rows = rows.filter(~Exists(named))
    while True:
        with transaction.atomic():
            # Two that remove the same at once share it out, and wait for nobody.
            part = rows.select_for_update(skip_locked=True, of=("self",))
            ids = list(part.values_list("pk", flat=True)[:AT_ONCE])
            rows.model._base_manager.filter(pk__in=ids).delete()
        if not ids:
            return
        yield len(ids)
