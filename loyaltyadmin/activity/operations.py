"""Who changed what, when, from what to what, and what Zid said to it."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from loyaltyadmin.activity import search, way_back, words
from loyaltyadmin.activity.models import Action, Attempt, Entry
from loyaltyadmin.stores.models import Store
from loyaltyadmin.zid import errors

# What a setting is before or after a change: text, numbers, flags, lists of those.
State = dict[str, object]

# A place below Zid's limit, the call, a refresh of the tokens by somebody else, the call again.
LONGEST_ATTEMPT = dt.timedelta(seconds=15 * settings.ZID_TIMEOUT_SECONDS + 60)


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
SCHEDULE = Actor(who=Entry.Who.SCHEDULE)


@contextlib.contextmanager
def recording(
    *,
    store: Store,
    by: Actor,
    action: Action,
    subject: str = "",
    before: State | None = None,
    after: State | None = None,
    restores: Entry | None = None,
) -> Iterator[Attempt]:
    """This will leave exactly one entry about the change to Zid that the block makes.

    `after` is what is asked for; the block replaces it by what Zid answered. An error that says
    that Zid never judged the change (not sent, no access, no such record) leaves no entry.

    1. The attempt is committed before the block; it may not be inside a transaction.
    2. The block calls Zid.
    3. The entry takes the attempt's place. A process that dies before that leaves the attempt, and
       `close_lost_attempts` makes an entry of it.
    """
    with transaction.atomic(durable=True):
        attempt = Attempt.objects.create(
            store=store,
            at=timezone.now(),
            who=by.who,
            session=by.session,
            action=action,
            subject=subject,
            before=before,
            after=after,
            restores=restores,
        )
    try:
        yield attempt
    except errors.Rejected as error:
        _finish(attempt, outcome=Entry.Outcome.REFUSED, zid_message=error.words)
        raise
    except errors.OutcomeUnknown:
        _finish(attempt, outcome=Entry.Outcome.UNKNOWN)
        raise
    except errors.ZidError:
        attempt.delete()
        raise
    except BaseException:
        # Where a mistake of ours or a stop came between, Zid may have made the change.
        _finish(attempt, outcome=Entry.Outcome.UNKNOWN)
        raise
    _finish(attempt, outcome=Entry.Outcome.DONE)


def close_lost_attempts(*, now: dt.datetime) -> int:
    """This will make an entry of every attempt whose process died; give how many.

    Nobody knows whether Zid made the change, and the entry says so.
    """
    lost = Attempt.objects.filter(at__lt=now - LONGEST_ATTEMPT)
    return sum(_finish(attempt, outcome=Entry.Outcome.UNKNOWN) for attempt in lost)


def _finish(attempt: Attempt, *, outcome: Entry.Outcome, zid_message: str = "") -> bool:
    """Put an entry in the attempt's place, unless somebody has: a sweep, or the slow process."""
    with transaction.atomic():
        is_ours, _ = Attempt.objects.filter(id=attempt.id).delete()
        if is_ours:
            _write(
                Entry(
                    store_id=attempt.store_id,
                    at=attempt.at,
                    who=attempt.who,
                    session=attempt.session,
                    action=attempt.action,
                    subject=attempt.subject,
                    before=attempt.before,
                    after=attempt.after,
                    restores_id=attempt.restores_id,
                    outcome=outcome,
                    zid_message=zid_message,
                )
            )
    return bool(is_ours)


def _write(entry: Entry) -> None:
    entry.searched = search.text_of(entry)
    entry.save(force_insert=True)


def record(
    *,
    store: Store,
    by: Actor,
    action: Action,
    subject: str = "",
    before: State | None = None,
    after: State | None = None,
    customer_id: int | None = None,
    job_id: uuid.UUID | None = None,
    line_id: int | None = None,
) -> None:
    """This will write one entry about a change to rows of ours; call it in the same transaction."""
    _write(
        Entry(
            store=store,
            at=timezone.now(),
            who=by.who,
            session=by.session,
            action=action,
            outcome=Entry.Outcome.DONE,
            subject=subject,
            before=before,
            after=after,
            customer_id=customer_id,
            job_id=job_id,
            line_id=line_id,
        )
    )


def list_activity(
    *,
    store: Store,
    actions: tuple[Action, ...] = (),
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    text: str = "",
    customer_id: int | None = None,
    job_id: uuid.UUID | None = None,
) -> QuerySet[Entry]:
    """This will give a store's entries, the latest first, of those that match all that is given.

    Each word of `text` is looked for in what was done and in what `search.text_of` keeps.
    """
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
    for word in search.words_of(text):
        entries = entries.filter(
            Q(searched__contains=word) | Q(action__in=words.actions_called(word))
        )
    return entries


def entry_to_restore(*, store: Store, entry_id: int, actions: Collection[Action]) -> Entry:
    """This will give an entry of the store's whose state before it can be brought back.

    Raises: Entry.DoesNotExist when there is none, or nothing that could be.
    """
    entry = Entry.objects.get(store=store, id=entry_id, action__in=actions)
    if not way_back.exists(entry):
        raise Entry.DoesNotExist
    return entry
