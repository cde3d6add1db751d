"""A worker's turn at a channel: one customer after the other, at the pace of the installation."""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from loyaltyadmin.customers.models import Directory
from loyaltyadmin.notices import carriers, channels, sending
from loyaltyadmin.notices.channels import Carrier, Channel
from loyaltyadmin.notices.models import Fate, Notice, Outbox
from loyaltyadmin.points_adjustments.states import LINE_DONE, LINE_OPEN, JobStatus, LineStatus
from loyaltyadmin.stores.pacer import let_connection_go

logger = logging.getLogger(__name__)

TURN_SECONDS = 20
HOLD = dt.timedelta(minutes=5)  # longer than handing one letter over may take
LOOK_AGAIN = dt.timedelta(minutes=1)
AFTER_TROUBLE = dt.timedelta(minutes=1)
# So long may the merchant take to decide lines that nobody knows about; then a notice is over.
LATE_DECISIONS = dt.timedelta(days=7)


def never() -> bool:
    return False


def take_turn(
    *,
    channel: Channel,
    is_stopping: Callable[[], bool] = never,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """This will tell customers for some seconds, NOTICES_PER_MINUTE of them; tells how many.

    Only one process of the installation does so on a channel at a time. A message is safe without
    that; the pace is not.
    """
    holder = uuid.uuid4()
    if channel not in carriers.configured() or not _take(channel, holder=holder):
        return 0
    carrier = carriers.carrier_for(channel)
    pause = 60 / settings.NOTICES_PER_MINUTE
    told = 0
    began = time.monotonic()
    try:
        sending.give_up_on_the_dead()
        while not is_stopping() and time.monotonic() - began < TURN_SECONDS:
            at = time.monotonic()
            if not _tell_one(channel, carrier=carrier):
                break
            told += 1
            let_connection_go()
            sleep(max(0.0, pause - (time.monotonic() - at)))
            if not _take(channel, holder=holder):
                break
    except channels.Unreachable as error:
        logger.warning("nothing can be sent by %s: %s", channel, error.code)
        _mine(channel, holder=holder).update(wait_until=timezone.now() + AFTER_TROUBLE)
    finally:
        carrier.close()
        _mine(channel, holder=holder).update(holder=None, held_until=None)
    return told


def due(*, channel: Channel) -> QuerySet[Notice]:
    """This will give the notices whose customers may be told now, the longest unseen first.

    Not before the bulk adjustment is over: till then the merchant may find a mistake and stop it.
    After one that was cancelled only if the merchant asked for it afterwards. And not before the
    store's customers were read for the first time: until then nobody has an address. A single
    adjustment has its outcome first, or waits for it no longer.
    """
    now = timezone.now()
    knows_customers = Directory.objects.filter(
        store_id=OuterRef("store_id"), fetched_at__isnull=False
    )
    of_job = Q(job__status=JobStatus.FINISHED) | Q(
        job__status=JobStatus.CANCELLED, asked_at__gt=F("job__ended_at")
    )
    of_line = Q(line__status__in=LINE_DONE) | Q(
        line__isnull=False, asked_at__lt=now - LATE_DECISIONS
    )
    return Notice.objects.filter(
        (of_job & Exists(knows_customers)) | of_line,
        channel=channel,
        stopped_at=None,
        ended_at=None,
        look_at__lte=now,
        store__uninstalled_at=None,
    ).order_by("look_at")


def _tell_one(channel: Channel, *, carrier: Carrier) -> bool:
    """Tell the next customer of the notice that was served longest ago; whether there was one."""
    for notice in due(channel=channel).select_related("job"):
        while found := sending.next_of(notice=notice):
            carrier.open()
            if sending.tell(found, carrier=carrier):
                Notice.objects.filter(id=notice.id).update(
                    look_at=timezone.now(), position=found.line.position
                )
                return True
        _rest(notice)
    return False


def _rest(notice: Notice) -> None:
    """Look again in a while, or never when there can be nobody left to tell."""
    now = timezone.now()
    may_come = notice.lines.filter(status__in=[*LINE_OPEN, LineStatus.UNSETTLED]).exists()
    waits_since = notice.job.ended_at if notice.job else notice.asked_at
    is_late = waits_since is not None and waits_since < now - LATE_DECISIONS
    is_over = not (
        sending.lines_to_tell(notice=notice).exists()
        or notice.messages.filter(fate__in=[Fate.SENDING, Fate.WAITING]).exists()
        or (may_come and not is_late)
    )
    fields = {"ended_at": now} if is_over else {"look_at": now + LOOK_AGAIN}
    Notice.objects.filter(id=notice.id, stopped_at=None).update(**fields)


def _take(channel: Channel, *, holder: uuid.UUID) -> bool:
    """Take the channel, or keep it."""
    now = timezone.now()
    Outbox.objects.get_or_create(channel=channel)
    is_free = Q(holder=holder) | Q(held_until=None) | Q(held_until__lt=now)
    may_send = Q(wait_until=None) | Q(wait_until__lt=now)
    return (
        Outbox.objects.filter(is_free, may_send, channel=channel).update(
            holder=holder, held_until=now + HOLD
        )
        == 1
    )


def _mine(channel: Channel, *, holder: uuid.UUID) -> QuerySet[Outbox]:
    return Outbox.objects.filter(channel=channel, holder=holder)
