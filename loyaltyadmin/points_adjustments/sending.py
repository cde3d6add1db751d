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
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from loyaltyadmin.customers import directory
from loyaltyadmin.points_adjustments import reference
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line
from loyaltyadmin.points_adjustments.states import JOB_OVER, JobStatus, LineStatus
from loyaltyadmin.stores.pacer import Pacer
from loyaltyadmin.zid import errors
from loyaltyadmin.zid.types import Direction, PointsEntry

if TYPE_CHECKING:
    from loyaltyadmin.zid.client import Client

logger = logging.getLogger(__name__)

# A merchant waits for a single adjustment, so its history is read once before it is late enough
# to believe that the entry is missing.
FIRST_LOOK_SECONDS = 3
JOBS_FIRST_LOOK_SECONDS = 15  # an applied line shows by then, and costs one read all the same
# How far Zid's clock may be behind ours.
CLOCKS_APART = dt.timedelta(minutes=5)
# Reading the history failed: ask again then.
NEXT_LOOK_SECONDS = 15
# No history was to be had for so long: the line is the merchant's to decide, and its job goes on.
LOOK_FOR = dt.timedelta(hours=6)
# A customer has no more entries than Zid shows in so long.
LATE_AFTER = dt.timedelta(days=1)
# Whoever claimed a line sends it within this time or not at all.
SEND_WITHIN_SECONDS = 15


def claim_lifetime() -> dt.timedelta:
    """How long a claimed line can still be on its way: sent at the last moment, and slow."""
    return dt.timedelta(seconds=SEND_WITHIN_SECONDS + 2 * settings.ZID_TIMEOUT_SECONDS + 10)


def send(*, line: Line, zid: Client, pace: Pacer) -> bool:
    """This will send a pending line to Zid, once, and write what came of it.

    `pace` is the pacer of `zid`.

    1. Wait for a place below the limit, so that the claim does not age in a queue.
    2. For a `set` or a `reset`, read the balance and work out what to send, unless another line
       for the customer has no outcome yet.
    3. Claim the line, if it is still pending and its bulk adjustment, if any, is running.
    4. Call Zid, within SEND_WITHIN_SECONDS of the claim or not at all.
    5. Write the outcome: applied, rejected, unknown, or, when Zid provably did nothing, pending
       again (a line of a bulk adjustment) or skipped (a single one: whoever made it is told).

    Tells whether Zid answered; a caller with more lines slows down when it did not.

    Raises: errors.RateLimited and errors.HeldBack before anything was claimed.
    errors.TokenRejected and errors.ScopeMissing: the line was given back, and the next one would
    fare no better.
    """
    moves = {}
    if line.target is not None:
        if Line.objects.in_flight_for(
            store_id=line.store_id, customer_id=line.customer_id
        ).exists():
            # The balance would not show what the other line may yet do, and its points would be
            # moved again. A line of a bulk adjustment waits for its outcome.
            if line.job_id is None:
                line.move(to=LineStatus.SKIPPED, ended_at=timezone.now(), problem="not_sent")
            return True
        pace.wait_ahead(calls=2)
        try:
            moves = _work_out(line=line, zid=zid)
        except (errors.Unavailable, errors.UnexpectedPayload, errors.NotSent) as error:
            logger.info("%s: %s", line, error)
            if line.job_id is None:
                line.move(to=LineStatus.SKIPPED, ended_at=timezone.now(), problem="not_sent")
            return False
        if not moves:
            return True
    # Before the claim: whatever is claimed counts as sent once more.
    zid.insist_on_answers()
    pace.wait_ahead()
    if not _claim(line=line, moves=moves):
        return True
    try:
        with pace.only_until(timezone.now() + dt.timedelta(seconds=SEND_WITHIN_SECONDS)):
            entry = zid.loyalty.adjust_customer_points(
                customer_id=line.customer_id,
                direction=Direction(line.direction),
                points=line.points or 0,
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
        _reject(line=line, problem="rejected", zid_message=error.words)
    except errors.ZidError as error:
        # OutcomeUnknown; and anything unforeseen is no clear answer either.
        logger.info("%s: %s", line, error)
        doubt(line=line)
        return False
    else:
        apply(line=line, at=entry.date)
    return True


def settle(*, line: Line, zid: Client) -> bool:
    """This will look an unknown line up in the customer's points history and write what it says.

    - Its entry is there: applied, with Zid's own date.
    - It is not there, asked late enough: it did not happen, and the line is given back.
    - It is not there yet, or no history is to be had: unknown until the next look.
    - Asked late enough, there is an entry that may be this line and does not say so, because Zid
      cut its reason or left it out, or there was no history for LOOK_FOR, or Zid says that there
      is none, or it may no longer reach back (docs/adr/0010): unsettled, for the merchant to
      decide.

    Tells whether Zid answered.

    Raises: errors.TokenRejected, errors.ScopeMissing, errors.RateLimited.
    """
    asked_at = timezone.now()
    has_history = True
    try:
        history = zid.loyalty.read_points_history(customer_id=line.customer_id)
    except errors.NotFound:
        history, has_history = (), False
    except (errors.TokenRejected, errors.ScopeMissing, errors.RateLimited):
        # Others have their turn before it is asked again.
        _look_later(line=line, at=asked_at + dt.timedelta(seconds=NEXT_LOOK_SECONDS))
        raise
    except errors.ZidError as error:
        logger.info("%s: %s", line, error)
        if asked_at > (line.unknown_at or asked_at) + LOOK_FOR:
            line.move(to=LineStatus.UNSETTLED, problem="history_unclear")
        else:
            _look_later(line=line, at=asked_at + dt.timedelta(seconds=NEXT_LOOK_SECONDS))
        return False
    late_enough = (line.unknown_at or asked_at) + dt.timedelta(seconds=settings.ZID_SETTLE_SECONDS)
    entry = next((entry for entry in history if is_entry_of(line=line, entry=entry)), None)
    if entry is not None:
        apply(line=line, at=entry.date)
    elif asked_at < late_enough:
        _look_later(line=line, at=late_enough)
    elif not has_history:
        line.move(to=LineStatus.UNSETTLED, problem="no_history")
    elif any(may_be_entry_of(line=line, entry=entry) for entry in history) or (
        may_be_cut_off(line=line, history=history, asked_at=asked_at)
    ):
        line.move(to=LineStatus.UNSETTLED, problem="history_unclear")
    else:
        give_back(line=line, problem="not_applied")
    return True


def is_entry_of(*, line: Line, entry: PointsEntry) -> bool:
    """Tell whether an entry of the customer's points history is this line."""
    return _moves_the_same(line=line, entry=entry) and reference.is_in(
        entry.reason, reference=line.reference
    )


def may_be_entry_of(*, line: Line, entry: PointsEntry) -> bool:
    """Tell whether an entry that is not clearly this line's could be so all the same.

    Whether Zid keeps every reason whole, and takes more points than a customer has, is open
    (tests/zid_sandbox/NOTES.md, "Calls"). So it is no proof that nothing happened when there is

    - an entry with the reference that moved something else, or has more text behind it;
    - an entry of the right size since the line was claimed, whose reason is the beginning of what
      we sent or is missing.
    """
    if line.reference in (entry.reason or ""):
        return True
    since = (line.claimed_at or line.created_at) - CLOCKS_APART
    return (
        _moves_the_same(line=line, entry=entry)
        and entry.date >= since
        and line.sent_reason.startswith((entry.reason or "").rstrip("….").rstrip())
    )


def may_be_cut_off(*, line: Line, history: Sequence[PointsEntry], asked_at: dt.datetime) -> bool:
    """Tell whether a history that is read late may no longer reach back to the line.

    Nobody has said that Zid keeps every entry in it. Soon after the claim nothing can be missing;
    long after, it proves something only if it shows what was before.
    """
    since = line.claimed_at or line.created_at
    is_late = asked_at > since + LATE_AFTER
    return is_late and bool(history) and all(entry.date > since for entry in history)


def _moves_the_same(*, line: Line, entry: PointsEntry) -> bool:
    return entry.points == line.points and entry.direction.value == line.direction


def doubt(*, line: Line) -> bool:
    """This will note that nobody knows whether a claimed line was applied."""
    now = timezone.now()
    wait = FIRST_LOOK_SECONDS if line.job_id is None else JOBS_FIRST_LOOK_SECONDS
    return line.move(
        to=LineStatus.UNKNOWN,
        unknown_at=now,
        look_at=now + dt.timedelta(seconds=min(wait, settings.ZID_SETTLE_SECONDS)),
    )


def apply(*, line: Line, at: dt.datetime, problem: str = "") -> None:
    """This will note that a line was applied, and that the line it takes back is undone.

    A line that is sent in place of one that failed takes back what that one would have. The
    store's copy of its customers hears of it; of a job's lines many at once, by `tell_directory`.
    """
    is_clear = line.status == LineStatus.CLAIMED
    with transaction.atomic():
        applied = line.move(
            to=LineStatus.APPLIED, applied_at=at, ended_at=timezone.now(), problem=problem
        )
        if not applied:
            return
        first = line
        while first.retries is not None:
            first = first.retries
        if first.undoes is not None:
            first.undoes.move(to=LineStatus.UNDONE)
    if not is_clear:
        directory.hint(store_id=line.store_id, customer_ids=[line.customer_id])
    elif line.job_id is None:
        tell_directory([line])


def tell_directory(lines: list[Line]) -> None:
    """This will add lines of one store that Zid just applied to its customers' known balances.

    Only what Zid answered at once: when a lost answer's change happened is not known so well.
    """
    moves = [
        (
            line.customer_id,
            (line.points or 0) * (1 if line.direction == Direction.ADD.value else -1),
            line.claimed_at or line.created_at,
        )
        for line in lines
    ]
    if moves:
        directory.note_adjustments(store_id=lines[0].store_id, moves=moves)


def give_back(*, line: Line, problem: str) -> None:
    """This will put a line back that Zid provably did not apply.

    It is sent again only if its bulk adjustment still means to; otherwise it is skipped.
    """
    if line.job_id is not None:
        job = BulkAdjustment.objects.only("status", "cancel_reason").get(id=line.job_id)
        # A finished one sends nothing either: an unsettled line may be looked up after its end.
        if job.status not in {JobStatus.CANCELLING, *JOB_OVER}:
            line.move(to=LineStatus.PENDING, claimed_at=None, problem=problem)
            return
        problem = job.why_skipped or problem
    line.move(to=LineStatus.SKIPPED, ended_at=timezone.now(), problem=problem)


def _work_out(*, line: Line, zid: Client) -> dict[str, object]:
    """Read the balance and give what would bring it to the target; nothing when none is needed.

    The balance is what the customer can spend now: that is what can be taken away, and what the
    merchant sees first. A purchase between this read and the adjustment is not seen; the outcome
    says what was read.
    """
    try:
        balance = zid.loyalty.read_customer_points(customer_id=line.customer_id).available
    except errors.NotFound:
        _reject(line=line, problem="customer_not_found", zid_message="")
        return {}
    except errors.Rejected as error:
        _reject(line=line, problem="rejected", zid_message=error.words)
        return {}
    missing = (line.target or 0) - balance
    if missing == 0:
        line.move(
            to=LineStatus.SKIPPED,
            only_if_running=True,
            ended_at=timezone.now(),
            problem="balance_is_right",
            balance_before=balance,
        )
        return {}
    return {
        "direction": Direction.ADD.value if missing > 0 else Direction.DEDUCT.value,
        "points": abs(missing),
        "balance_before": balance,
    }


def _claim(*, line: Line, moves: dict[str, object]) -> bool:
    return line.move(
        to=LineStatus.CLAIMED,
        only_if_running=True,
        claim=uuid.uuid4(),
        claimed_at=timezone.now(),
        attempts=line.attempts + 1,
        problem="",
        **moves,
    )


def _reject(*, line: Line, problem: str, zid_message: str) -> None:
    line.move(
        to=LineStatus.REJECTED,
        ended_at=timezone.now(),
        problem=problem,
        zid_message=zid_message,
    )


def _look_later(*, line: Line, at: dt.datetime) -> None:
    Line.objects.filter(id=line.id, status=LineStatus.UNKNOWN).update(look_at=at)
