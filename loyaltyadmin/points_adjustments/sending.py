"""Sending one line to Zid, and finding out what became of it.

Zid's adjust call takes no idempotency key, so an answer that is lost says nothing about the points
(tests/zid_sandbox/NOTES.md, "Calls"). Hence the order: claim the line, commit, call, write the
outcome. Whatever interrupts that leaves a line that is claimed or unknown, and such a line is
looked up in the customer's points history before anything else happens to it.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from loyaltyadmin.points_adjustments import reference
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import JobStatus, LineStatus
from loyaltyadmin.stores.pacer import Pacer
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.types import Direction, PointsEntry

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client

logger = logging.getLogger(__name__)

# A merchant waits for a single adjustment, so its history is read once before it is late enough
# to believe that the entry is missing.
FIRST_LOOK_SECONDS = 3
# Reading the history failed: ask again then.
NEXT_LOOK_SECONDS = 15
# Whoever claimed a line sends it within this time or not at all.
SEND_WITHIN_SECONDS = 15


def claim_lifetime() -> dt.timedelta:
    """How long a claimed line can still be on its way: sent at the last moment, and slow."""
    return dt.timedelta(seconds=SEND_WITHIN_SECONDS + 2 * settings.ZID_TIMEOUT_SECONDS + 10)


def send(*, line: Line, zid: Client, pace: Pacer) -> bool:
    """This will send a pending line to Zid, once, and write what came of it.

    `pace` is the pacer of `zid`.

    1. Wait for a place below the limit, so that the claim does not age in a queue.
    2. Claim the line, if it is still pending and its bulk adjustment, if any, is running.
    3. Call Zid, within SEND_WITHIN_SECONDS of the claim or not at all.
    4. Write the outcome: applied, rejected, unknown, or, when Zid provably did nothing, pending
       again (a line of a bulk adjustment) or skipped (a single one: whoever made it is told).

    Tells whether Zid answered; a caller with more lines slows down when it did not.

    Raises: errors.RateLimited before anything was claimed. errors.TokenRejected and
    errors.ScopeMissing: the line was given back, and the next one would fare no better.
    """
    pace.wait_ahead()
    if not _claim(line=line):
        return True
    try:
        with pace.only_until(timezone.now() + dt.timedelta(seconds=SEND_WITHIN_SECONDS)):
            entry = zid.loyalty.adjust_customer_points(
                customer_id=line.customer_id,
                direction=Direction(line.direction),
                points=line.points,
                reason=line.sent_reason,
            )
    except (errors.NotSent, errors.RateLimited) as error:
        logger.info("%s: %s", line, error)
        give_back(line=line, problem="not_sent")
        return False
    except (errors.TokenRejected, errors.ScopeMissing):
        give_back(line=line, problem="not_sent")
        raise
    except errors.NotFound:
        _reject(line=line, problem="customer_not_found", zid_message="")
    except errors.Rejected as error:
        _reject(line=line, problem="rejected", zid_message=zids_words(error=error))
    except errors.ZidError as error:
        # OutcomeUnknown; and anything unforeseen is no clear answer either.
        logger.info("%s: %s", line, error)
        doubt(line=line)
        return False
    else:
        _apply(line=line, entry=entry)
    return True


def settle(*, line: Line, zid: Client) -> bool:
    """This will look an unknown line up in the customer's points history and write what it says.

    Found: applied, with Zid's own date. Not found, asked late enough: it did not happen, and the
    line is given back. Not found yet, or no history to be had: it stays unknown until the next
    look. Tells whether Zid answered.

    Raises: errors.TokenRejected, errors.ScopeMissing, errors.RateLimited.
    """
    asked_at = timezone.now()
    try:
        history = zid.loyalty.read_points_history(customer_id=line.customer_id)
    except errors.NotFound:
        history = ()  # no such customer, hence no such entry
    except (errors.TokenRejected, errors.ScopeMissing, errors.RateLimited):
        raise
    except errors.ZidError as error:
        logger.info("%s: %s", line, error)
        _look_later(line=line, at=asked_at + dt.timedelta(seconds=NEXT_LOOK_SECONDS))
        return False
    entry = next((entry for entry in history if is_entry_of(line=line, entry=entry)), None)
    late_enough = (line.unknown_at or asked_at) + dt.timedelta(seconds=settings.ZID_SETTLE_SECONDS)
    if entry is not None:
        _apply(line=line, entry=entry)
    elif asked_at >= late_enough:
        give_back(line=line, problem="not_applied")
    else:
        _look_later(line=line, at=late_enough)
    return True


def is_entry_of(*, line: Line, entry: PointsEntry) -> bool:
    """Tell whether an entry of the customer's points history is this line."""
    return (
        reference.is_in(entry.reason, reference=line.reference)
        and entry.points == line.points
        and entry.direction.value == line.direction
    )


def doubt(*, line: Line) -> bool:
    """This will note that nobody knows whether a claimed line was applied."""
    now = timezone.now()
    wait = FIRST_LOOK_SECONDS if line.job_id is None else settings.ZID_SETTLE_SECONDS
    return line.move(
        to=LineStatus.UNKNOWN, unknown_at=now, look_at=now + dt.timedelta(seconds=wait)
    )


def give_back(*, line: Line, problem: str) -> None:
    """This will put a line back that Zid provably did not apply.

    It is sent again only if its bulk adjustment still means to; otherwise it is skipped.
    """
    if line.job_id is not None and not _is_job_ending(job_id=line.job_id):
        line.move(to=LineStatus.PENDING, claimed_at=None, problem=problem)
        return
    if line.job_id is not None:
        problem = "cancelled"
    line.move(to=LineStatus.SKIPPED, ended_at=timezone.now(), problem=problem)


def zids_words(*, error: errors.Rejected) -> str:
    """Zid's sentences about what is wrong, one a line."""
    sentences = [sentence for field in error.fields.values() for sentence in field]
    return "\n".join(sentences or [error.message or ""])


def _claim(*, line: Line) -> bool:
    return line.move(
        to=LineStatus.CLAIMED,
        only_if_running=True,
        claim=uuid.uuid4(),
        claimed_at=timezone.now(),
        attempts=line.attempts + 1,
        problem="",
    )


def _is_job_ending(*, job_id: uuid.UUID) -> bool:
    return BulkAdjustment.objects.filter(
        id=job_id, status__in=[JobStatus.CANCELLING, JobStatus.CANCELLED]
    ).exists()


def _apply(*, line: Line, entry: PointsEntry) -> None:
    line.move(to=LineStatus.APPLIED, applied_at=entry.date, ended_at=timezone.now(), problem="")


def _reject(*, line: Line, problem: str, zid_message: str) -> None:
    line.move(
        to=LineStatus.REJECTED,
        ended_at=timezone.now(),
        problem=problem,
        zid_message=zid_message,
    )


def _look_later(*, line: Line, at: dt.datetime) -> None:
    Line.objects.filter(id=line.id, status=LineStatus.UNKNOWN).update(look_at=at)
