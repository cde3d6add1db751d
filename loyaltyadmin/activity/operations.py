"""Who changed what, when, from what to what, and what Zid said to it."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from loyaltyadmin.activity.models import Action, Entry
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors

# What a setting is before or after a change: text, numbers, flags, lists of those.
State = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who makes a change, as far as it is known: Zid's frame does not say which person it is."""

    who: Entry.Who
    session: str = ""


def merchant_of(session_key: str | None) -> Actor:
    """This will give whoever has this session, without telling how to take it over."""
    tag = hashlib.sha256((session_key or "").encode()).hexdigest()[:8] if session_key else ""
    return Actor(who=Entry.Who.MERCHANT, session=tag)


OPERATOR = Actor(who=Entry.Who.OPERATOR)


class Change:
    """What a block of `recording` tells about the change that it makes."""

    def __init__(self, *, subject: str, before: State | None, after: State | None) -> None:
        self.subject = subject
        self.before = before
        self.after = after


@contextlib.contextmanager
def recording(
    *,
    store: Store,
    by: Actor,
    action: Action,
    subject: str = "",
    before: State | None = None,
    after: State | None = None,
) -> Iterator[Change]:
    """This will write one entry about the change to Zid that the block makes.

    `after` is what is asked for; the block replaces it by what Zid answered. An error that says
    that Zid never judged the change (not sent, no access, no such record) leaves no entry.
    """
    change = Change(subject=subject, before=before, after=after)
    outcome: Entry.Outcome | None = Entry.Outcome.DONE
    zid_message = ""
    try:
        yield change
    except errors.Rejected as error:
        outcome, zid_message = Entry.Outcome.REFUSED, error.words
        raise
    except errors.OutcomeUnknown:
        outcome = Entry.Outcome.UNKNOWN
        raise
    except BaseException:
        outcome = None
        raise
    finally:
        if outcome is not None:
            Entry.objects.create(
                store=store,
                at=timezone.now(),
                who=by.who,
                session=by.session,
                action=action,
                outcome=outcome,
                subject=change.subject,
                before=change.before,
                after=change.after,
                zid_message=zid_message,
            )


def record(
    *,
    store: Store,
    by: Actor,
    action: Action,
    after: State | None = None,
    customer_id: int | None = None,
    job_id: uuid.UUID | None = None,
    line_id: int | None = None,
) -> None:
    """This will write one entry about a change to rows of ours; call it in the same transaction."""
    Entry.objects.create(
        store=store,
        at=timezone.now(),
        who=by.who,
        session=by.session,
        action=action,
        outcome=Entry.Outcome.DONE,
        after=after,
        customer_id=customer_id,
        job_id=job_id,
        line_id=line_id,
    )


def list_activity(
    *,
    store: Store,
    actions: tuple[Action, ...] = (),
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    customer_id: int | None = None,
    job_id: uuid.UUID | None = None,
) -> QuerySet[Entry]:
    """This will give a store's entries, the latest first, of those that match all that is given."""
    entries = Entry.objects.filter(store=store).order_by("-at", "-id")
    if actions:
        entries = entries.filter(action__in=actions)
    if since is not None:
        entries = entries.filter(at__gte=since)
    if until is not None:
        entries = entries.filter(at__lt=until)
    if customer_id is not None:
        entries = entries.filter(customer_id=customer_id)
    if job_id is not None:
        entries = entries.filter(job_id=job_id)
    return entries
