"""Telling one customer: who is next, the claim, the letter, and what became of it.

The claim is committed before the letter is handed over, and what was handed over is never handed
over again. So a customer is told once or, when a worker dies at the wrong moment, perhaps not at
all, and the page says of whom that is not known (docs/adr/0013).
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from loyaltyadmin.customers.models import Customer
from loyaltyadmin.notices import channels, texts
from loyaltyadmin.notices.addresses import address_of, fingerprint, token_of
from loyaltyadmin.notices.channels import Carrier, Channel, Letter
from loyaltyadmin.notices.models import Fate, Message, Notice, OptOut, Recipient
from loyaltyadmin.points_adjustments.models import Line
from loyaltyadmin.points_adjustments.states import Direction, LineStatus

logger = logging.getLogger(__name__)

LINES_AT_ONCE = 50
MOST_ATTEMPTS = 6
FIRST_WAIT = dt.timedelta(minutes=5)  # and twice as long each time
# No conversation with a server lasts that long: whoever claimed a letter is dead.
CLAIM_LIFETIME = dt.timedelta(minutes=10)
# The directory hears of an adjustment within minutes; at the latest it is read again daily.
WAIT_FOR_BALANCE = dt.timedelta(hours=26)


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """A customer to be told now. `message` is there when it was tried before."""

    notice: Notice
    line: Line
    customer: Customer
    recipient: Recipient
    address: str
    message: Message | None


def lines_to_tell(*, notice: Notice) -> QuerySet[Line]:
    """This will give the lines that were applied, still are, and whose customer was not told."""
    return notice.lines.filter(status=LineStatus.APPLIED, message__isnull=True)


def next_of(*, notice: Notice) -> Next | None:
    """This will find a notice's next customer, and note on the way who cannot be told."""
    waiting = notice.messages.filter(fate=Fate.WAITING, try_at__lte=timezone.now())
    for message in waiting.select_related("line").order_by("try_at")[:LINES_AT_ONCE]:
        if message.line.status != LineStatus.APPLIED:  # taken back meanwhile
            _end(message, fate=Fate.WITHDRAWN)
            continue
        if found := _first_of([message.line], notice=notice, again=message):
            return found
    # From where it was last, or a hundred thousand lines that were told would be passed each time.
    for position in dict.fromkeys([notice.position, 0]):
        while lines := list(_ready(notice=notice).filter(position__gt=position)[:LINES_AT_ONCE]):
            if found := _first_of(lines, notice=notice):
                return found
    return None


def _ready(*, notice: Notice) -> QuerySet[Line]:
    """Lines in their order; where the text names the balance, those whose balance is known."""
    lines = lines_to_tell(notice=notice).order_by("position")
    if not notice.needs_balance:
        return lines
    read_since = Customer.objects.filter(
        store_id=OuterRef("store_id"),
        customer_id=OuterRef("customer_id"),
        read_at__gte=OuterRef("ended_at"),
    )
    too_long = Q(ended_at__lt=timezone.now() - WAIT_FOR_BALANCE)
    return lines.filter(Q(target__isnull=False) | too_long | Exists(read_since))


def _first_of(lines: list[Line], *, notice: Notice, again: Message | None = None) -> Next | None:
    channel = Channel(notice.channel)
    store_id = lines[0].store_id
    customers = {
        it.customer_id: it
        for it in Customer.objects.filter(
            store=store_id, customer_id__in={line.customer_id for line in lines}, gone_at=None
        )
    }
    addresses = {id: address_of(it, channel=channel) for id, it in customers.items()}
    recipients = _recipients(
        {address for address in addresses.values() if address}, store_id=store_id, channel=channel
    )
    for line in lines:
        address = addresses.get(line.customer_id, "")
        recipient = recipients.get(address)
        fate, code = _hindrance(line, customers.get(line.customer_id), recipient, notice=notice)
        if fate is None and recipient is not None:
            return Next(
                notice=notice,
                line=line,
                customer=customers[line.customer_id],
                recipient=recipient,
                address=address,
                message=again,
            )
        if again is not None:
            _end(again, fate=fate or Fate.NO_ADDRESS, code=code)
        else:
            _note(line, notice=notice, fate=fate or Fate.NO_ADDRESS, code=code)
    return None


def _hindrance(
    line: Line, customer: Customer | None, recipient: Recipient | None, *, notice: Notice
) -> tuple[Fate | None, str]:
    if customer is None or recipient is None:
        return Fate.NO_ADDRESS, ""
    if recipient.hindrance is not None:
        return recipient.hindrance, ""
    if notice.needs_balance and _balance_after(line, customer) is None:
        return Fate.WITHDRAWN, "balance"
    return None, ""


def _balance_after(line: Line, customer: Customer) -> int | None:
    if line.target is not None:
        return line.target
    is_known = line.ended_at is not None and customer.read_at >= line.ended_at
    return customer.points if is_known else None


def _recipients(
    addresses: Iterable[str], *, store_id: int, channel: Channel
) -> dict[str, Recipient]:
    prints = {it: fingerprint(it, store_id=store_id, channel=channel) for it in addresses}
    rows = Recipient.objects.filter(store_id=store_id, channel=channel)
    found = set(rows.filter(fingerprint__in=prints.values()).values_list("fingerprint", flat=True))
    tokens = {it: token_of(it) for it in sorted(set(prints.values()) - found)}
    opted_out = dict(
        OptOut.objects.filter(token__in=tokens.values()).values_list("token", "opted_out_at")
    )
    Recipient.objects.bulk_create(
        [
            Recipient(
                store_id=store_id,
                channel=channel,
                fingerprint=it,
                token=token,
                opted_out_at=opted_out.get(token),
            )
            for it, token in tokens.items()
        ],
        ignore_conflicts=True,  # another process may be adding the same
    )
    known = {it.fingerprint: it for it in rows.filter(fingerprint__in=prints.values())}
    return {address: known[it] for address, it in prints.items()}


def tell(found: Next, *, carrier: Carrier) -> bool:
    """This will tell one customer, once; tells whether a letter was handed over.

    1. The message becomes this process's, and that is committed. Another process that had the same
       thought finds it taken.
    2. The letter is handed over.
    3. What became of it is written. A message without an outcome was perhaps sent, and is left.

    Raises: channels.Unreachable, when nothing was sent and the message waits.
    """
    message = _claim(found)
    if message is None:
        return False
    try:
        carrier.send(letter_of(found, message=message))
    except channels.Unreachable as error:
        message.attempts -= 1  # nobody tried
        _wait(message, code=error.code)
        raise
    except channels.AddressRefused as error:
        Recipient.objects.filter(id=found.recipient.id).update(bounced_at=timezone.now())
        _end(message, fate=Fate.BOUNCED, code=error.code)
    except channels.Later as error:
        if message.attempts < MOST_ATTEMPTS:
            _wait(message, code=error.code)
        else:
            _end(message, fate=Fate.REFUSED, code=error.code)
    except channels.Refused as error:
        _end(message, fate=Fate.REFUSED, code=error.code)
    except Exception as error:  # the letter may be on its way, whatever this is
        # Not the error's text: it may quote the address.
        logger.warning("%s: %s", message, type(error.__cause__ or error).__name__)
        _end(message, fate=Fate.UNKNOWN)
    else:
        _end(message, fate=Fate.SENT)
    return True


def letter_of(found: Next, *, message: Message) -> Letter:
    """This will fill in the merchant's text for one customer."""
    line = found.line
    signed = -(line.points or 0) if line.direction == Direction.TAKE else line.points or 0
    about = texts.About(
        name=found.customer.name,
        points=signed,
        balance=_balance_after(line, found.customer),
        store=line.store.title,
        reason=line.reason,
    )
    return Letter(
        id=message.id,
        to=found.address,
        store_title=" ".join(line.store.title.split()),
        sections=texts.sections_of(found.notice.texts, about=about),
        opt_out_url=f"{settings.PUBLIC_URL}{reverse('opt-out', args=[found.recipient.token])}",
    )


def give_up_on_the_dead() -> None:
    """This will note that nobody knows what became of messages whose worker died."""
    now = timezone.now()
    Message.objects.filter(fate=Fate.SENDING, claimed_at__lt=now - CLAIM_LIFETIME).update(
        fate=Fate.UNKNOWN, ended_at=now
    )


def _claim(found: Next) -> Message | None:
    now = timezone.now()
    claimed = {"fate": Fate.SENDING, "claimed_at": now, "recipient": found.recipient}
    if found.message is not None:
        taken = Message.objects.filter(id=found.message.id, fate=Fate.WAITING).update(
            **claimed, try_at=None, attempts=F("attempts") + 1
        )
        return Message.objects.get(id=found.message.id) if taken else None
    message = Message(notice=found.notice, line=found.line, attempts=1, **claimed)
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        return None
    return message


def _note(line: Line, *, notice: Notice, fate: Fate, code: str) -> None:
    Message.objects.bulk_create(
        [Message(notice=notice, line=line, fate=fate, code=code, ended_at=timezone.now())],
        ignore_conflicts=True,
    )


def _wait(message: Message, *, code: str) -> None:
    wait = FIRST_WAIT * 2 ** max(message.attempts - 1, 0)
    _write(
        message,
        fate=Fate.WAITING,
        try_at=timezone.now() + wait,
        attempts=message.attempts,
        code=code,
    )


def _end(message: Message, *, fate: Fate, code: str = "") -> None:
    _write(message, fate=fate, try_at=None, ended_at=timezone.now(), code=code)


def _write(message: Message, **fields: object) -> None:
    # Whoever claimed it knows best, also when it was given up on meanwhile.
    Message.objects.filter(
        id=message.id,
        claimed_at=message.claimed_at,
        fate__in=[Fate.SENDING, Fate.WAITING, Fate.UNKNOWN],
    ).update(**{"ended_at": None} | fields)
