"""What a merchant, a customer and a mail server can ask for about telling customers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from loyaltyadmin.activity import operations as activity
from loyaltyadmin.activity.models import Action
from loyaltyadmin.activity.operations import Actor
from loyaltyadmin.notices.addresses import is_token
from loyaltyadmin.notices.channels import Channel
from loyaltyadmin.notices.models import Fate, Message, Notice, OptOut, Recipient
from loyaltyadmin.points_adjustments.models import BulkAdjustment, Line


class NotPossible(Exception):
    """Somebody has been told already, or there is nobody to tell."""


@transaction.atomic
def tell_customers(
    *, job: BulkAdjustment, by: Actor, channel: Channel, texts: Mapping[str, str]
) -> Notice:
    """This will have the customers of a bulk adjustment told once it is over, or change how.

    `texts` are subject_ar, text_ar, subject_en and text_en.

    Raises: NotPossible once the first customer was written to, for a draft that was thrown away,
    and for one whose lines are removed.
    """
    BulkAdjustment.objects.select_for_update().get(id=job.id)
    if not may_ask(job=job):
        raise NotPossible
    asked = _asked(channel=channel, texts=texts)
    notice, _created = Notice.objects.update_or_create(
        job=job,
        defaults={**asked, "position": 0, "stopped_at": None, "ended_at": None},
        create_defaults={**asked, "store": job.store},
    )
    _record(notice, by=by, action=Action.TELL_CUSTOMERS, after=_said(notice))
    return notice


def tell_customer(*, line: Line, by: Actor, channel: Channel, texts: Mapping[str, str]) -> Notice:
    """This will have the customer of a single adjustment told once that was made, and else never.

    Call it in the transaction that writes the line: a process that dies later forgets nobody.
    """
    asked = _asked(channel=channel, texts=texts)
    notice = Notice.objects.create(store=line.store, line=line, **asked)
    _record(notice, by=by, action=Action.TELL_CUSTOMERS, after=_said(notice))
    return notice


def _asked(*, channel: Channel, texts: Mapping[str, str]) -> dict[str, Any]:
    now = timezone.now()
    return {"channel": channel, "asked_at": now, "look_at": now, **texts}


def _said(notice: Notice) -> activity.State:
    return {"channel": notice.channel, **notice.texts}


def _record(
    notice: Notice, *, by: Actor, action: Action, after: activity.State | None = None
) -> None:
    activity.record(
        store=notice.store,
        by=by,
        action=action,
        after=after,
        job_id=notice.job_id,
        customer_id=notice.line.customer_id if notice.line else None,
    )


def may_ask(*, job: BulkAdjustment) -> bool:
    """This will tell whether the merchant can still say what the customers are told."""
    if job.is_discarded or job.lines_removed_at is not None:
        return False
    return not Message.objects.filter(notice__job=job).exists()


@transaction.atomic
def stop_telling(*, notice: Notice, by: Actor) -> None:
    """This will tell nobody more. A message that is being handed over may still arrive.

    Raises: NotPossible when nobody was to be told any more.
    """
    now = timezone.now()
    still_open = Notice.objects.filter(id=notice.id, stopped_at=None, ended_at=None)
    if not still_open.update(stopped_at=now):
        raise NotPossible
    notice.messages.filter(fate=Fate.WAITING).update(fate=Fate.WITHDRAWN, try_at=None, ended_at=now)
    _record(notice, by=by, action=Action.STOP_TELLING)


def opt_out(*, token: str) -> None:
    """This will leave the address of a link alone for ever; asking again keeps the first date.

    Also one of which nothing is kept any more, because its store was erased.
    """
    now = timezone.now()
    if not Recipient.objects.filter(token=token).exists():
        OptOut.objects.get_or_create(token=token, defaults={"opted_out_at": now})
    Recipient.objects.filter(token=token, opted_out_at=None).update(opted_out_at=now)


def has_opted_out(*, token: str) -> bool:
    """This will tell whether the address of a link is left alone."""
    rows = Recipient.objects.filter(token=token, opted_out_at__isnull=False)
    return rows.exists() or OptOut.objects.filter(token=token).exists()


def is_ours(*, token: str) -> bool:
    """This will tell whether a link to opt out is one that this app has sent."""
    return is_token(token) or Recipient.objects.filter(token=token).exists()


def note_bounce(*, message_id: uuid.UUID, code: str) -> bool:
    """This will leave the address of a message alone that nobody was found at.

    Tells whether there was such a message.
    """
    message = Message.objects.select_related("recipient").filter(id=message_id).first()
    if message is None or message.recipient is None:
        return False
    if message.recipient.bounced_at is None:
        Recipient.objects.filter(id=message.recipient.id).update(bounced_at=timezone.now())
    Message.objects.filter(id=message_id, fate__in=[Fate.SENT, Fate.UNKNOWN]).update(
        fate=Fate.BOUNCED, code=code[:32]
    )
    return True
